import { expect, it } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { fromHalves, toHalves } from '../../src/math/half.ts';

/** All finite ones but -0. */
const finite = Uint16Array.from({ length: 0x7c00 * 2 - 1 }, (_, i) => (i < 0x7c00 ? i : 0x8000 + i - 0x7c00 + 1));

it('every number of 16 bits stays what it is', () => {
  const again = toHalves(fromHalves(finite));
  expect(finite.filter((half, i) => again[i] !== half)).toHaveLength(0);
  expect(Array.from(fromHalves(Uint16Array.of(0, 1, 0x0400, 0x3c00, 0xbc00, 0x7bff, 0x3555)))).toEqual([
    0,
    2 ** -24,
    2 ** -14,
    1,
    -1,
    65504,
    Math.fround(0.333251953125),
  ]);
});

it('others go to the nearest, ties to the even one, those beyond to the ends', () => {
  const sorted = fromHalves(finite).sort();
  const random = new Random(3);
  for (let i = 0; i < 200; i++) {
    const value = Math.fround((random.float() - 0.5) * 2 ** (40 * random.float() - 28));
    const [got] = fromHalves(toHalves(Float32Array.of(value)));
    const above = sorted.findIndex((each) => each >= value);
    const least = Math.min(Math.abs(sorted[above] - value), Math.abs((sorted[above - 1] ?? Infinity) - value));
    expect(Math.abs(got - value), `${value}`).toBe(least);
  }
  const ends = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, 1e9, -Infinity];
  expect(Array.from(fromHalves(toHalves(Float32Array.from(ends))))).toEqual([1, 1 + 2 ** -9, 65504, 65504, 65504, -65504]);
});
