/** An axis: its ends, and the distance of its ticks, of which each end is one. */
export interface AxisSpan {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
}

/** Ticks at most, besides the first. */
const MOST_TICKS = 6;

/** An axis over `values` with room around them, `leastSpan` long at least, so that small differences look small. */
export function spanOf(values: readonly number[], leastSpan: number): AxisSpan {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const half = Math.max((high - low) * 0.7, leastSpan / 2);
  const middle = (low + high) / 2;
  // 1, 2 or 5 of a power of ten. As they are written, tenths are divided, not multiplied.
  const power = Math.floor(Math.log10((2 * half) / (MOST_TICKS - 1)));
  const times = [1, 2, 5, 10].find((each) => each * 10 ** power * (MOST_TICKS - 1) >= 2 * half)!;
  const ticks = (value: number): number => (power < 0 ? (value * times) / 10 ** -power : value * times * 10 ** power);
  const interval = ticks(1);
  return { min: ticks(Math.floor((middle - half) / interval)), max: ticks(Math.ceil((middle + half) / interval)), interval };
}
