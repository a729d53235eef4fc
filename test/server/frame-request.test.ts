import { expect, test } from 'vitest';
import { parseFrameRequest } from '../../src/server/frame-request.ts';

const good = {
  client: 'page-1',
  layer: 'left',
  scales: [4, 1],
  picture: {
    camera: {
      camToWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 4, 0, 0, 0, 1],
      intrinsics: { width: 100, height: 80, fx: 90, fy: 90, cx: 50, cy: 40 },
    },
    output: 'depth',
    background: [1, 1, 1],
    crop: null,
  },
};
const { camera } = good.picture;
const picture = (change: object): unknown => ({ ...good, picture: { ...good.picture, ...change } });
const intrinsics = (change: object): unknown => picture({ camera: { ...camera, intrinsics: { ...camera.intrinsics, ...change } } });
const pose = (camToWorld: readonly number[]): unknown => picture({ camera: { ...camera, camToWorld } });

test('a good request is taken as it is', () => {
  expect(parseFrameRequest(good)).toEqual(good);
});

test.each([
  ['nothing', undefined],
  ['a list', []],
  ['an unknown output', picture({ output: 'smell' })],
  ['no scale', { ...good, scales: [] }],
  ['many pictures in one', { ...(intrinsics({ width: 2560, height: 1600 }) as object), scales: [1, 1] }],
  ['a scale below 1', { ...good, scales: [0.5] }],
  ['a background beyond white', picture({ background: [2, 0, 0] })],
  ['an unknown key', { ...good, more: 1 }],
  ['an unknown key of the picture', picture({ more: 1 })],
  ['a name that could be a path', { ...good, client: '../../etc' }],
  ['a pose of 15 numbers', pose(camera.camToWorld.slice(1))],
  ['a mirrored pose', pose(camera.camToWorld.map((x, i) => (i === 0 ? -1 : x)))],
  ['a pose that is not finite', pose(camera.camToWorld.map((x, i) => (i === 3 ? NaN : x)))],
  ['no pixels', intrinsics({ width: 0 })],
  ['half a pixel', intrinsics({ height: 1.5 })],
  ['too many pixels', intrinsics({ width: 4000, height: 4000 })],
  ['a focal length of 0', intrinsics({ fx: 0 })],
])('%s is refused', (_, body) => {
  expect(() => parseFrameRequest(body)).toThrow(/frame request/);
});
