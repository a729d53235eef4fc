import { describe, expect, it } from 'vitest';
import { parseCameraPath } from '../../../renderer/paths/nerfstudio-path.ts';

const pose = [1, 0, 0, 0.5, 0, 0, -1, -2, 0, 1, 0, 0.25, 0, 0, 0, 1];
const file = {
  camera_type: 'perspective',
  render_width: 640,
  render_height: 480,
  fps: 24,
  seconds: 4,
  camera_path: [
    { camera_to_world: pose, fov: 90, aspect: 4 / 3 },
    { camera_to_world: pose, fov: 50, aspect: 4 / 3 },
  ],
};

describe('camera path of nerfstudio', () => {
  it('gives poses and focal lengths from the vertical field of view', () => {
    const { cameras, framesPerSecond } = parseCameraPath(file, 'path.json');
    expect(framesPerSecond).toBe(24);
    expect(cameras).toHaveLength(2);
    expect([...(cameras[0].camToWorld as Float64Array)]).toEqual(pose);
    expect(cameras[0].intrinsics).toEqual({
      width: 640,
      height: 480,
      fx: expect.closeTo(240, 9) as number,
      fy: expect.closeTo(240, 9) as number,
      cx: 320,
      cy: 240,
    });
    expect(cameras[1].intrinsics.fy).toBeCloseTo(240 / Math.tan((25 * Math.PI) / 180), 9);
  });

  it('is drawn in another size when asked', () => {
    const { cameras } = parseCameraPath(file, 'path.json', { width: 100, height: 60 });
    expect(cameras[0].intrinsics).toMatchObject({ width: 100, height: 60, cx: 50, cy: 30 });
    expect(cameras[0].intrinsics.fy).toBeCloseTo(30, 9);
  });

  it.each([
    ['a list', [], /expected a JSON object, found a list/],
    ['a fisheye path', { ...file, camera_type: 'fisheye' }, /expected camera_type "perspective", found "fisheye"/],
    ['no cameras', { ...file, camera_path: [] }, /list "camera_path" of cameras, found a list of 0/],
    ['no size', { ...file, render_width: undefined }, /a whole number from 1 to 8192 at render_width, found nothing/],
    ['half a pixel', { ...file, render_height: 0.4 }, /a whole number from 1 to 8192 at render_height, found 0\.4/],
    ['too many pixels', { ...file, render_width: 1e6 }, /a whole number from 1 to 8192 at render_width, found 1000000/],
    [
      'too few numbers',
      { ...file, camera_path: [{ ...file.camera_path[0], camera_to_world: [1, 2] }] },
      /16 finite numbers at camera_path\[0\]/,
    ],
    [
      'a scaled pose',
      { ...file, camera_path: [{ ...file.camera_path[0], camera_to_world: pose.map((x, i) => (i < 15 ? 2 * x : x)) }] },
      /rigid motion/,
    ],
    ['a field of view of half the world', { ...file, camera_path: [{ ...file.camera_path[0], fov: 180 }] }, /fov below 180/],
  ])('refuses %s, naming the file and the place', (_, json, message) => {
    expect(() => parseCameraPath(json, 'path.json')).toThrow(message);
    expect(() => parseCameraPath(json, 'path.json')).toThrow(/^path\.json: /);
  });
});
