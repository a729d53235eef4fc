import type { GridSpec } from '../src/model/field-spec.ts';
import type { Camera } from './rays.ts';

/** Least and greatest distance of a point of the field's box from any of the cameras, metres: no depth of matter lies outside. */
export function boxDistances(grid: GridSpec, cameras: readonly Camera[]): [number, number] {
  let nearest = Infinity;
  let farthest = 0;
  for (const { camToWorld: m } of cameras) {
    const outside = [0, 1, 2].map((axis) => Math.max(grid.min[axis] - m[axis * 4 + 3], 0, m[axis * 4 + 3] - grid.max[axis]));
    const across = [0, 1, 2].map((axis) =>
      Math.max(Math.abs(grid.min[axis] - m[axis * 4 + 3]), Math.abs(grid.max[axis] - m[axis * 4 + 3])),
    );
    nearest = Math.min(nearest, Math.hypot(...outside));
    farthest = Math.max(farthest, Math.hypot(...across));
  }
  return [nearest, farthest];
}
