/**
 * Which kind of space a scene is (SceneSpace), for formats that do not know. In this order:
 *
 *     photos that are transparent around their subject (cut-out.ts)                                      bounded
 *     all optical axes within 45 degrees of their mean, and z-depths known                                ndc
 *     19 of 20 points nearer to what the cameras look at than the cameras are                            bounded
 *     else: photos show what is behind the subject                                                       unbounded
 */
import type { SpaceKind, SceneSpace } from '../src/spaces/space.ts';
import type { Vec3 } from '../src/geometry/vector.ts';
import { cameraGeometry } from '../src/geometry/camera-geometry.ts';
import { meanPose } from './forward-facing.ts';
import type { PlacedScene } from './scene-format.ts';

const FORWARD = Math.cos(Math.PI / 4);
const MOST_POINTS = 0.95;

/** @param depthsKnown whether ranges of z-depth are known from something else than the cameras */
export function spaceKind(posed: PlacedScene, poses: readonly ArrayLike<number>[], depthsKnown: boolean, cutOut: boolean): SpaceKind {
  if (posed.space !== undefined) return posed.space;
  if (cutOut) return 'bounded';
  if (depthsKnown && facesForward(poses)) return 'ndc';
  return posed.points !== undefined && pointsInside(posed.points, poses) ? 'bounded' : 'unbounded';
}

/** Whether all cameras look about the same way. */
export function facesForward(poses: readonly ArrayLike<number>[]): boolean {
  const mean = meanPose(poses);
  return poses.every((m) => m[2] * mean[2] + m[6] * mean[6] + m[10] * mean[10] > FORWARD);
}

function pointsInside(points: Float32Array, poses: readonly ArrayLike<number>[]): boolean {
  const { centre, radius } = cameraGeometry(poses);
  if (centre === null) return false;
  let inside = 0;
  for (let i = 0; i < points.length; i += 3) {
    if (Math.hypot(points[i] - centre[0], points[i + 1] - centre[1], points[i + 2] - centre[2]) < radius) inside++;
  }
  return inside * 3 >= MOST_POINTS * points.length;
}

export function unboundedSpace(poses: readonly ArrayLike<number>[]): SceneSpace {
  const along = (axis: number): [number, number] => {
    const values = poses.map((m) => m[axis * 4 + 3]);
    const [low, high] = values.reduce(([l, h], value) => [Math.min(l, value), Math.max(h, value)], [Infinity, -Infinity]);
    return [(low + high) / 2, (high - low) / 2];
  };
  const sides = [along(0), along(1), along(2)];
  const centre: Vec3 = [sides[0][0], sides[1][0], sides[2][0]];
  return { kind: 'unbounded', centre, radius: Math.max(...sides.map(([, half]) => half)) };
}
