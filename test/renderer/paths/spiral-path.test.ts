import { expect, it } from 'vitest';
import { focusDepth, spiralPath } from '../../../renderer/paths/spiral-path.ts';
import { rigidProblem } from '../../../src/geometry/rigid-motion.ts';
import { tinyScene } from '../../train/tiny-scene.ts';

const [view] = tinyScene({ views: 1, size: 20 }).splits.train!;
const at = (x: number, y: number, z: number): typeof view => ({
  ...view,
  camToWorld: Float64Array.of(1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z, 0, 0, 0, 1),
});

it('goes twice round within reach of the photos, looking at one place before the mean camera', () => {
  const range = { near: 4 / 3, far: 10 };
  expect(focusDepth(range)).toBeCloseTo(1 / (0.25 / 1.2 + 0.75 / 50), 12);
  const views = Array.from({ length: 11 }, (_, i) => at((i - 5) / 10, i % 2 ? -0.2 : 0.2, i / 100));
  const path = spiralPath(views, range, 8, { width: 30, height: 20 });
  expect(path).toHaveLength(8);
  for (const [frame, { camToWorld: m, intrinsics }] of path.entries()) {
    const theta = (frame * Math.PI) / 2;
    expect(rigidProblem(m)).toBeNull();
    // The 90th percentiles of |x|, |y| and |z|.
    [0.5 * Math.cos(theta), -0.2 * Math.sin(theta), -0.09 * Math.sin(theta / 2)].forEach((value, axis) =>
      expect(m[axis * 4 + 3]).toBeCloseTo(value, 9),
    );
    const distance = Math.hypot(m[3], m[7], m[11] + focusDepth(range));
    expect(m[3] - m[2] * distance).toBeCloseTo(0, 9);
    expect(m[11] - m[10] * distance).toBeCloseTo(-focusDepth(range), 9);
    expect(intrinsics).toMatchObject({ width: 30, height: 20 });
  }
});
