/** How far away things may be: coordinates may be of any size that a unit of length gives them, not of any that a 64-bit number has. */
import { InputError } from '../src/base/errors.ts';
import { type PosedScene, SPLIT_NAMES } from './scene-format.ts';

/** More millimetres than there are across all that can be seen. Fourth powers are far from the largest number. */
const FARTHEST = 1e30;

/**
 * The scene without points beyond.
 *
 * @throws InputError naming the first image whose camera is
 */
export function withinReach(scene: PosedScene): PosedScene {
  for (const { name, camToWorld: m } of SPLIT_NAMES.flatMap((split) => scene.splits[split] ?? [])) {
    const place = [m[3], m[7], m[11]];
    if (place.every(isNear)) continue;
    throw new InputError(
      `${name}: expected a camera whose coordinates are at most ${FARTHEST}, found it at ${place.map((value) => value.toPrecision(4)).join(', ')}`,
      'Correct its pose, or leave that image out.',
    );
  }
  const { points } = scene;
  if (points === undefined || points.places.every(isNear)) return scene;
  const { places } = points;
  const kept = places.filter((_, i) => places.subarray(i - (i % 3), i - (i % 3) + 3).every(isNear));
  const warning = `${(places.length - kept.length) / 3} points have coordinates beyond ${FARTHEST} and were left out`;
  return { ...scene, points: kept.length === 0 ? undefined : { ...points, places: kept }, warnings: [...scene.warnings, warning] };
}

function isNear(value: number): boolean {
  return Math.abs(value) <= FARTHEST;
}
