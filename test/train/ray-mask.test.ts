import type { GridSpec } from '../../src/geometry/grid.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';
import { lookAt } from '../../src/geometry/look-at.ts';
import { describe, expect, it } from 'vitest';
import type { View } from '../../datasets/scene-data.ts';
import { cameraRays, type Camera } from '../../src/geometry/camera.ts';
import { Random } from '../../src/math/random.ts';
import { indexPixels } from '../../src/train/pixel-index.ts';
import { maskedShare, rayMask } from '../../src/train/ray-mask.ts';
import { tinyCamera } from './tiny-scene.ts';

const grid: GridSpec = { size: [12, 15, 10], min: [-0.9, -1, -0.7], max: [0.8, 1.1, 0.9] };
const near = 1;

function asView(camera: Camera): View {
  return { name: 'v', camToWorld: Float64Array.from(camera.camToWorld), intrinsics: camera.intrinsics, rgba: new Uint8Array(0) };
}

function has(mask: Uint32Array, pixel: number): boolean {
  return ((mask[pixel >>> 5] >>> (pixel & 31)) & 1) === 1;
}

/** Whether any of many points along the ray, beyond `near`, is nearest to an occupied grid point. */
function meets(o: Float32Array, d: Float32Array, occupancy: Uint8Array): boolean {
  for (let t = near; t < 6; t += 0.004) {
    const cell: number[] = [];
    for (let axis = 0; axis < 3; axis++) {
      const p = o[axis] + t * d[axis];
      if (p < grid.min[axis] || p > grid.max[axis]) break;
      cell.push(Math.floor(((p - grid.min[axis]) * (grid.size[axis] - 1)) / (grid.max[axis] - grid.min[axis]) + 0.5));
    }
    if (cell.length === 3 && occupancy[cell[0] + grid.size[0] * (cell[1] + grid.size[1] * cell[2])] === 1) return true;
  }
  return false;
}

function sparseOccupancy(seed: number): Uint8Array {
  const random = new Random(seed);
  const occupancy = new Uint8Array(12 * 15 * 10);
  for (let i = 0; i < 6; i++) occupancy[random.integer(occupancy.length)] = 1;
  // A solid block, whose inside is not drawn.
  for (let z = 3; z < 7; z++) for (let y = 2; y < 7; y++) for (let x = 4; x < 8; x++) occupancy[x + 12 * (y + 15 * z)] = 1;
  return occupancy;
}

describe('ray mask', () => {
  it('keeps every ray that meets an occupied place, and few others', () => {
    const views = [0, 1, 2, 3].map((i) => asView(tinyCamera(1.5 * i, 0.4 - 0.3 * i, 45)));
    const pixels = indexPixels(views);
    const occupancy = sparseOccupancy(2);
    const mask = rayMask(grid, occupancy, views, pixels, near);
    let kept = 0;
    let needed = 0;
    views.forEach((view, v) => {
      const rays = cameraRays(view);
      for (let i = 0; i < rays.count; i++) {
        const met = meets(rays.origins.subarray(i * 3, i * 3 + 3), rays.directions.subarray(i * 3, i * 3 + 3), occupancy);
        const inMask = has(mask, pixels.first[v] + i);
        if (met) expect(inMask).toBe(true);
        if (met) needed++;
        if (inMask) kept++;
      }
    });
    expect(needed).toBeGreaterThan(500);
    expect(kept / needed).toBeLessThan(1.9);
    expect(maskedShare(mask, pixels)).toBeCloseTo(kept / pixels.total, 12);
  });

  it('keeps them when the camera stands inside the occupied region', () => {
    const position: Vec3 = [0.1, 0, 0];
    const inside: Camera = {
      camToWorld: lookAt(position, [1, 0.2, 0.1], [0, 0, 1]),
      intrinsics: { width: 20, height: 20, fx: 15, fy: 15, cx: 10, cy: 10 },
    };
    const view = asView(inside);
    const pixels = indexPixels([view]);
    const everywhere = new Uint8Array(12 * 15 * 10).fill(1);
    expect(maskedShare(rayMask(grid, everywhere, [view], pixels, 0.05), pixels)).toBe(1);
  });

  it('is empty for an empty field and for one behind the camera', () => {
    const away: Camera = { ...tinyCamera(0, 0.2, 20), camToWorld: lookAt([3, 0, 0.2], [6, 0, 0.2], [0, 0, 1]) };
    const pixels = indexPixels([asView(away)]);
    expect(maskedShare(rayMask(grid, sparseOccupancy(1), [away], pixels, near), pixels)).toBe(0);
    const towards = tinyCamera(0, 0.2, 20);
    expect(maskedShare(rayMask(grid, new Uint8Array(12 * 15 * 10), [towards], pixels, near), pixels)).toBe(0);
  });
});
