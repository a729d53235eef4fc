/**
 * Multi-plane grids of forward-facing fields (DVGO `dmpigo.py`): a certain number of planes along z, evenly in normalised device coordinates,
 * and across them the voxels that are left.
 *
 *     step      stepSize / (planes - 1) of a ray, from z' = -1 to 1            interval = stepSize * 256 / planes
 *     density   so that each plane has the same weight g = 1/planes - 1e-6 at first: with what the planes in front of it let through,
 *               p_k = (1 - (k + 1) g) / (1 - k g) = (1 + exp(s_k))^(-256 / planes)
 *
 * DVGO adds s_k to the density at every query, as a grid of its own (`act_shift`); here it is what the density begins with, which is the same:
 * neither scaling across the planes nor Adam knows a constant of a plane. Only what compares planes does (total variation along z).
 */
import type { GridSpec } from '../geometry/grid.ts';
import type { Box } from '../geometry/box.ts';
import type { Division } from './space.ts';

/** DVGO's number of planes whose interval is that of the step alone. */
const BASE_PLANES = 256;
/** Keeps the last plane, at infinity, from being wholly opaque. */
const LEFT_OVER = 1e-6;
/** The last step ends this share of a ray before the far side of the box, so that it is still one: the plane at infinity is sampled. */
const BEFORE_END = 1e-5;

export function planeGrid({ min, max }: Box, voxels: number, planes: number): GridSpec {
  const pointsPerUnit = Math.sqrt(voxels / planes / ((max[0] - min[0]) * (max[1] - min[1])));
  const points = (axis: number): number => Math.max(2, Math.floor((max[axis] - min[axis]) * pointsPerUnit));
  return { size: [points(0), points(1), planes], min, max };
}

/** @param stepSize distance of two steps, planes */
export function planeSteps(planes: number, stepSize: number): Pick<Division, 'stepLength' | 'interval'> {
  return { stepLength: (stepSize / (planes - 1)) * (1 - BEFORE_END), interval: (stepSize * BASE_PLANES) / planes };
}

/** [planes] the density that gives all planes the same weight, without a shift. */
function planeDensities(planes: number): Float64Array {
  const weight = 1 / planes - LEFT_OVER;
  return Float64Array.from({ length: planes }, (_, k) => {
    const passed = (1 - (k + 1) * weight) / (1 - k * weight);
    return Math.log(passed ** (-planes / BASE_PLANES) - 1);
  });
}

/** [V] of a field at its beginning. */
export function initialPlanes({ size: [nx, ny, nz] }: GridSpec): Float32Array {
  const density = new Float32Array(nx * ny * nz);
  planeDensities(nz).forEach((value, plane) => density.fill(value, plane * nx * ny, (plane + 1) * nx * ny));
  return density;
}
