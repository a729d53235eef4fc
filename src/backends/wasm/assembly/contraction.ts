/** Contracted space (src/geometry/contraction.ts): which steps of a ray exist, and where in the grid's box they are. */
import { innerSteps, near, stepLength } from './state';

const SHELL: f32 = 0.2;
const INVERSE_RANGE: f32 = 127.0 / 128;
const LEAST_MOVE: f32 = 0.95;

/** The place that was contracted last; 1 if it lies in the cube. */
export let placeX: f32 = 0;
export let placeY: f32 = 0;
export let placeZ: f32 = 0;
export let isInside: bool = false;
/** t of the last step. */
export let parameter: f32 = 0;

let moved: f32 = 0;
let hasBefore: bool = false;

// @ts-ignore: decorator
@inline
function inverse(j: i32): f32 {
  return 1 / (1 - (INVERSE_RANGE * <f32>j) / <f32>innerSteps);
}

/** t_i */
export function stepParameter(i: i32): f32 {
  if (i < innerSteps) return ((<f32>i + 0.5) * 2) / <f32>innerSteps;
  return inverse(i - innerSteps) + inverse(i - innerSteps + 1);
}

export function contract(x: f32, y: f32, z: f32): void {
  const norm = max(max(abs(x), abs(y)), abs(z));
  isInside = norm <= 1;
  const factor: f32 = isInside ? 1 : (1 + SHELL - SHELL / norm) / norm;
  placeX = x * factor;
  placeY = y * factor;
  placeZ = z * factor;
}

/** Before the first step of a ray. */
export function beginWalk(): void {
  moved = 0;
  hasBefore = false;
}

/** Goes on to step i, the one after the last unless that was inside; returns whether it exists. */
export function walkTo(i: i32, ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32): bool {
  parameter = stepParameter(i);
  if (parameter < near) return false;
  const x = placeX, y = placeY, z = placeZ;
  contract(ox + dx * parameter, oy + dy * parameter, oz + dz * parameter);
  if (!isInside) {
    const mx = placeX - x, my = placeY - y, mz = placeZ - z;
    if (hasBefore) moved += sqrt(mx * mx + my * my + mz * mz);
    hasBefore = true;
    if (moved <= LEAST_MOVE * stepLength) return false;
  }
  hasBefore = true;
  moved = 0;
  return true;
}

/** The last step up to which a ray that is in the cube stays in it, its steps evenly spaced; none of them is missed by rounding, some are left out. */
export function lastEvenStep(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32): i32 {
  const exit = min(min(exitAlong(ox, dx), exitAlong(oy, dy)), exitAlong(oz, dz));
  return min(<i32>(min(exit, 2) * 0.5 * <f32>innerSteps - 1.5), innerSteps - 1);
}

// @ts-ignore: decorator
@inline
function exitAlong(o: f32, d: f32): f32 {
  return abs(d) < 1e-9 ? <f32>4 : ((d > 0 ? <f32>1 : <f32>-1) - o) / d;
}
