import { resizeIntrinsics } from '../../../src/geometry/intrinsics.ts';
import { describe, expect, it } from 'vitest';
import { orbitPath, viewPath } from '../../../renderer/paths/camera-path.ts';
import { cameraRays } from '../../../src/geometry/camera.ts';
import { rigidProblem } from '../../../src/geometry/rigid-motion.ts';
import { tinyScene } from '../../train/tiny-scene.ts';

const views = tinyScene({ views: 12, size: 20 }).splits.train!;

describe('orbit', () => {
  const path = orbitPath(views, 8, { width: 30, height: 20 });

  it('turns once around what the cameras look at, in their distance and elevation, looking at it', () => {
    const elevation = Math.asin((Math.sin(0.2) + Math.sin(0.9)) / 2);
    for (const { camToWorld: m, intrinsics } of path) {
      expect(rigidProblem(m)).toBeNull();
      expect(Math.hypot(m[3], m[7], m[11])).toBeCloseTo(3, 6);
      expect(m[11]).toBeCloseTo(3 * Math.sin(elevation), 6);
      // The axis, -Z, points at the origin, and up is upwards.
      for (const axis of [0, 1, 2]) expect(-m[axis * 4 + 2] * 3).toBeCloseTo(-m[axis * 4 + 3], 6);
      expect(m[9]).toBeGreaterThan(0);
      expect(intrinsics).toMatchObject({ width: 30, height: 20 });
    }
    const angles = path.map(({ camToWorld: m }) => Math.atan2(m[7], m[3]));
    const turns = angles.map((angle, i) => (angles[(i + 1) % 8] - angle + 2 * Math.PI) % (2 * Math.PI));
    for (const turn of turns) expect(turn).toBeCloseTo(Math.PI / 4, 6);
    expect(path.map(({ name }) => name).slice(0, 2)).toEqual(['frame_0000', 'frame_0001']);
  });

  it('stands upright as somebody chose', () => {
    for (const { camToWorld: m } of orbitPath(views, 8, { width: 30, height: 20 }, [0, -1, 0])) {
      // Level: its right axis is across the chosen way, its up axis along it.
      expect(m[4]).toBeCloseTo(0, 6);
      expect(m[5]).toBeLessThan(0);
      expect(Math.hypot(m[3], m[7], m[11])).toBeCloseTo(3, 6);
    }
  });

  it('needs a common point', () => {
    const parallel = [views[0], views[0]];
    expect(() => orbitPath(parallel, 4, { width: 8, height: 8 })).toThrow(/common point/);
    expect(() => orbitPath([], 4, { width: 8, height: 8 })).toThrow(/common point/);
  });
});

describe('views', () => {
  it('are themselves, or the same picture in another size', () => {
    expect(viewPath(views).map(({ name }) => name)).toEqual(views.map(({ name }) => name));
    expect(viewPath(views)[3].intrinsics).toEqual(views[3].intrinsics);
    const [large] = viewPath(views, { width: 40, height: 40 });
    const small = cameraRays(views[0]);
    const fine = cameraRays(large);
    // The mean of four fine directions is the direction of the pixel they divide.
    for (let axis = 0; axis < 3; axis++) {
      const mean = [0, 1, 40, 41].reduce((sum, pixel) => sum + fine.directions[pixel * 3 + axis] / 4, 0);
      expect(mean).toBeCloseTo(small.directions[axis], 5);
    }
  });

  it('keep the vertical field of view in another shape', () => {
    const wide = resizeIntrinsics({ width: 100, height: 100, fx: 120, fy: 120, cx: 52, cy: 49 }, { width: 400, height: 200 });
    expect(wide).toEqual({ width: 400, height: 200, fx: 240, fy: 240, cx: 204, cy: 98 });
  });
});
