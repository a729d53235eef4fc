/**
 * Where the world of a field lies in the coordinates of the scene's file (world-frame.ts).
 *
 * Rays and fields are 32-bit numbers, which give a place 4 000 km from the origin (UTM coordinates) to a quarter of a metre. So the scene is moved
 * to the origin, in 64-bit numbers, where its centre is more than 32 times as far away as the scene is large, and scaled by a power of two where
 * its cameras are nearer to their subject than 2 cm or farther than 200 m of the file (millimetres, kilometres). All other scenes keep the world of
 * their file, and their bits. Large is half the diagonal of the box of the camera centres, or their distance to what they all look at, or to the
 * nearest thing that is recorded, whichever is most.
 */
import { cameraGeometry } from '../src/geometry/camera-geometry.ts';
import type { Vec3 } from '../src/geometry/vector.ts';
import type { PointCloud } from './ply.ts';
import type { DepthRange, SplitName, WorldFrame } from './scene-data.ts';
import { type PlacedScene, type PosedImage, type PosedScene, SPLIT_NAMES } from './scene-format.ts';
import { boxFromFile, poseFromFile } from './world-frame.ts';

const FAR_AWAY = 32;
/** Lengths of the file that are no reason to scale: cameras to their subject. */
const USUAL_SIZE = [0.02, 200] as const;
/** Cameras of a scaled scene are about so far from their subject. */
const SCALED_SIZE = 4;
/** Farthest that cameras without a common subject, whose scene is of unknown size, may be from the origin; 32-bit numbers are exact there to a ten-thousandth of a length. */
const FAR_FROM_ORIGIN = 1024;
/** Points known less exactly than this share of the scene's size say nothing. */
const COARSE = 0.25;

/** The frame that a scene needs; null: the coordinates of its file do. */
export function findFrame(scene: PosedScene, poses: readonly ArrayLike<number>[]): WorldFrame | null {
  const { middle, size, subject } = extentOf(scene, poses);
  const away = Math.max(...middle.map(Math.abs));
  const isFar = away > FAR_AWAY * size && (subject > 0 || away > FAR_FROM_ORIGIN);
  const isUsual = subject === 0 || (subject >= USUAL_SIZE[0] && subject <= USUAL_SIZE[1]);
  if (!isFar && isUsual) return null;
  const scale = isUsual ? 1 : 2 ** Math.round(Math.log2(SCALED_SIZE / subject));
  // A round number of the file's coordinates, about the size of the scene.
  const unit = 2 ** Math.round(Math.log2(size > 0 ? size : 1));
  const round = (value: number): number => Math.round(value / unit) * unit;
  return { centre: isFar ? [round(middle[0]), round(middle[1]), round(middle[2])] : [0, 0, 0], scale };
}

/** The scene in the world of a frame, its points as 32-bit numbers. */
export function intoFrame(scene: PosedScene, frame: WorldFrame | null, leading: SplitName): PlacedScene {
  const { points, ...rest } = scene;
  if (frame === null) return { ...rest, ...(points && { points: Float32Array.from(points.places) }) };
  const { scale } = frame;
  const range = ({ near, far }: DepthRange): DepthRange => ({ near: near * scale, far: far * scale });
  const splits: Partial<Record<SplitName, PosedImage[]>> = {};
  for (const split of SPLIT_NAMES) {
    const images = scene.splits[split];
    if (images === undefined) continue;
    splits[split] = images.map((image) => ({
      ...image,
      camToWorld: poseFromFile(frame, image.camToWorld),
      ...(image.depthRange && { depthRange: range(image.depthRange) }),
    }));
  }
  const { box, depthRange } = rest;
  const moved: PlacedScene = {
    ...rest,
    splits,
    ...(depthRange && { depthRange: range(depthRange) }),
    ...(box && { box: boxFromFile(frame, box) }),
  };
  return points === undefined ? moved : withPoints(moved, points, frame, leading);
}

function withPoints(scene: PlacedScene, points: PointCloud, frame: WorldFrame, leading: SplitName): PlacedScene {
  const { places, isSingle } = points;
  const slack = isSingle ? spacing(places) * 0.5 * frame.scale : 0;
  const poses = (scene.splits[leading] ?? []).map(({ camToWorld }) => camToWorld);
  const { size } = extentOf(scene, poses);
  if (slack > COARSE * size) {
    const off = (slack / frame.scale).toPrecision(2);
    const text = `the points are 32-bit numbers, so far from the origin wrong by ${off}: left out; store them as 64-bit numbers, or nearer to it`;
    return { ...scene, warnings: [...scene.warnings, text] };
  }
  const moved = new Float32Array(places.length);
  for (let i = 0; i < places.length; i++) moved[i] = (places[i] - frame.centre[i % 3]) * frame.scale;
  return { ...scene, points: moved, pointSlack: slack };
}

/** Distance between neighbouring 32-bit numbers of the size of the largest. */
function spacing(places: Float64Array): number {
  const largest = places.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest === 0 ? 0 : 2 ** (Math.floor(Math.log2(largest)) - 23);
}

/** `subject`: how far it is from the cameras, 0 where that is not known. */
function extentOf(
  { depthRange }: Pick<PosedScene, 'depthRange'>,
  poses: readonly ArrayLike<number>[],
): { middle: Vec3; size: number; subject: number } {
  if (poses.length === 0) return { middle: [0, 0, 0], size: 0, subject: 0 };
  const along = (axis: number): readonly [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (const m of poses) [low, high] = [Math.min(low, m[axis * 4 + 3]), Math.max(high, m[axis * 4 + 3])];
    return [(low + high) / 2, (high - low) / 2];
  };
  const sides = [along(0), along(1), along(2)];
  const middle: Vec3 = [sides[0][0], sides[1][0], sides[2][0]];
  const around = poses.map((m) => poseFromFile({ centre: middle, scale: 1 }, m));
  const { centre, radius, spread, facing } = cameraGeometry(around);
  const looking = centre !== null && facing >= 0.75 && radius > 2 * spread ? radius : 0;
  const subject = Math.max(looking, depthRange?.near ?? 0);
  return { middle, size: Math.max(Math.hypot(...sides.map(([, half]) => half)), subject), subject };
}
