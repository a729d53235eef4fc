/** Numbers as whole levels of a range: level = round((x - low) / (high - low) * levels), x clamped to it. The error is at most half a level. */

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Least and greatest of `values[point * stride + offset]`. */
export function rangeOf(values: Float32Array, points: Uint32Array, stride = 1, offset = 0): Range {
  let low = Infinity;
  let high = -Infinity;
  for (const point of points) {
    const value = values[point * stride + offset];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

export function levelOf(value: number, { low, high }: Range, levels: number): number {
  if (high <= low) return 0;
  return Math.round((Math.min(high, Math.max(low, value)) - low) * (levels / (high - low)));
}

export function valueOf(level: number, { low, high }: Range, levels: number): number {
  return low + (level * (high - low)) / levels;
}
