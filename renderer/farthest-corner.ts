import type { GridSpec } from '../src/model/field-spec.ts';
import type { Camera } from './rays.ts';

/** Distance of the farthest corner of the field's box from any of the cameras: no depth is larger. */
export function farthestCorner(grid: GridSpec, cameras: readonly Camera[]): number {
  let most = 0;
  for (const { camToWorld: m } of cameras) {
    const along = [0, 1, 2].map((axis) => Math.max(Math.abs(grid.min[axis] - m[axis * 4 + 3]), Math.abs(grid.max[axis] - m[axis * 4 + 3])));
    most = Math.max(most, Math.hypot(...along));
  }
  return most;
}
