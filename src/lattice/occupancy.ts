/**
 * Which grid points exist. A refresh keeps a point if it was occupied and the largest alpha of its 3x3x3 neighbourhood exceeds the threshold.
 * Every step interpolates the density between points of its nearest point's neighbourhood, so no step whose alpha exceeds the threshold is
 * lost by it.
 *
 * alpha increases with density, so the test is on densities; the neighbourhood is a separable dilation of the mask of passing points.
 */
import type { GridSpec } from '../geometry/grid.ts';
import type { Vec3 } from '../geometry/vector.ts';
import { densityOf } from './density.ts';
import { occupancyAlphaOf, type Lattice } from './lattice.ts';

/** density [V], occupancy [V] -> new occupancy [V] */
export function refreshOccupancy(lattice: Lattice, density: Float32Array, occupancy: Uint8Array): Uint8Array {
  const kept = neighbourhoodExceeds(
    density,
    lattice.grid.size,
    densityOf(occupancyAlphaOf(lattice), lattice.densityShift, lattice.interval),
  );
  for (let i = 0; i < kept.length; i++) kept[i] &= occupancy[i];
  return kept;
}

/** 1 where any density in the 3x3x3 neighbourhood is above `threshold`; neighbours outside the grid do not count. */
export function neighbourhoodExceeds(density: Float32Array, size: Vec3, threshold: number): Uint8Array {
  const mask = new Uint8Array(density.length);
  for (let i = 0; i < mask.length; i++) mask[i] = density[i] > threshold ? 1 : 0;
  const [nx, ny, nz] = size;
  const dilated = new Uint8Array(mask.length);
  dilateAxis(mask, dilated, 1, nx, nx);
  dilateAxis(dilated, mask, nx, ny, nx * ny);
  dilateAxis(mask, dilated, nx * ny, nz, nx * ny * nz);
  return dilated;
}

/** target[i] = source[i - stride] | source[i] | source[i + stride] along an axis of `points` points that repeats every `block` = stride * points. */
function dilateAxis(source: Uint8Array, target: Uint8Array, stride: number, points: number, block: number): void {
  for (let start = 0; start < source.length; start += block) {
    for (let p = 0; p < points; p++) {
      const before = p > 0 ? stride : 0;
      const after = p + 1 < points ? stride : 0;
      const end = start + (p + 1) * stride;
      for (let i = start + p * stride; i < end; i++) target[i] = source[i - before] | source[i] | source[i + after];
    }
  }
}

/**
 * Occupancy on another grid: that of the nearest point of the old one, 0 outside the old box. Half a voxel beyond the old box still belongs to
 * its outermost points.
 */
export function resampleOccupancy(occupancy: Uint8Array, from: GridSpec, to: GridSpec): Uint8Array {
  const [xs, ys, zs] = [0, 1, 2].map((axis) => nearestPoints(from, to, axis));
  const [nx, ny, nz] = to.size;
  const result = new Uint8Array(nx * ny * nz);
  let out = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = zs[z] < 0 || ys[y] < 0 ? -1 : from.size[0] * (ys[y] + from.size[1] * zs[z]);
      for (let x = 0; x < nx; x++, out++) if (row >= 0 && xs[x] >= 0) result[out] = occupancy[row + xs[x]];
    }
  }
  return result;
}

/** For every point of `to` along an axis the nearest point of `from`, or -1. */
export function nearestPoints(from: GridSpec, to: GridSpec, axis: number): Int32Array {
  const n = to.size[axis];
  const points = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const world = to.min[axis] + (i * (to.max[axis] - to.min[axis])) / (n - 1);
    const nearest = Math.floor(((world - from.min[axis]) * (from.size[axis] - 1)) / (from.max[axis] - from.min[axis]) + 0.5);
    points[i] = nearest >= 0 && nearest < from.size[axis] ? nearest : -1;
  }
  return points;
}
