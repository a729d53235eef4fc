/** The box of the fine stage (DVGO `compute_bbox_by_coarse_geo`): the grid points where the coarse stage found matter, enlarged about their centre. */
import type { Box } from '../geometry/box.ts';
import type { GridSpec } from '../geometry/grid.ts';
import { SpikeRayError } from '../base/errors.ts';
import { densityOf } from './density.ts';
import type { Lattice } from './lattice.ts';

/**
 * The box around the occupied grid points where one voxel edge of the coarse field has an alpha above `threshold`, enlarged by `scale` about
 * its centre and at least two voxels wide.
 *
 * @param stepSize steps of the field's `interval`, in voxels: interval / stepSize is the exponent for a whole voxel.
 * @throws SpikeRayError if there is no such point
 */
export function contentBox(
  spec: Lattice,
  density: Float32Array,
  occupancy: Uint8Array,
  stepSize: number,
  threshold: number,
  scale: number,
): Box {
  const least = densityOf(threshold, spec.densityShift, spec.interval / stepSize);
  const points = extentOf(spec.grid, (i) => occupancy[i] === 1 && density[i] > least);
  if (!points) {
    throw new SpikeRayError(
      `The coarse stage found nothing: no voxel reached an alpha of ${threshold}.`,
      'Check the camera poses and scene.background, give scene.near and scene.far, or train longer (coarse.steps) or from a larger coarse.alphaInit.',
    );
  }
  const along = (axis: number): [number, number] => {
    const { min, max, size } = spec.grid;
    const edge = (max[axis] - min[axis]) / (size[axis] - 1);
    const centre = min[axis] + ((points.min[axis] + points.max[axis]) / 2) * edge;
    const half = (Math.max(2, points.max[axis] - points.min[axis]) / 2) * edge * scale;
    return [centre - half, centre + half];
  };
  const [x, y, z] = [along(0), along(1), along(2)];
  return { min: [x[0], y[0], z[0]], max: [x[1], y[1], z[1]] };
}

/**
 * The box around the occupied grid points, at least two voxels wide and within the grid's.
 *
 * @throws SpikeRayError if there is none
 */
export function occupiedBox(grid: GridSpec, occupancy: Uint8Array): Box {
  const points = extentOf(grid, (i) => occupancy[i] === 1);
  if (!points) throw new SpikeRayError('The field has become empty: no grid point is occupied.', 'Shrink its box later (fine.shrinkAt).');
  const along = (axis: number): [number, number] => {
    const { min, max, size } = grid;
    const last = size[axis] - 1;
    const place = (point: number): number => min[axis] + (Math.min(Math.max(point, 0), last) / last) * (max[axis] - min[axis]);
    const narrow = points.max[axis] - points.min[axis] < 2 ? 1 : 0;
    return [place(points.min[axis] - narrow), place(points.max[axis] + narrow)];
  };
  const [x, y, z] = [along(0), along(1), along(2)];
  return { min: [x[0], y[0], z[0]], max: [x[1], y[1], z[1]] };
}

/** Least and greatest grid coordinates of the points that `belongs` accepts. */
function extentOf(grid: GridSpec, belongs: (index: number) => boolean): Box | null {
  const [nx, ny, nz] = grid.size;
  const min: [number, number, number] = [nx, ny, nz];
  const max: [number, number, number] = [-1, -1, -1];
  let index = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, index++) {
        if (!belongs(index)) continue;
        if (x < min[0]) min[0] = x;
        if (x > max[0]) max[0] = x;
        if (y < min[1]) min[1] = y;
        if (y > max[1]) max[1] = y;
        if (z < min[2]) min[2] = z;
        if (z > max[2]) max[2] = z;
      }
    }
  }
  return max[0] < 0 ? null : { min, max };
}
