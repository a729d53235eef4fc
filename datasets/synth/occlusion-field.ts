/**
 * Soft ambient occlusion from distances to the nearest surface (Evans, "Fast Approximations for Global Illumination", 2006): along the normal n
 * of a point p in the open, distance(p + h n) = h; what is missing is occlusion,
 *
 *     open = 1 - strength * sum_k (h_k - distance(p + h_k n)) / h_k * weight_k
 *
 * The distances are taken on a grid, each when it is first asked for, so that the result is smooth and depends on the place alone: all views
 * agree on it.
 */
import type { PartTree } from './part-tree.ts';

const CELL = 0.035;
const HEIGHTS = [0.05, 0.11, 0.2, 0.34, 0.5];
const WEIGHTS = [0.3, 0.26, 0.2, 0.14, 0.1];
const STRENGTH = 1.1;
const MARGIN = 0.55;
/** Beyond the greatest height plus a cell's diagonal a distance makes no difference. */
const FAR = 0.6;

export class OcclusionField {
  private readonly min: readonly number[];
  private readonly size: readonly number[];
  private readonly tree: PartTree;
  /** NaN where nobody has asked yet. */
  private readonly distances: Float32Array;

  constructor(tree: PartTree) {
    const { bounds } = tree;
    this.tree = tree;
    this.min = [0, 1, 2].map((axis) => bounds[axis] - MARGIN);
    this.size = [0, 1, 2].map((axis) => Math.ceil((bounds[axis + 3] - bounds[axis] + 2 * MARGIN) / CELL) + 1);
    this.distances = new Float32Array(this.size[0] * this.size[1] * this.size[2]).fill(NaN);
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
    const row = (y: number, z: number): number => this.distanceOf(ix, y, z) * (1 - fx) + this.distanceOf(ix + 1, y, z) * fx;
    const low = row(iy, iz) * (1 - fy) + row(iy + 1, iz) * fy;
    const high = row(iy, iz + 1) * (1 - fy) + row(iy + 1, iz + 1) * fy;
    return low * (1 - fz) + high * fz;
  }

  private distanceOf(ix: number, iy: number, iz: number): number {
    const { distances, min } = this;
    const i = (iz * this.size[1] + iy) * this.size[0] + ix;
    if (Number.isNaN(distances[i])) distances[i] = this.tree.nearest(min[0] + ix * CELL, min[1] + iy * CELL, min[2] + iz * CELL, FAR);
    return distances[i];
  }
}
