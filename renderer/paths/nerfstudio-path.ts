/**
 * Camera paths saved by nerfstudio's viewer: `camera_path[i]` with `camera_to_world` (16 numbers, row-major, -Z forward, +Y up) and `fov`
 * (vertical, degrees), `render_width`, `render_height`, `fps`; for editing on, `keyframes[i]` with `matrix` (as camera_to_world), `fov` and
 * `override_transition_sec`.
 */
import type { Size } from '../../src/geometry/intrinsics.ts';
import type { CameraKey, Pose } from './camera-key.ts';
import { InputError } from '../../src/base/errors.ts';
import { rigidProblem } from '../../src/geometry/rigid-motion.ts';
import { frameName, type NamedCamera } from './camera-path.ts';

/** The longest side of an image that is rendered, pixels. */
export const LARGEST_SIDE = 8192;

export interface CameraPathFile {
  readonly cameras: NamedCamera[];
  readonly framesPerSecond: number | null;
  /** null where the file has none, or in another form than `encodeCameraPath` writes. */
  readonly keys: CameraKey[] | null;
}

/**
 * @param json the parsed file
 * @param source its name, for messages
 * @param size instead of that of the file
 * @throws InputError if it has another shape
 */
export function parseCameraPath(json: unknown, source: string, size?: Size): CameraPathFile {
  const root = record(json, source, 'a JSON object');
  const type = root.camera_type ?? 'perspective';
  if (type !== 'perspective') throw malformed(source, 'camera_type "perspective"', JSON.stringify(type));
  const entries = root.camera_path;
  if (!Array.isArray(entries) || entries.length === 0) throw malformed(source, 'a list "camera_path" of cameras', describe(entries));
  const width = size?.width ?? side(root.render_width, source, 'render_width');
  const height = size?.height ?? side(root.render_height, source, 'render_height');
  const cameras = entries.map((entry: unknown, i): NamedCamera => {
    const where = `camera_path[${i}]`;
    const camera = record(entry, source, `an object at ${where}`);
    const fov = fieldOfView(camera.fov, source, where);
    const focal = height / 2 / Math.tan((fov * Math.PI) / 360);
    const intrinsics = { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2 };
    return { name: frameName(i), camToWorld: pose(camera.camera_to_world, source, `${where}.camera_to_world`), intrinsics };
  });
  const fps = root.fps;
  return { cameras, framesPerSecond: typeof fps === 'number' && fps > 0 ? fps : null, keys: keysOf(root.keyframes, source) };
}

function keysOf(entries: unknown, source: string): CameraKey[] | null {
  const complete = (entry: unknown): entry is Record<string, unknown> =>
    typeof entry === 'object' && entry !== null && 'matrix' in entry && 'fov' in entry && 'override_transition_sec' in entry;
  if (!Array.isArray(entries) || entries.length === 0 || !entries.every(complete)) return null;
  // nerfstudio leaves the time out where its default is meant.
  if (entries.some((entry) => typeof entry.override_transition_sec !== 'number' || !Array.isArray(entry.matrix))) return null;
  return entries.map((entry, i) => {
    const where = `keyframes[${i}]`;
    const seconds = positive(entry.override_transition_sec, source, `${where}.override_transition_sec`);
    return { camToWorld: [...pose(entry.matrix, source, `${where}.matrix`)], fov: fieldOfView(entry.fov, source, where), seconds };
  });
}

/** The JSON document of a path: every frame, and its keys. */
export function encodeCameraPath(
  frames: readonly Pose[],
  keys: readonly CameraKey[],
  seconds: number,
  { width, height, framesPerSecond }: Size & { readonly framesPerSecond: number },
): object {
  const aspect = width / height;
  return {
    camera_type: 'perspective',
    render_width: width,
    render_height: height,
    fps: framesPerSecond,
    seconds,
    is_cycle: false,
    smoothness_value: 0,
    keyframes: keys.map((key) => ({
      matrix: key.camToWorld,
      fov: key.fov,
      aspect,
      override_transition_enabled: true,
      override_transition_sec: key.seconds,
    })),
    camera_path: frames.map(({ camToWorld, fov }) => ({ camera_to_world: camToWorld, fov, aspect })),
  };
}

function fieldOfView(value: unknown, source: string, where: string): number {
  const fov = positive(value, source, `${where}.fov`);
  if (fov >= 180) throw malformed(source, `${where}.fov below 180 degrees`, String(fov));
  return fov;
}

function pose(value: unknown, source: string, where: string): Float64Array {
  const numbers: unknown[] = Array.isArray(value) ? value.flat() : [];
  if (numbers.length !== 16 || !numbers.every((x): x is number => typeof x === 'number' && Number.isFinite(x))) {
    throw malformed(source, `16 finite numbers at ${where}`, describe(value));
  }
  const matrix = Float64Array.from(numbers);
  const problem = rigidProblem(matrix);
  if (problem) throw malformed(source, `${problem.expected} at ${where}`, problem.found);
  return matrix;
}

function record(value: unknown, source: string, expected: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(source, expected, describe(value));
  return value as Record<string, unknown>;
}

function positive(value: unknown, source: string, where: string): number {
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value))
    throw malformed(source, `a positive number at ${where}`, describe(value));
  return value;
}

function side(value: unknown, source: string, where: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LARGEST_SIDE) return value;
  throw malformed(source, `a whole number from 1 to ${LARGEST_SIDE} at ${where}`, describe(value));
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value);
}

function malformed(source: string, expected: string, found: string): InputError {
  return new InputError(`${source}: expected ${expected}, found ${found}`, 'Export the path again from a nerfstudio viewer.');
}
