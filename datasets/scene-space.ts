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

/** Sides of a box along x, y, z. */
type Sides = readonly (readonly [low: number, high: number])[];

/** What is nearer to the faces of the inner cube than this share of its half side counts as outside. */
const WELL_INSIDE = 0.75;
/** A subject that all cameras look at reaches this share of their distance to it. */
const SUBJECT_REACH = 0.5;
/** Share of the places looked at that may lie anywhere, at each end. */
const OUTLIERS = 0.1;

/**
 * The inner region of an unbounded scene, a cube: around the camera centres, and around what they look at where that is not among them, as before
 * a wall or in a room. What all cameras look at is the point that they share; where they share none, the places in the middle of their views.
 *
 * @param places that cameras look at, where depths are known
 */
export function unboundedSpace(poses: readonly ArrayLike<number>[], places: readonly Vec3[] = []): SceneSpace & { kind: 'unbounded' } {
  const cameras = sidesOf(
    poses.map((m): Vec3 => [m[3], m[7], m[11]]),
    0,
  );
  const subject = subjectOf(poses, places, cubeOf(cameras));
  return {
    kind: 'unbounded',
    ...cubeOf(subject === null ? cameras : cameras.map(([l, h], k) => [Math.min(l, subject[k][0]), Math.max(h, subject[k][1])])),
  };
}

/** Null if the subject is well inside the cube of the cameras, or nothing is known of it. */
function subjectOf(poses: readonly ArrayLike<number>[], places: readonly Vec3[], cube: { centre: Vec3; radius: number }): Sides | null {
  const isInside = (p: Vec3): boolean => p.every((value, k) => Math.abs(value - cube.centre[k]) <= WELL_INSIDE * cube.radius);
  const { centre, radius, spread, facing } = cameraGeometry(poses);
  if (centre !== null && facing >= 0.75 && radius > 2 * spread)
    return isInside(centre) ? null : centre.map((value) => [value - SUBJECT_REACH * radius, value + SUBJECT_REACH * radius]);
  if (places.length === 0 || places.filter(isInside).length >= 0.75 * places.length) return null;
  return sidesOf(places, OUTLIERS);
}

function sidesOf(places: readonly Vec3[], outliers: number): Sides {
  return [0, 1, 2].map((axis) => {
    const sorted = Float64Array.from(places, (p) => p[axis]).sort();
    const left = Math.floor(outliers * sorted.length);
    return [sorted[left], sorted[sorted.length - 1 - left]];
  });
}

function cubeOf([x, y, z]: Sides): { centre: Vec3; radius: number } {
  const middle = ([low, high]: readonly [number, number]): number => (low + high) / 2;
  return {
    centre: [middle(x), middle(y), middle(z)],
    radius: Math.max(...[x, y, z].map(([low, high]) => (high - low) / 2)),
  };
}
