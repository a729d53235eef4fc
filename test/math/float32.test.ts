import { expect, it } from 'vitest';
import { float32AtMost, LARGEST_FLOAT32 } from '../../src/math/float32.ts';
import { Random } from '../../src/math/random.ts';

it('the largest 32-bit number at most x separates the same 32-bit numbers as x', () => {
  const random = new Random(3);
  const ends = [0, -0, 1e-46, -1e-46, 1.5, -1.5, 1 / 3, -1 / 3, 2 ** -149, -(2 ** -149), 1e38, -1e38];
  for (const x of [...ends, ...Array.from({ length: 200 }, () => (random.float() - 0.5) * 10 ** (20 * random.float() - 10))]) {
    const least = float32AtMost(x);
    expect(Math.fround(least)).toBe(least);
    expect(least).toBeLessThanOrEqual(x);
    // The next larger one, by its bits.
    const next = new Float32Array([least]);
    const word = new Int32Array(next.buffer);
    word[0] = least === 0 ? 1 : word[0] + (least > 0 ? 1 : -1);
    expect(next[0]).toBeGreaterThan(x);
  }
});

it('is finite', () => {
  expect(float32AtMost(Infinity)).toBe(LARGEST_FLOAT32);
  expect(float32AtMost(-Infinity)).toBe(-LARGEST_FLOAT32);
  expect(Math.fround(LARGEST_FLOAT32)).toBe(LARGEST_FLOAT32);
});
