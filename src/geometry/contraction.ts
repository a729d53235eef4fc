/**
 * Contracted space of unbounded scenes (DVGO `dcvgo.py`, after mip-NeRF 360). With |p| = max(|x|, |y|, |z|), in units of the inner region's
 * half side around its centre:
 *
 *     c(p) = p  where |p| <= 1,        p/|p| (1 + b - b/|p|)  beyond: all of it lies in a shell of thickness b = 0.2 around the cube
 *
 * Rays, in these units and with unit directions, all have the same 2 N parameters t_i, N = floor(2/stepLength) + 1: the first half evenly in
 * distance up to 2, the diameter of the cube, the second evenly in inverse distance up to 256,
 *
 *     t_i = (i + 1/2) 2/N,   i < N            t_{N+j} = (1/x_j + 1/x_{j+1}),   x_j = 1 - (127/128) j/N
 *
 * Outside of the cube steps may move c(p) by far less than a step's length. A step out there exists only if c(p) has moved by more than 0.95 of it
 * since the last step that does.
 */

/** b */
import type { Vec3 } from './vector.ts';
export const SHELL = 0.2;
/** Half side of the box that contains all of contracted space. */
export const CONTRACTED_HALF = 1 + SHELL;
/** Distance at which rays end. */
export const FARTHEST = 256;
const INVERSE_RANGE = 1 - 2 / FARTHEST;
/** Share of a step's length by which an outer step has to move. */
export const LEAST_MOVE = 0.95;

/** N */
export function innerSteps(stepLength: number): number {
  return Math.floor(2 / stepLength) + 1;
}

/** t_i */
export function stepParameter(i: number, inner: number): number {
  if (i < inner) return ((i + 0.5) * 2) / inner;
  const inverse = (j: number): number => 1 / (1 - (INVERSE_RANGE * j) / inner);
  return inverse(i - inner) + inverse(i - inner + 1);
}

/** |p| */
export function normOf([x, y, z]: Vec3): number {
  return Math.max(Math.abs(x), Math.abs(y), Math.abs(z));
}

/** c(p) */
export function contract(p: Vec3): Vec3 {
  const norm = normOf(p);
  if (norm <= 1) return p;
  const factor = (CONTRACTED_HALF - SHELL / norm) / norm;
  return [p[0] * factor, p[1] * factor, p[2] * factor];
}

/** The p of c(p); of a place at infinity, a far one in its direction. */
export function expand(c: Vec3): Vec3 {
  const norm = normOf(c);
  if (norm <= 1) return c;
  const factor = Math.min(SHELL / Math.max(CONTRACTED_HALF - norm, 0), 1e6) / norm;
  return [c[0] * factor, c[1] * factor, c[2] * factor];
}
