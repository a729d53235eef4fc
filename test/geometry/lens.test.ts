/** Lens distortion against its definition, to far below a pixel, and everything that asks where a camera looks. */
import type { Distortion, Intrinsics } from '../../src/geometry/intrinsics.ts';
import { describe, expect, it } from 'vitest';
import type { View } from '../../datasets/scene-data.ts';
import { distort, pixelToPlane, planeBounds, planeToPixel, undistort } from '../../src/geometry/lens.ts';
import { cameraRays } from '../../src/geometry/camera.ts';
import { InputError } from '../../src/base/errors.ts';
import { countViews } from '../../src/lattice/view-count.ts';
import { indexPixels } from '../../src/train/pixel-index.ts';
import { maskedShare, rayMask } from '../../src/train/ray-mask.ts';
import { tinyCamera } from '../train/tiny-scene.ts';

const NONE: Distortion = { k1: 0, k2: 0, k3: 0, k4: 0, p1: 0, p2: 0 };
/** As calibrated for telephones, action cameras and old lenses; plane coordinates up to 0.8. */
const LENSES: readonly Distortion[] = [
  NONE,
  { ...NONE, k1: 0.0578, k2: -0.0805, p1: -0.00098, p2: 0.00014 },
  { ...NONE, k1: -0.31, k2: 0.11, k3: -0.012 },
  { ...NONE, k1: 0.2, k2: 0.05, k3: 0.01, k4: 0.02, p1: 0.01, p2: -0.02 },
];

function lensed(distortion: Distortion, width = 93, height = 61): Intrinsics {
  return { width, height, fx: 70, fy: 64, cx: 45.1, cy: 31.7, distortion };
}

describe('the lens', () => {
  it('is the OpenCV model', () => {
    const out = new Float64Array(2);
    // By hand: r2 = 0.25, d = 1 + 0.1 * 0.25 + 0.2 * 0.0625 = 1.0375
    distort({ ...NONE, k1: 0.1, k2: 0.2 }, 0.3, 0.4, out);
    expect(out[0]).toBeCloseTo(0.3 * 1.0375, 14);
    expect(out[1]).toBeCloseTo(0.4 * 1.0375, 14);
    distort({ ...NONE, p1: 0.01, p2: 0.02 }, 0.3, 0.4, out);
    expect(out[0]).toBeCloseTo(0.3 + 2 * 0.01 * 0.12 + 0.02 * (0.25 + 0.18), 14);
    expect(out[1]).toBeCloseTo(0.4 + 2 * 0.02 * 0.12 + 0.01 * (0.25 + 0.32), 14);
    distort({ ...NONE, k3: 1, k4: 1 }, 0.3, 0.4, out);
    expect(out[0]).toBeCloseTo(0.3 * (1 + 0.25 ** 3 + 0.25 ** 4), 14);
  });

  it.each(LENSES)('%o is inverted within 1e-9 of the plane', (lens) => {
    const [there, back] = [new Float64Array(2), new Float64Array(2)];
    for (let x = -0.8; x <= 0.8; x += 0.05) {
      for (let y = -0.6; y <= 0.6; y += 0.05) {
        distort(lens, x, y, there);
        expect(undistort(lens, there[0], there[1], back)).toBe(true);
        expect(Math.abs(back[0] - x) + Math.abs(back[1] - y)).toBeLessThan(1e-9);
      }
    }
  });

  it('says where it folds', () => {
    // x (1 - x^2) has its maximum 0.385 at x = 0.577: nothing is seen beyond.
    const lens = { ...NONE, k1: -1 };
    const out = new Float64Array(2);
    expect(undistort(lens, 0.38, 0, out)).toBe(true);
    expect(undistort(lens, 0.39, 0, out)).toBe(false);
    const camera = { ...lensed(lens), fx: 100, fy: 100 };
    expect(() => planeBounds(camera)).toThrow(InputError);
    expect(() => {
      pixelToPlane(camera, 92, 30, out);
    }).toThrow(/fold the image over itself/);
  });
});

function viewOf(intrinsics: Intrinsics, azimuth: number): View {
  const { camToWorld } = tinyCamera(azimuth, 0.3, 8);
  return { name: 'v', camToWorld: Float64Array.from(camToWorld), intrinsics, rgba: new Uint8Array(0) };
}

/** A ray's point at a z-depth, projected again. */
function seenAt(view: View, pixel: number, depth: number): [number, number] {
  const { origins: o, directions: d } = cameraRays(view, pixel, 1);
  const m = view.camToWorld;
  const p = [0, 1, 2].map((axis) => o[axis] + depth * d[axis] - m[axis * 4 + 3]);
  const [x, y, z] = [0, 1, 2].map((c) => p[0] * m[c] + p[1] * m[4 + c] + p[2] * m[8 + c]);
  const out = new Float64Array(2);
  planeToPixel(view.intrinsics, x / -z, y / z, out);
  return [out[0], out[1]];
}

describe('cameras with a lens', () => {
  it.each(LENSES)('%o: the ray of a pixel shows what is projected there, within 1e-4 pixels', (lens) => {
    const view = viewOf(lensed(lens), 0.7);
    for (let pixel = 0; pixel < 93 * 61; pixel += 7) {
      const [u, v] = seenAt(view, pixel, 2.5);
      // Rays are float32.
      expect(Math.abs(u - (pixel % 93) - 0.5)).toBeLessThan(1e-4);
      expect(Math.abs(v - Math.floor(pixel / 93) - 0.5)).toBeLessThan(1e-4);
    }
  });

  it.each(LENSES)('%o: exactly the points on some ray of the image are counted as seen', (lens) => {
    const view = viewOf(lensed(lens), 1.9);
    const grid = { size: [25, 25, 25], min: [-2, -2, -2], max: [2, 2, 2] } as const;
    const counts = countViews(grid, [view], 0.5);
    const m = view.camToWorld;
    const out = new Float64Array(2);
    let seen = 0;
    for (let i = 0; i < counts.length; i++) {
      const p = [i % 25, Math.floor(i / 25) % 25, Math.floor(i / 625)].map((index, axis) => -2 + index / 6 - m[axis * 4 + 3]);
      const [x, y, z] = [0, 1, 2].map((c) => p[0] * m[c] + p[1] * m[4 + c] + p[2] * m[8 + c]);
      if (-z < 0.5) continue;
      // The point's own direction, bent by the lens and straightened again, has to be that direction: else it was folded into the image.
      planeToPixel(view.intrinsics, x / -z, y / z, out);
      const inside = out[0] >= 0 && out[0] <= 93 && out[1] >= 0 && out[1] <= 61;
      const plane = new Float64Array(2);
      let straight = inside;
      if (inside) {
        pixelToPlane(view.intrinsics, out[0], out[1], plane);
        straight = Math.abs(plane[0] - x / -z) + Math.abs(plane[1] - y / z) < 1e-6;
      }
      expect(counts[i]).toBe(straight ? 1 : 0);
      seen += counts[i];
    }
    expect(seen).toBeGreaterThan(500);
  });

  it.each(LENSES)('%o: the ray mask keeps every ray that meets an occupied place, and few others', (lens) => {
    const views = [0, 2].map((i) => viewOf(lensed(lens), 1.1 * i));
    const grid = { size: [12, 12, 12], min: [-1, -1, -1], max: [1, 1, 1] } as const;
    const occupancy = new Uint8Array(12 ** 3);
    for (const i of [0, 300, 777, 1130, 1727]) occupancy[i] = 1;
    const pixels = indexPixels(views);
    const mask = rayMask(grid, occupancy, views, pixels, 0.5);
    let needed = 0;
    views.forEach((view, v) => {
      const { origins: o, directions: d, count } = cameraRays(view);
      for (let i = 0; i < count; i++) {
        let met = false;
        for (let t = 0.5; t < 7 && !met; t += 0.03) {
          const cell = [0, 1, 2].map((axis) => Math.floor(((o[i * 3 + axis] + t * d[i * 3 + axis] + 1) * 11) / 2 + 0.5));
          met = cell.every((c) => c >= 0 && c < 12) && occupancy[cell[0] + 12 * (cell[1] + 12 * cell[2])] === 1;
        }
        const pixel = pixels.first[v] + i;
        if (!met) continue;
        needed++;
        expect((mask[pixel >>> 5] >>> (pixel & 31)) & 1).toBe(1);
      }
    });
    expect(needed).toBeGreaterThan(100);
    expect((maskedShare(mask, pixels) * pixels.total) / needed).toBeLessThan(4.5);
  });
});
