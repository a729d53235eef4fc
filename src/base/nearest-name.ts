/** "Did you mean": the known name that is spelled most like the given one. */
import { closest, distance } from 'fastest-levenshtein';

/** The nearest of `names`, or undefined if none is near enough to be meant. Case does not count. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  if (names.length === 0 || given === '') return undefined;
  const lower = names.map((name) => name.toLowerCase());
  const found = closest(given.toLowerCase(), lower);
  const allowed = Math.max(2, Math.ceil(Math.max(found.length, given.length) / 2));
  return distance(given.toLowerCase(), found) <= allowed ? names[lower.indexOf(found)] : undefined;
}

/** One sentence for `SpikeRayError.fix`: the suggestion, then all choices. */
export function suggest(given: string, names: readonly string[]): string {
  const nearest = nearestName(given, names);
  const choices = `Choose one of: ${names.join(', ')}.`;
  return nearest === undefined ? choices : `Did you mean ${nearest}? ${choices}`;
}
