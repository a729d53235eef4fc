/**
 * The factors whose sum of products is nearest, in squares, to values on a lattice: of each pair of axes in turn what the others leave is a matrix
 * [points of the plane, points of the line], whose greatest singular vectors are the best planes and lines (Eckart, Young, 1936). The lines are the
 * eigenvectors of the small matrix that is its product with itself. A second round fits each pair to what the others came to leave in the first.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Vec3 } from '../../geometry/vector.ts';
import { FACTOR_PAIRS, factorPoints, type FactorPair, type Ranks } from './factors.ts';

/** Components of one pair, the strongest first. */
export interface FittedPair {
  /** [points_b, points_a, R] and [points, R]: alike in their mean square. */
  readonly plane: Float32Array;
  readonly line: Float32Array;
  /** [R] root mean square of each component's product, over the lattice. */
  readonly strengths: Float64Array;
}

const ROUNDS = 2;

/** @param values [V], x fastest */
export function fitFactors(values: Float32Array, size: Vec3, ranks: Ranks): FittedPair[] {
  const rest = Float64Array.from(values);
  const fitted = FACTOR_PAIRS.map((pair, i) => emptyPair(pair, size, ranks[i]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, pair] of FACTOR_PAIRS.entries()) {
      const columns = columnsOf(pair, size);
      addProducts(rest, columns, fitted[i], 1);
      fitted[i] = fitPair(rest, columns, ranks[i]);
      addProducts(rest, columns, fitted[i], -1);
    }
  return fitted;
}

function emptyPair(pair: FactorPair, size: Vec3, rank: number): FittedPair {
  const points = factorPoints(pair, size);
  return {
    plane: new Float32Array(points.plane * rank),
    line: new Float32Array(points.line * rank),
    strengths: new Float64Array(rank),
  };
}

/** The values along a pair's line at each point of its plane: `starts` [points of the plane], `points` values `stride` apart. */
interface Columns {
  readonly starts: Uint32Array;
  readonly points: number;
  readonly stride: number;
}

function columnsOf({ plane: [a, b], line }: FactorPair, size: Vec3): Columns {
  const strides = [1, size[0], size[0] * size[1]];
  const starts = Uint32Array.from(
    { length: size[a] * size[b] },
    (_, i) => (i % size[a]) * strides[a] + Math.floor(i / size[a]) * strides[b],
  );
  return { starts, points: size[line], stride: strides[line] };
}

function fitPair(values: Float64Array, columns: Columns, rank: number): FittedPair {
  const { starts, points } = columns;
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(squared(values, columns), { assumeSymmetric: true });
  const strongest = realEigenvalues.map((_, i) => i).sort((i, j) => realEigenvalues[j] - realEigenvalues[i]);
  const line = new Float32Array(points * rank);
  const strengths = new Float64Array(rank);
  for (let r = 0; r < Math.min(rank, points); r++) {
    const direction = eigenvectorMatrix.getColumn(strongest[r]);
    strengths[r] = Math.sqrt(Math.max(0, realEigenvalues[strongest[r]]) / (starts.length * points));
    for (let k = 0; k < points; k++) line[k * rank + r] = direction[k] * Math.sqrt(strengths[r] * points);
  }
  const plane = new Float32Array(starts.length * rank);
  const along = new Float64Array(rank);
  eachColumn(values, columns, (column, p) => {
    along.fill(0);
    for (let k = 0; k < points; k++) for (let r = 0; r < rank; r++) along[r] += column[k] * line[k * rank + r];
    // The squared length of the line is strength * points.
    for (let r = 0; r < rank; r++) plane[p * rank + r] = strengths[r] === 0 ? 0 : along[r] / (strengths[r] * points);
  });
  return { plane, line, strengths };
}

/** [points, points]: the matrix of the columns times itself. */
function squared(values: Float64Array, columns: Columns): Matrix {
  const { points } = columns;
  const sums = new Float64Array(points * points);
  eachColumn(values, columns, (column) => {
    for (let i = 0; i < points; i++) {
      const value = column[i];
      if (value !== 0) for (let j = 0; j <= i; j++) sums[i * points + j] += value * column[j];
    }
  });
  const whole = new Matrix(points, points);
  for (let i = 0; i < points; i++) for (let j = 0; j < points; j++) whole.set(i, j, sums[Math.max(i, j) * points + Math.min(i, j)]);
  return whole;
}

/** `visit` gets the same array every time. */
function eachColumn(values: Float64Array, { starts, points, stride }: Columns, visit: (column: Float64Array, p: number) => void): void {
  const column = new Float64Array(points);
  for (let p = 0; p < starts.length; p++) {
    for (let k = 0; k < points; k++) column[k] = values[starts[p] + k * stride];
    visit(column, p);
  }
}

/** Adds the products of a pair, times a factor. */
function addProducts(
  values: Float64Array,
  { starts, points, stride }: Columns,
  { plane, line, strengths }: FittedPair,
  factor: number,
): void {
  const rank = strengths.length;
  for (let p = 0; p < starts.length; p++)
    for (let k = 0; k < points; k++) {
      let sum = 0;
      for (let r = 0; r < rank; r++) sum += plane[p * rank + r] * line[k * rank + r];
      values[starts[p] + k * stride] += factor * sum;
    }
}
