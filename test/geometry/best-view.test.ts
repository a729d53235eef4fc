import { expect, test } from 'vitest';
import { bestView } from '../../src/geometry/best-view.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';

/** A camera at a distance of 4 and an elevation, in degrees, that looks at the origin; +Z is up. */
function lookFrom(elevation: number): number[] {
  const e = (elevation * Math.PI) / 180;
  const back = [0, -Math.cos(e), Math.sin(e)];
  const up = [0, Math.sin(e), Math.cos(e)];
  return [1, up[0], back[0], 4 * back[0], 0, up[1], back[1], 4 * back[1], 0, up[2], back[2], 4 * back[2], 0, 0, 0, 1];
}

const UP: Vec3 = [0, 0, 1];

test('a little from above and towards the middle is best', () => {
  expect(bestView([85, -40, 25, 60].map(lookFrom), [0, 0, 0], UP)).toBe(2);
  const away = lookFrom(20).map((value, i) => (i % 4 === 2 ? -value : value));
  expect(bestView([away, lookFrom(60)], [0, 0, 0], UP)).toBe(1);
});

test('without a common point it is the first', () => {
  expect(bestView([lookFrom(85), lookFrom(20)], null, UP)).toBe(0);
  expect(bestView([], [0, 0, 0], UP)).toBe(0);
});
