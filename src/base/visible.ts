/**
 * Text that came out of files, for people: characters that a terminal would obey (escape sequences, bells, overwriting, changes of direction) are
 * written as escapes. Lines and tabs stay.
 */
const OBEYED = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;

export function visible(text: string): string {
  return text.replace(OBEYED, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}
