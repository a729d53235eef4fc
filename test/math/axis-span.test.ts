import { expect, test } from 'vitest';
import { spanOf } from '../../src/math/axis-span.ts';

test('an axis has all values and a whole number of ticks, however far apart they are', () => {
  for (let power = -6; power < 6; power += 0.03) {
    const distance = 10 ** power;
    const values = [23.7, 23.7 + distance];
    const { min, max, interval } = spanOf(values, 1e-9);
    expect(min).toBeLessThan(values[0]);
    expect(max).toBeGreaterThan(values[1]);
    const ticks = (max - min) / interval;
    expect(Math.abs(ticks - Math.round(ticks))).toBeLessThan(1e-3);
    expect(Math.round(ticks)).toBeGreaterThan(1);
    expect(Math.round(ticks)).toBeLessThanOrEqual(7);
  }
});

test('values that are alike have an axis of the least length', () => {
  const { min, max } = spanOf([30, 30], 1);
  expect([min <= 29.5, max >= 30.5]).toEqual([true, true]);
});
