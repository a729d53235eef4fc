/** Texts given on a command line or in an address, as values. */
import { InputError } from './errors.ts';
import { suggest } from './nearest-name.ts';

/** A whole number given to an option that is not a key of the config. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new InputError(`${option} ${text}: expected a whole number from ${least} to ${most}`, 'Change the option.');
}

/** A word of a list. */
export function word<T extends string>(option: string, text: string, words: readonly T[]): T {
  const found = words.find((candidate) => candidate === text);
  if (found === undefined) throw new InputError(`${option} ${text}: unknown`, suggest(text, words));
  return found;
}
