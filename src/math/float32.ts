/** Numbers in 32 bits (IEEE 754 binary32). */

export const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** The largest finite 32-bit number that is not above x: another 32-bit number exceeds the one exactly where it exceeds the other. */
export function float32AtMost(x: number): number {
  const nearest = new Float32Array([Math.min(x, LARGEST_FLOAT32)]);
  const word = new Int32Array(nearest.buffer);
  if (nearest[0] <= x) return Math.max(nearest[0], -LARGEST_FLOAT32);
  // 0 lies between the smallest of either sign; away from 0 words grow.
  word[0] = nearest[0] === 0 ? SMALLEST_NEGATIVE : word[0] + (nearest[0] > 0 ? -1 : 1);
  return nearest[0];
}

const SMALLEST_NEGATIVE = 0x80000001 | 0;
