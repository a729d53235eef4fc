/** Values of JSON in messages, however deep and long they are. */

const DEEPEST = 4;
const MOST_ENTRIES = 12;

/** The beginning of a value as JSON, of at most so many characters and an ellipsis; numbers as they are, also those that JSON has no word for. */
export function excerpt(value: unknown, longest = 60): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(shallow(value, DEEPEST));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** Without what lies deeper, or behind the first entries. */
function shallow(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((inner) => shallow(inner, depth - 1));
  const entries = Object.entries(value).slice(0, MOST_ENTRIES);
  return Object.fromEntries(entries.map(([key, inner]) => [key, shallow(inner, depth - 1)]));
}
