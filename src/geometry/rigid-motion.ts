/**
 * Rigid motions as 4x4 row-major matrices [R t; 0 0 0 1] with R^T R = I and det R = +1: what `camToWorld` has to be. A matrix with scale or
 * mirroring would silently bend rays and distances, so it is refused where it enters.
 */
import { excerpt } from '../base/excerpt.ts';

/** What is wrong with a value that should have been a rigid motion. */
export interface MatrixProblem {
  /** Where inside the value, e.g. "[1][2]"; empty for the whole. */
  readonly at: string;
  readonly expected: string;
  readonly found: string;
}

/** Largest deviation of R^T R from the identity. Files written in float32 or with six digits stay far below it. */
const RIGID_TOLERANCE = 1e-3;

/** Reads 4 rows of 4 numbers (as JSON gives them) as a rigid motion [16], or says what is wrong with them. */
export function parseRigidMotion(value: unknown): Float64Array | MatrixProblem {
  if (!Array.isArray(value)) return { at: '', expected: 'a 4x4 matrix, a list of 4 rows', found: excerpt(value, 40) };
  if (value.length !== 4) return { at: '', expected: 'a 4x4 matrix, a list of 4 rows', found: `${value.length} rows` };
  const matrix = new Float64Array(16);
  for (let row = 0; row < 4; row++) {
    const cells: unknown = value[row];
    if (!Array.isArray(cells) || cells.length !== 4) {
      return {
        at: `[${row}]`,
        expected: 'a row of 4 numbers',
        found: Array.isArray(cells) ? `${cells.length} values` : excerpt(cells, 40),
      };
    }
    for (let column = 0; column < 4; column++) {
      const cell: unknown = cells[column];
      if (typeof cell !== 'number' || !Number.isFinite(cell)) {
        return { at: `[${row}][${column}]`, expected: 'a finite number', found: excerpt(cell, 40) };
      }
      matrix[row * 4 + column] = cell;
    }
  }
  return rigidProblem(matrix) ?? matrix;
}

/** What keeps a finite 4x4 matrix from being a rigid motion, or null. */
export function rigidProblem(m: ArrayLike<number>): MatrixProblem | null {
  const last = [m[12], m[13], m[14], m[15]];
  if (last.some((value, i) => Math.abs(value - (i === 3 ? 1 : 0)) > 1e-6)) {
    return { at: '[3]', expected: 'the last row 0 0 0 1', found: last.join(' ') };
  }
  for (let a = 0; a < 3; a++) {
    for (let b = a; b < 3; b++) {
      const dot = m[a] * m[b] + m[4 + a] * m[4 + b] + m[8 + a] * m[8 + b];
      if (Math.abs(dot - (a === b ? 1 : 0)) <= RIGID_TOLERANCE) continue;
      const found =
        a === b ? `column ${a} has length ${Math.sqrt(dot).toFixed(4)}` : `columns ${a} and ${b} have dot product ${dot.toFixed(4)}`;
      return { at: '', expected: 'a rigid motion (orthonormal rotation, no scale)', found };
    }
  }
  const determinant = rotationDeterminant(m);
  if (determinant < 0)
    return { at: '', expected: 'a rigid motion (determinant +1)', found: `a mirroring, determinant ${determinant.toFixed(4)}` };
  return null;
}

/** Determinant of the upper left 3x3 block. */
function rotationDeterminant(m: ArrayLike<number>): number {
  return m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) + m[2] * (m[4] * m[9] - m[5] * m[8]);
}
