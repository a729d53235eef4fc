/** Levels come back from their differences, and smooth ones have small differences. */
import { expect, test } from 'vitest';
import { neighboursBefore, toDifferences, toLevels } from '../../src/baked/prediction.ts';
import { Random } from '../../src/math/random.ts';

const SIZE = [5, 4, 3] as const;

test('neighbours are the flagged points one step back along each axis of the same grid', () => {
  const flags = new Uint8Array(60);
  for (const point of [0, 1, 4, 5, 20, 26]) flags[point] = 1;
  // 4 is (4,0,0), 5 is (0,1,0), 20 is (0,0,1), 26 is (1,1,1).
  expect([...neighboursBefore(flags, SIZE)]).toEqual([-1, -1, -1, 0, -1, -1, -1, -1, -1, -1, 0, -1, -1, -1, 0, -1, -1, -1]);
});

test.each([8, 16])('%i bits: levels come back, also where differences wrap around', (bits) => {
  const random = new Random(3);
  const flags = Uint8Array.from({ length: 60 }, () => (random.float() < 0.7 ? 1 : 0));
  const count = flags.reduce((sum, flag) => sum + flag, 0);
  const before = neighboursBefore(flags, SIZE);
  const levels = new (bits === 8 ? Uint8Array : Uint16Array)(count).map(() => Math.floor(random.float() * 65536));
  const kept = levels.slice();
  expect(toLevels(toDifferences(levels, before), before)).toEqual(kept);
  expect(levels).toEqual(kept);
});

test('a ramp differs from its neighbours by a step', () => {
  const ramp = Uint8Array.from({ length: 60 }, (_, point) => 3 * (point % 5));
  const differences = toDifferences(ramp, neighboursBefore(new Uint8Array(60).fill(1), SIZE));
  expect(Math.max(...differences)).toBe(3);
});
