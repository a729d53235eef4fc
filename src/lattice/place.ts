/** Places among the points of a lattice. */
import type { GridSpec } from '../geometry/grid.ts';
import type { Vec3 } from '../geometry/vector.ts';

export interface Place {
  /** Grid coordinates: 0 .. points - 1 along each axis. */
  readonly coordinates: Vec3;
  /** [8] grid points, x fastest, and their trilinear weights */
  readonly corners: readonly number[];
  readonly weights: readonly number[];
  readonly nearest: number;
  /** Voxels to the nearest place where `nearest` changes. */
  readonly tie: number;
}

/** The raw density s of a field at a place, before its activation. */
export type DensityAt = (place: Place) => number;

/** Density [V] at the points, interpolated trilinearly between them. */
export function interpolated(density: Float32Array): DensityAt {
  return ({ corners, weights }) => {
    let s = 0;
    for (let k = 0; k < 8; k++) s += weights[k] * density[corners[k]];
    return s;
  };
}

/**
 * Where a point of the field's space lies in the grid; outside, where the nearest point of the grid's box does.
 *
 * @param onPlane planes nearer than this, in voxels along z, it lies on
 */
export function locate(grid: GridSpec, point: Vec3, onPlane: number): Place {
  const coordinates: [number, number, number] = [0, 0, 0];
  const base = [0, 0, 0];
  const fraction = [0, 0, 0];
  const near = [0, 0, 0];
  let tie = Infinity;
  for (let axis = 0; axis < 3; axis++) {
    const { min, max, size } = grid;
    const scale = (size[axis] - 1) / (max[axis] - min[axis]);
    const clamped = Math.min(Math.max((point[axis] - min[axis]) * scale, 0), size[axis] - 1);
    const g = axis === 2 && Math.abs(clamped - Math.round(clamped)) < onPlane ? Math.round(clamped) : clamped;
    coordinates[axis] = g;
    base[axis] = Math.min(Math.floor(g), size[axis] - 2);
    fraction[axis] = g - base[axis];
    near[axis] = Math.floor(g + 0.5);
    tie = Math.min(tie, Math.abs(fraction[axis] - 0.5));
  }
  const [nx, ny] = grid.size;
  const corners: number[] = [];
  const weights: number[] = [];
  for (let k = 0; k < 8; k++) {
    const [dx, dy, dz] = [k & 1, (k >> 1) & 1, k >> 2];
    corners.push(base[0] + dx + nx * (base[1] + dy + ny * (base[2] + dz)));
    weights.push(side(fraction[0], dx) * side(fraction[1], dy) * side(fraction[2], dz));
  }
  return { coordinates, corners, weights, nearest: near[0] + nx * (near[1] + ny * near[2]), tie };
}

/** Linear weight of the lower (0) or upper (1) of two grid points. */
function side(fraction: number, upper: number): number {
  return upper === 1 ? fraction : 1 - fraction;
}
