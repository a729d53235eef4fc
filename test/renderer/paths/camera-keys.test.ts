import type { Vec3 } from '../../../src/geometry/vector.ts';
import { lookAt } from '../../../src/geometry/look-at.ts';
import type { CameraKey } from '../../../renderer/paths/camera-key.ts';
import { expect, test } from 'vitest';
import { cameraAt, encodeKeyPath, parseKeyPath, pathFrames, pathSeconds } from '../../../renderer/paths/camera-keys.ts';
import { Random } from '../../../src/math/random.ts';
import { rigidProblem } from '../../../src/geometry/rigid-motion.ts';

const random = new Random(5);
const anywhere = (): Vec3 => [random.float() * 8 - 4, random.float() * 8 - 4, random.float() * 8 - 4];
const key = (seconds: number): CameraKey => ({
  camToWorld: [...lookAt(anywhere(), anywhere(), [0, 0, 1])],
  fov: 30 + random.float() * 40,
  seconds,
});
const keys = [key(1), key(0.5), key(2), key(1.25), key(3)];
const path = { keys, framesPerSecond: 24, width: 320, height: 200 };

function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  for (let i = 0; i < expected.length; i++) expect(Math.abs(found[i] - expected[i]), `value ${i}`).toBeLessThan(tolerance);
}

test('the path goes through its keys at their times', () => {
  for (let i = 0; i < keys.length; i++) {
    const at = cameraAt(keys, pathSeconds(keys.slice(0, i + 1)));
    expectNear(at.camToWorld, keys[i].camToWorld, 1e-12);
    expect(at.fov).toBeCloseTo(keys[i].fov, 10);
  }
});

test('it stands still before its start and after its end', () => {
  expect(cameraAt(keys, -5)).toEqual(cameraAt(keys, 0));
  expect(cameraAt(keys, 99)).toEqual(cameraAt(keys, pathSeconds(keys)));
  expectNear(cameraAt(keys.slice(0, 1), 3).camToWorld, keys[0].camToWorld, 1e-12);
});

test('every camera on the way is a rigid motion, and neither place nor speed jumps', () => {
  const h = 1e-4;
  for (let t = h; t < pathSeconds(keys) - 2 * h; t += 0.013) {
    const [a, b, c] = [t - h, t, t + h].map((at) => cameraAt(keys, at).camToWorld);
    expect(rigidProblem(Float64Array.from(b))).toBeNull();
    for (let i = 0; i < 12; i++) expect(Math.abs(c[i] - 2 * b[i] + a[i]), `second ${t}`).toBeLessThan(3e-5);
  }
});

test('a straight, evenly timed path is a straight line at even speed', () => {
  const line = [0, 1, 2, 3].map((x): CameraKey => ({
    camToWorld: [1, 0, 0, x, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    fov: 50,
    seconds: 0.5,
  }));
  for (let t = 0; t <= 1.5; t += 0.1) expect(cameraAt(line, t).camToWorld[3]).toBeCloseTo(2 * t, 10);
});

test('saved and loaded, a path is the same, and its frames are those that are rendered', () => {
  const json = JSON.parse(JSON.stringify(encodeKeyPath(path))) as { camera_path: { camera_to_world: number[]; fov: number }[] };
  expect(parseKeyPath(json, 'path.json')).toEqual(path);
  expect(json.camera_path).toHaveLength(pathFrames(path).length);
  expect(json.camera_path[3].camera_to_world).toEqual(pathFrames(path)[3].camToWorld);
});

test('a path of another viewer, without our keys, is taken frame by frame', () => {
  const json = { ...encodeKeyPath(path), keyframes: undefined };
  const taken = parseKeyPath(JSON.parse(JSON.stringify(json)), 'path.json');
  expect(taken.keys).toHaveLength(pathFrames(path).length);
  expectNear(cameraAt(taken.keys, 2 / 24).camToWorld, pathFrames(path)[2].camToWorld, 1e-6);
  expect(taken.keys[0].fov).toBeCloseTo(keys[0].fov, 3);
});

test.each([
  ['no camera path', {}],
  ['a key that is no pose', { ...encodeKeyPath(path), keyframes: [{ matrix: [1], fov: 50, override_transition_sec: 1 }] }],
  ['a key of negative time', { ...encodeKeyPath(path), keyframes: [{ matrix: keys[0].camToWorld, fov: 50, override_transition_sec: -1 }] }],
])('%s is refused', (_, json) => {
  expect(() => parseKeyPath(json, 'path.json')).toThrow(/path\.json: expected/);
});
