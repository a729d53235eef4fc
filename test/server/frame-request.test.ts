import { expect, test } from 'vitest';
import { parseFrameRequest } from '../../src/server/frame-request.ts';

const good = {
  client: 'page-1',
  layer: 'left',
  camera: {
    camToWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 4, 0, 0, 0, 1],
    intrinsics: { width: 100, height: 80, fx: 90, fy: 90, cx: 50, cy: 40 },
  },
  output: 'depth',
  scales: [4, 1],
  background: [1, 1, 1],
  crop: null,
};
const intrinsics = (change: object): unknown => ({
  ...good,
  camera: { ...good.camera, intrinsics: { ...good.camera.intrinsics, ...change } },
});

test('a good request is taken as it is', () => {
  expect(parseFrameRequest(good)).toEqual(good);
});

test.each([
  ['nothing', undefined],
  ['a list', []],
  ['an unknown output', { ...good, output: 'smell' }],
  ['no scale', { ...good, scales: [] }],
  ['many pictures in one', { ...(intrinsics({ width: 2560, height: 1600 }) as object), scales: [1, 1] }],
  ['a scale below 1', { ...good, scales: [0.5] }],
  ['a background beyond white', { ...good, background: [2, 0, 0] }],
  ['an unknown key', { ...good, more: 1 }],
  ['a name that could be a path', { ...good, client: '../../etc' }],
  ['a pose of 15 numbers', { ...good, camera: { ...good.camera, camToWorld: good.camera.camToWorld.slice(1) } }],
  ['a mirrored pose', { ...good, camera: { ...good.camera, camToWorld: good.camera.camToWorld.map((x, i) => (i === 0 ? -1 : x)) } }],
  [
    'a pose that is not finite',
    { ...good, camera: { ...good.camera, camToWorld: good.camera.camToWorld.map((x, i) => (i === 3 ? NaN : x)) } },
  ],
  ['no pixels', intrinsics({ width: 0 })],
  ['half a pixel', intrinsics({ height: 1.5 })],
  ['too many pixels', intrinsics({ width: 4000, height: 4000 })],
  ['a focal length of 0', intrinsics({ fx: 0 })],
])('%s is refused', (_, body) => {
  expect(() => parseFrameRequest(body)).toThrow(/frame request/);
});
