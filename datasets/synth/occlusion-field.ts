/**
 * Soft ambient occlusion from distances to the nearest surface (Evans, "Fast Approximations for Global Illumination", 2006): along the normal n
 * of a point p in the open, distance(p + h n) = h; what is missing is occlusion,
 *
 *     open = 1 - strength * sum_k (h_k - distance(p + h_k n)) / h_k * weight_k
 *
 * The distances are tabulated once on a grid, so that the result is smooth and depends on the place alone: all views agree on it.
 */
import type { PartTree } from './part-tree.ts';

const CELL = 0.035;
const HEIGHTS = [0.05, 0.11, 0.2, 0.34, 0.5];
const WEIGHTS = [0.3, 0.26, 0.2, 0.14, 0.1];
const STRENGTH = 1.1;
const MARGIN = 0.55;

export class OcclusionField {
  private readonly min: readonly number[];
  private readonly size: readonly number[];
  private readonly distances: Float32Array;

  constructor(tree: PartTree) {
    const { bounds } = tree;
    this.min = [0, 1, 2].map((axis) => bounds[axis] - MARGIN);
    this.size = [0, 1, 2].map((axis) => Math.ceil((bounds[axis + 3] - bounds[axis] + 2 * MARGIN) / CELL) + 1);
    this.distances = tabulate(tree, this.min, this.size);
  }

  /** Share of the sky that a point with this normal sees, 0..1. */
  openness(x: number, y: number, z: number, nx: number, ny: number, nz: number): number {
    let closed = 0;
    for (let k = 0; k < HEIGHTS.length; k++) {
      const h = HEIGHTS[k];
      closed += Math.max(0, 1 - this.distanceAt(x + nx * h, y + ny * h, z + nz * h) / h) * WEIGHTS[k];
    }
    return Math.max(0, 1 - STRENGTH * closed);
  }

  private distanceAt(x: number, y: number, z: number): number {
    const [sx, sy, sz] = this.size;
    const gx = Math.min(Math.max((x - this.min[0]) / CELL, 0), sx - 1.001);
    const gy = Math.min(Math.max((y - this.min[1]) / CELL, 0), sy - 1.001);
    const gz = Math.min(Math.max((z - this.min[2]) / CELL, 0), sz - 1.001);
    const ix = Math.floor(gx);
    const iy = Math.floor(gy);
    const iz = Math.floor(gz);
    const fx = gx - ix;
    const fy = gy - iy;
    const fz = gz - iz;
    const d = this.distances;
    const i = (iz * sy + iy) * sx + ix;
    const j = i + sy * sx;
    const low = (d[i] * (1 - fx) + d[i + 1] * fx) * (1 - fy) + (d[i + sx] * (1 - fx) + d[i + sx + 1] * fx) * fy;
    const high = (d[j] * (1 - fx) + d[j + 1] * fx) * (1 - fy) + (d[j + sx] * (1 - fx) + d[j + sx + 1] * fx) * fy;
    return low * (1 - fz) + high * fz;
  }
}

function tabulate(tree: PartTree, min: readonly number[], [sx, sy, sz]: readonly number[]): Float32Array {
  const distances = new Float32Array(sx * sy * sz);
  for (let z = 0, i = 0; z < sz; z++) {
    for (let y = 0; y < sy; y++) {
      let before = Infinity;
      for (let x = 0; x < sx; x++, i++) {
        // A distance changes by at most the step, so the neighbour's value bounds the search.
        before = tree.nearest(min[0] + x * CELL, min[1] + y * CELL, min[2] + z * CELL, before + CELL * 1.001);
        distances[i] = before;
      }
    }
  }
  return distances;
}
