/** Which way is up: photos are taken upright, so the mean of the cameras' up axes tells. */
import { fixed } from '../base/format.ts';
import { normalised, type Vec3 } from './vector.ts';

/** Cosine of 25 degrees. */
const NEARLY = 0.9;

/** The unit mean of the cameras' up directions; +z where they cancel out. */
export function meanUp(cameras: readonly { readonly camToWorld: ArrayLike<number> }[]): Vec3 {
  const sum = [1, 5, 9].map((place) => cameras.reduce((total, { camToWorld }) => total + camToWorld[place], 0) / cameras.length);
  return Math.hypot(...sum) < 1e-6 ? [0, 0, 1] : normalised([sum[0], sum[1], sum[2]]);
}

/** The world axis that a direction nearly is, or null. */
export function nearestAxis(direction: Vec3): Vec3 | null {
  const axis = direction.findIndex((component) => Math.abs(component) > NEARLY);
  return axis < 0 ? null : ([0, 1, 2].map((i) => (i === axis ? Math.sign(direction[axis]) : 0)) as unknown as Vec3);
}

/** "+z", or numbers where no axis is near. */
export function upText(up: Vec3): string {
  const axis = nearestAxis(up);
  if (axis === null) return `(${up.map((value) => fixed(value, 2)).join(', ')})`;
  const index = axis.findIndex((value) => value !== 0);
  return `${axis[index] > 0 ? '+' : '-'}${'xyz'[index]}`;
}
