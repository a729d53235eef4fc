/** Steps along straight rays: evenly from the near to the far side of a box, where a slab test says it begins and ends. */
import type { Box } from '../geometry/box.ts';
import type { Vec3 } from '../geometry/vector.ts';
import type { Space, Step, SteppedBox, Walk } from './space.ts';

/** Components of a direction smaller than this count as this in the slab test. */
const MIN_DIRECTION = 1e-9;

/** Part of a ray inside a box, in units of its direction. Empty if `tMax <= tMin`. */
export interface Span {
  readonly tMin: number;
  readonly tMax: number;
}

type StraightSteps = Pick<Space, 'maxSteps' | 'innerSteps' | 'rayPosition' | 'walk' | 'placeAt' | 'onPlane'>;

/** @param metric steps are metres, and rays go on; else they are units of the direction, and rays end at t = 1 */
export function straightSteps(metric: boolean, onPlane: number): StraightSteps {
  const lengthOf = (direction: ArrayLike<number>): number => (metric ? Math.hypot(direction[0], direction[1], direction[2]) : 1);
  const placeAt = (origin: ArrayLike<number>, direction: ArrayLike<number>, distance: number): Vec3 => {
    const t = distance / lengthOf(direction);
    return [origin[0] + direction[0] * t, origin[1] + direction[1] * t, origin[2] + direction[2] * t];
  };
  const maxSteps = ({ min, max }: Box, stepLength: number): number => {
    const longest = metric ? Math.hypot(max[0] - min[0], max[1] - min[1], max[2] - min[2]) : 1;
    return Math.ceil(longest / stepLength) + 1;
  };
  return {
    maxSteps,
    placeAt,
    onPlane,
    innerSteps: () => 0,
    rayPosition: (index, box, stepLength) => index / maxSteps(box, stepLength),
    walk: (through, origin, direction) => {
      const length = lengthOf(direction);
      const { tMin, tMax } = raySpan(through, metric ? Infinity : 1, origin, direction);
      if (!(tMax > tMin)) return { exitDistance: 0, steps: [], margin: Infinity };
      const walk = { exitDistance: length * tMax, margin: Infinity };
      function* steps(): Generator<Step> {
        for (let index = 0; ; index++) {
          const distance = length * tMin + index * through.stepLength;
          walk.margin = Math.min(walk.margin, Math.abs(distance - length * tMax) / through.stepLength);
          if (distance >= length * tMax) return;
          yield { index, distance, place: placeAt(origin, direction, distance) };
        }
      }
      return Object.assign(walk, { steps: steps() }) satisfies Walk;
    },
  };
}

/** Slab test of a ray against a box, up to `end`. */
export function raySpan(
  { box, near }: Pick<SteppedBox, 'box' | 'near'>,
  end: number,
  origin: ArrayLike<number>,
  direction: ArrayLike<number>,
): Span {
  let tMin = near;
  let tMax = end;
  for (let axis = 0; axis < 3; axis++) {
    const along = Math.abs(direction[axis]) < MIN_DIRECTION ? MIN_DIRECTION : direction[axis];
    const a = (box.min[axis] - origin[axis]) / along;
    const b = (box.max[axis] - origin[axis]) / along;
    tMin = Math.max(tMin, Math.min(a, b));
    tMax = Math.min(tMax, Math.max(a, b));
  }
  return { tMin, tMax };
}
