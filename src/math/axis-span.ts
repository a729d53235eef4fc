/** The ends of an axis over `values` with room around them, `leastSpan` apart at least, so that small differences look small. */
export function spanOf(values: readonly number[], leastSpan: number): { readonly min: number; readonly max: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const half = Math.max((high - low) * 0.7, leastSpan / 2);
  const middle = (low + high) / 2;
  // Round numbers at both ends, also as they are written: tenths are divided, not multiplied.
  const places = -Math.floor(Math.log10(half));
  const round = (value: number, towards: (x: number) => number): number =>
    places > 0 ? towards(value * 10 ** places) / 10 ** places : towards(value / 10 ** -places) * 10 ** -places;
  return { min: round(middle - half, Math.floor), max: round(middle + half, Math.ceil) };
}
