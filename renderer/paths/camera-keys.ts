/**
 * A camera path through key frames: cubic Hermite curves in time, with the slopes of a Catmull-Rom spline over unequal intervals,
 *
 *     m_i = ((p_{i+1} - p_i) / h_i * h_{i-1} + (p_i - p_{i-1}) / h_{i-1} * h_i) / (h_{i-1} + h_i),        h_i = t_{i+1} - t_i
 *
 * for positions, fields of view, and the components of the rotations' quaternions (signs chosen so that neighbours are near, normalised
 * afterwards). The path goes exactly through its keys and has no kinks in its speed.
 */
import type { WorldFrame } from '../../datasets/scene-data.ts';
import { poseFromFile, poseToFile } from '../../datasets/world-frame.ts';
import { InputError } from '../../src/base/errors.ts';
import type { CameraKey, Pose } from './camera-key.ts';
import { encodeCameraPath, parseCameraPath } from './nerfstudio-path.ts';

export interface KeyPath {
  readonly keys: readonly CameraKey[];
  readonly framesPerSecond: number;
  readonly width: number;
  readonly height: number;
}

/** Most key frames of a path; files may hold more frames, of which so many are kept. */
export const MOST_KEYS = 200;

export function pathSeconds(keys: readonly CameraKey[]): number {
  return keys.slice(1).reduce((sum, key) => sum + key.seconds, 0);
}

/** The camera `seconds` after the start; before the start and after the end it stands still. There must be a key. */
export function cameraAt(keys: readonly CameraKey[], seconds: number): Pose {
  const times = keys.map((_, i) => pathSeconds(keys.slice(0, i + 1)));
  const values = keyValues(keys);
  const last = keys.length - 1;
  const i = Math.max(
    0,
    Math.min(
      last - 1,
      times.findLastIndex((time) => time <= seconds),
    ),
  );
  if (last === 0 || seconds <= 0) return poseOf(values[0]);
  if (seconds >= times[last]) return poseOf(values[last]);
  const h = times[i + 1] - times[i];
  const u = (seconds - times[i]) / h;
  const [from, to] = [slope(values, times, i), slope(values, times, i + 1)];
  return poseOf(
    values[i].map((start, k) => {
      const end = values[i + 1][k];
      return start * (1 + 2 * u) * (1 - u) ** 2 + from[k] * h * u * (1 - u) ** 2 + end * u * u * (3 - 2 * u) + to[k] * h * u * u * (u - 1);
    }),
  );
}

/** The frames of a path at its frame rate, both ends included. */
export function pathFrames({ keys, framesPerSecond }: KeyPath): Pose[] {
  const seconds = pathSeconds(keys);
  const count = Math.max(1, Math.round(seconds * framesPerSecond));
  return Array.from({ length: count + 1 }, (_, i) => cameraAt(keys, (seconds * i) / count));
}

/**
 * What `spikeray render --path` and nerfstudio read, with the key frames for editing on; in the coordinates of the scene's file.
 *
 * @param frame where the world of the path lies in them
 */
export function encodeKeyPath(path: KeyPath, frame: WorldFrame | null = null): object {
  const toFile = <P extends Pose>(pose: P): P => ({ ...pose, camToWorld: Array.from(poseToFile(frame, pose.camToWorld)) });
  return encodeCameraPath(pathFrames(path).map(toFile), path.keys.map(toFile), pathSeconds(path.keys), path);
}

/**
 * A path saved by this viewer or by nerfstudio's. Files without key frames in this form give a key for each of their frames.
 *
 * @param frame where the world of the scene lies in the coordinates of its file, which the path is in
 * @throws InputError if it is no camera path
 */
export function parseKeyPath(json: unknown, source: string, frame: WorldFrame | null = null): KeyPath {
  const { cameras, framesPerSecond, keys } = parseCameraPath(json, source);
  const rate = framesPerSecond ?? 24;
  const { width, height } = cameras[0].intrinsics;
  const every = Math.ceil(cameras.length / MOST_KEYS);
  const frames = cameras.filter((_, i) => i % every === 0);
  const found =
    keys ??
    frames.map(({ camToWorld, intrinsics }) => ({
      camToWorld: Array.from(camToWorld),
      fov: (Math.atan(intrinsics.height / 2 / intrinsics.fy) * 360) / Math.PI,
      seconds: every / rate,
    }));
  if (found.length > MOST_KEYS) throw new InputError(`${source}: expected at most ${MOST_KEYS} key frames, found ${found.length}`);
  const inWorld = found.map((key) => ({ ...key, camToWorld: Array.from(poseFromFile(frame, key.camToWorld)) }));
  return { keys: inWorld, framesPerSecond: rate, width, height };
}

/** x, y, z, fov, and the quaternion w, x, y, z on the same half of the sphere as the one before. */
function keyValues(keys: readonly CameraKey[]): number[][] {
  let before: number[] | null = null;
  return keys.map(({ camToWorld: m, fov }) => {
    let rotation = quaternionOf(m);
    if (before !== null && rotation.reduce((sum, value, i) => sum + value * before![i], 0) < 0) rotation = rotation.map((value) => -value);
    before = rotation;
    return [m[3], m[7], m[11], fov, ...rotation];
  });
}

function slope(values: readonly number[][], times: readonly number[], i: number): number[] {
  const difference = (a: number): number[] => values[a].map((value, k) => (values[a + 1][k] - value) / (times[a + 1] - times[a]));
  if (i === 0) return difference(0);
  if (i === values.length - 1) return difference(i - 1);
  const [before, after] = [times[i] - times[i - 1], times[i + 1] - times[i]];
  const [left, right] = [difference(i - 1), difference(i)];
  return left.map((value, k) => (right[k] * before + value * after) / (before + after));
}

function poseOf([x, y, z, fov, ...rotation]: readonly number[]): Pose {
  const length = Math.hypot(...rotation);
  const [w, a, b, c] = rotation.map((value) => value / length);
  // prettier-ignore
  const camToWorld = [
    1 - 2 * (b * b + c * c), 2 * (a * b - c * w), 2 * (a * c + b * w), x,
    2 * (a * b + c * w), 1 - 2 * (a * a + c * c), 2 * (b * c - a * w), y,
    2 * (a * c - b * w), 2 * (b * c + a * w), 1 - 2 * (a * a + b * b), z,
    0, 0, 0, 1,
  ];
  return { camToWorld, fov };
}

/** [w, x, y, z] of a rotation, by its largest component (Shepperd 1978). */
function quaternionOf(m: readonly number[]): number[] {
  const squares = [1 + m[0] + m[5] + m[10], 1 + m[0] - m[5] - m[10], 1 - m[0] + m[5] - m[10], 1 - m[0] - m[5] + m[10]];
  const largest = squares.indexOf(Math.max(...squares));
  const s = Math.sqrt(squares[largest]) * 2;
  const [yz, zx, xy] = [m[9] - m[6], m[2] - m[8], m[4] - m[1]];
  const [sumXy, sumZx, sumYz] = [m[4] + m[1], m[8] + m[2], m[9] + m[6]];
  // prettier-ignore
  const rows = [
    [s * s / 4, yz, zx, xy],
    [yz, s * s / 4, sumXy, sumZx],
    [zx, sumXy, s * s / 4, sumYz],
    [xy, sumZx, sumYz, s * s / 4],
  ];
  return rows[largest].map((value) => value / s);
}
