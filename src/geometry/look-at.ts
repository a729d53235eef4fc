import { combine, cross, normalised, type Vec3 } from './vector.ts';

/** [16] of a camera at `position` that looks at `target`. */
export function lookAt(position: Vec3, target: Vec3, up: Vec3): Float64Array {
  const back = normalised(combine([1, position], [-1, target]));
  const right = normalised(cross(up, back));
  const top = cross(back, right);
  return Float64Array.of(...[0, 1, 2].flatMap((axis) => [right[axis], top[axis], back[axis], position[axis]]), ...[0, 0, 0, 1]);
}
