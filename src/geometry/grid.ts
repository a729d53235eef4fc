/**
 * Grids of points that divide a box evenly.
 *
 * Conventions: linear, x fastest: index = x + nx*(y + ny*z); grid points include both faces of the box ("align corners": point i of axis x sits at
 * min + i*(max-min)/(nx-1)).
 */
import type { Box } from './box.ts';
import type { Vec3 } from './vector.ts';

export interface GridSpec {
  /** Points along x, y, z; each at least 2. */
  readonly size: Vec3;
  /** Box in the field's space. */
  readonly min: Vec3;
  readonly max: Vec3;
}

/** Keeps a size that is whole but for rounding (64 voxels of a cube: 63.999...) from being floored to the next smaller. */
const ROUNDING = 1e-6;

export function voxelCount(grid: GridSpec): number {
  return grid.size[0] * grid.size[1] * grid.size[2];
}

/** Edge of a cubic voxel when `voxels` of them fill the box, in the unit of the box (DVGO `_set_grid_resolution`). */
export function voxelSize(min: Vec3, max: Vec3, voxels: number): number {
  return Math.cbrt(((max[0] - min[0]) * (max[1] - min[1]) * (max[2] - min[2])) / voxels);
}

/** The grid of about `voxels` cubic voxels in a box. */
export function cubeGrid({ min, max }: Box, voxels: number): GridSpec {
  const edge = voxelSize(min, max, voxels);
  const points = (axis: number): number => Math.max(2, Math.floor((max[axis] - min[axis]) / edge + ROUNDING));
  return { size: [points(0), points(1), points(2)], min, max };
}

/** Where grid point `index` lies in the field's space. */
export function gridPoint({ size, min, max }: GridSpec, index: number): Vec3 {
  const [nx, ny] = size;
  const at = (axis: number, i: number): number => min[axis] + (i * (max[axis] - min[axis])) / (size[axis] - 1);
  return [at(0, index % nx), at(1, Math.floor(index / nx) % ny), at(2, Math.floor(index / (nx * ny)))];
}
