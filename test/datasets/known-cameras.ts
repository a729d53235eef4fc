/** Loaded views against the cameras that took the pictures. */
import { expect } from 'vitest';
import type { View } from '../../datasets/scene-data.ts';
import { pixelToPlane, planeToPixel } from '../../src/geometry/lens.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import { Random } from '../../src/math/random.ts';

/** Pixel coordinates of a world point, or null behind the camera or outside its image. */
export function project({ camToWorld: m, intrinsics: k }: Camera, p: readonly number[]): [number, number] | null {
  const offset = p.map((value, axis) => value - m[axis * 4 + 3]);
  const [x, y, z] = [0, 1, 2].map((c) => offset[0] * m[c] + offset[1] * m[4 + c] + offset[2] * m[8 + c]);
  if (z > -0.1) return null;
  const out = new Float64Array(2);
  planeToPixel(k, x / -z, y / z, out);
  return out[0] >= 0 && out[0] <= k.width && out[1] >= 0 && out[1] <= k.height ? [out[0], out[1]] : null;
}

/**
 * What the true cameras see of points in space, the loaded ones have to see in the same pixels, in whatever world they are: each point is found
 * again from the loaded rays through its pixels (least squares), and has to project into each of them within `tolerance` pixels. Where the world
 * is the same it has to be the same point, too.
 */
export function expectKnownCameras(views: readonly View[], truth: readonly Camera[], sameWorld: boolean, tolerance = 1e-3): void {
  expect(views).toHaveLength(truth.length);
  const random = new Random(5);
  let compared = 0;
  for (let n = 0; n < 60; n++) {
    const point = [0, 1, 2].map(() => (random.float() - 0.5) * 1.6);
    const seen = truth.flatMap((camera, i) => {
      const pixel = project(camera, point);
      const { width, height } = views[i].intrinsics;
      const scale = [width / camera.intrinsics.width, height / camera.intrinsics.height];
      return pixel === null ? [] : [{ view: views[i], pixel: [pixel[0] * scale[0], pixel[1] * scale[1]] }];
    });
    if (seen.length < 2) continue;
    const found = nearestPoint(seen);
    if (sameWorld) expect(Math.hypot(...found.map((value, axis) => value - point[axis]))).toBeLessThan(1e-4);
    for (const { view, pixel } of seen) {
      const again = project(view, found);
      expect(again, view.name).not.toBeNull();
      expect(Math.hypot(again![0] - pixel[0], again![1] - pixel[1]), view.name).toBeLessThan(tolerance);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(100);
}

/** Least-squares intersection of the rays through pixels of views. */
function nearestPoint(seen: readonly { view: View; pixel: readonly number[] }[]): number[] {
  const a = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  const b = [0, 0, 0];
  const plane = new Float64Array(2);
  for (const { view, pixel } of seen) {
    const m = view.camToWorld;
    pixelToPlane(view.intrinsics, pixel[0], pixel[1], plane);
    const d = [0, 1, 2].map((axis) => m[axis * 4] * plane[0] - m[axis * 4 + 1] * plane[1] - m[axis * 4 + 2]);
    const length = Math.hypot(...d);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const weight = (i === j ? 1 : 0) - (d[i] * d[j]) / length ** 2;
        a[i * 3 + j] += weight;
        b[i] += weight * m[j * 4 + 3];
      }
    }
  }
  const minor = (i: number, j: number): number => {
    const [r, s] = [0, 1, 2].filter((k) => k !== i);
    const [t, u] = [0, 1, 2].filter((k) => k !== j);
    return a[r * 3 + t] * a[s * 3 + u] - a[r * 3 + u] * a[s * 3 + t];
  };
  const determinant = a[0] * minor(0, 0) - a[1] * minor(0, 1) + a[2] * minor(0, 2);
  return [0, 1, 2].map((i) => [0, 1, 2].reduce((sum, j) => sum + (b[j] * minor(j, i) * ((i + j) & 1 ? -1 : 1)) / determinant, 0));
}
