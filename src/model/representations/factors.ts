/**
 * How the factors of a vector-matrix decomposition (vm.ts) lie along the axes of a lattice: for each of the three pairs of axes a plane with R
 * components, and a line with as many along the axis that is left. TensoRF's order: XY and Z, XZ and Y, YZ and X.
 */
import type { Vec3 } from '../../geometry/vector.ts';
import { alignAxis, type AlignedAxis } from '../../lattice/resample-grid.ts';
import type { GridSpec } from '../../geometry/grid.ts';

export interface FactorPair {
  /** Axes of the plane, x before y before z; the first is the fastest in memory. */
  readonly plane: readonly [number, number];
  readonly line: number;
  /** XY, Z */
  readonly planeName: string;
  readonly lineName: string;
}

export const FACTOR_PAIRS: readonly FactorPair[] = [
  { plane: [0, 1], line: 2, planeName: 'XY', lineName: 'Z' },
  { plane: [0, 2], line: 1, planeName: 'XZ', lineName: 'Y' },
  { plane: [1, 2], line: 0, planeName: 'YZ', lineName: 'X' },
];

/** Number of components of each pair. */
export type Ranks = readonly [number, number, number];

export function rankSum([a, b, c]: Ranks): number {
  return a + b + c;
}

/** Points of a pair's plane and line. */
export function factorPoints({ plane: [a, b], line }: FactorPair, size: Vec3): { readonly plane: number; readonly line: number } {
  return { plane: size[a] * size[b], line: size[line] };
}

/** Where grid coordinates lie between the points of an axis. */
export function alongAxis(coordinate: number, points: number): { readonly base: number; readonly fraction: number } {
  const base = Math.min(Math.floor(coordinate), points - 2);
  return { base, fraction: coordinate - base };
}

/** [points_b, points_a, R] on another grid, linear along both axes. */
export function resamplePlane(
  values: Float32Array,
  { plane: [a, b] }: FactorPair,
  from: GridSpec,
  to: GridSpec,
  rank: number,
): Float32Array {
  const along = resampleAxis(values, from.size[b], alignAxis(from, to, a), from.size[a], rank);
  return Float32Array.from(resampleAxis(along, 1, alignAxis(from, to, b), from.size[b], to.size[a] * rank));
}

/** [points, R] on another grid. */
export function resampleLine(values: Float32Array, { line }: FactorPair, from: GridSpec, to: GridSpec, rank: number): Float32Array {
  return Float32Array.from(resampleAxis(values, 1, alignAxis(from, to, line), from.size[line], rank));
}

/** [outer, points, inner] to other points of the middle axis. */
function resampleAxis(
  values: ArrayLike<number>,
  outer: number,
  { base, fraction }: AlignedAxis,
  points: number,
  inner: number,
): Float64Array {
  const out = new Float64Array(outer * base.length * inner);
  for (let o = 0, at = 0; o < outer; o++)
    for (let i = 0; i < base.length; i++) {
      const first = (o * points + base[i]) * inner;
      for (let c = 0; c < inner; c++, at++) {
        const value = values[first + c];
        out[at] = value + fraction[i] * (values[first + inner + c] - value);
      }
    }
  return out;
}
