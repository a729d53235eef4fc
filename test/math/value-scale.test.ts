/** Values on colour maps: even ones, and those that reach to the horizon. */
import { expect, it } from 'vitest';
import { evenScale, shareOf, valueAt } from '../../src/math/value-scale.ts';

it('an even scale is even, and its inverse gives the value back', () => {
  const scale = evenScale(2, 6);
  expect([1, 2, 3, 6, 10].map((value) => shareOf(scale, value))).toEqual([-0.25, 0, 0.25, 1, 2]);
  expect(valueAt(scale, 0.25)).toBe(3);
  expect(shareOf(evenScale(4, 4), 4), 'an empty one').toBe(0);
});

it('a bent scale gives what is near half of the map, whatever is at the horizon', () => {
  const scale = { low: 0, high: 1e4, knee: 5 };
  expect(shareOf(scale, 5)).toBeCloseTo(0.5, 3);
  expect(shareOf(scale, 1e4)).toBe(1);
  // On an even scale all that is nearer than 20 would be one colour.
  expect(shareOf(scale, 20) - shareOf(scale, 1)).toBeGreaterThan(0.6);
  expect(shareOf(evenScale(0, 1e4), 20)).toBeLessThan(0.003);
  for (const value of [0, 0.3, 5, 77, 9000]) expect(valueAt(scale, shareOf(scale, value))).toBeCloseTo(value, 6);
});
