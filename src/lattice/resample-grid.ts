/**
 * Trilinear resampling of a grid with C channels onto another grid. With the same box on both sides this is DVGO's scaling with aligned
 * corners; with another box (coarse to fine) points outside the old box take the value of its nearest face. Exact for functions linear in x,
 * y and z.
 */

/** Where the points of a grid lie in another, along one axis. */
import type { GridSpec } from '../geometry/grid.ts';
export interface AlignedAxis {
  /** Source point at or below each target point, at most m - 2. */
  readonly base: Int32Array;
  /** Weight of the next source point. */
  readonly fraction: Float64Array;
}

/** source [from,C] -> [to,C], x fastest, channels innermost. */
export function resampleGrid(source: Float32Array, from: GridSpec, to: GridSpec, channels: number): Float32Array {
  const target = new Float32Array(to.size[0] * to.size[1] * to.size[2] * channels);
  const [xs, ys, zs] = [0, 1, 2].map((axis) => alignAxis(from, to, axis));
  const width = from.size[0] * channels;
  const row = new Float64Array(width);
  let out = 0;
  for (let z = 0; z < to.size[2]; z++) {
    for (let y = 0; y < to.size[1]; y++) {
      const first = (zs.base[z] * from.size[1] + ys.base[y]) * width;
      blendRows(source, first, width, from.size[1] * width, ys.fraction[y], zs.fraction[z], row);
      out = resampleRow(row, xs, channels, target, out);
    }
  }
  return target;
}

export function alignAxis(from: GridSpec, to: GridSpec, axis: number): AlignedAxis {
  const points = to.size[axis];
  const last = from.size[axis] - 1;
  const base = new Int32Array(points);
  const fraction = new Float64Array(points);
  const scale = last / (from.max[axis] - from.min[axis]);
  const spacing = (to.max[axis] - to.min[axis]) / (points - 1);
  for (let i = 0; i < points; i++) {
    const position = Math.min(Math.max((to.min[axis] - from.min[axis] + i * spacing) * scale, 0), last);
    base[i] = Math.min(Math.floor(position), last - 1);
    fraction[i] = position - base[i];
  }
  return { base, fraction };
}

/** The row of source points between the four rows that start at `first`. */
function blendRows(source: Float32Array, first: number, width: number, slab: number, fy: number, fz: number, row: Float64Array): void {
  const w00 = (1 - fy) * (1 - fz);
  const w10 = fy * (1 - fz);
  const w01 = (1 - fy) * fz;
  const w11 = fy * fz;
  for (let i = 0; i < width; i++) {
    const at = first + i;
    row[i] = w00 * source[at] + w10 * source[at + width] + w01 * source[at + slab] + w11 * source[at + slab + width];
  }
}

/** Writes one target row at `out` and returns the place of the next. */
function resampleRow(row: Float64Array, xs: AlignedAxis, channels: number, target: Float32Array, out: number): number {
  for (let x = 0; x < xs.base.length; x++) {
    const left = xs.base[x] * channels;
    const fx = xs.fraction[x];
    for (let c = 0; c < channels; c++) {
      const a = row[left + c];
      target[out++] = a + fx * (row[left + channels + c] - a);
    }
  }
  return out;
}
