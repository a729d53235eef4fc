import type { GridSpec } from '../../src/geometry/grid.ts';
import { describe, expect, it } from 'vitest';
import { cameraRays } from '../../src/geometry/camera.ts';
import { countViews, nearCameras } from '../../src/lattice/view-count.ts';
import { tinyCamera } from '../train/tiny-scene.ts';

const grid: GridSpec = { size: [9, 10, 8], min: [-2, -2.5, -1.5], max: [2.1, 2, 1.8] };

function pointOf(index: number): number[] {
  const at = [index % 9, Math.floor(index / 9) % 10, Math.floor(index / 90)];
  return at.map((i, axis) => grid.min[axis] + (i * (grid.max[axis] - grid.min[axis])) / (grid.size[axis] - 1));
}

const cameras = [0, 1, 2, 3].map((i) => tinyCamera(i * 1.4 + 0.1, 0.5 - 0.3 * i, 24));

describe('view count', () => {
  it('agrees with projecting every point through the inverse pose', () => {
    const counts = countViews(grid, cameras, 1.2);
    let seen = 0;
    for (let i = 0; i < counts.length; i++) {
      const p = pointOf(i);
      const expected = cameras.filter(({ camToWorld: m, intrinsics }) => {
        const offset = [p[0] - m[3], p[1] - m[7], p[2] - m[11]];
        const [x, y, z] = [0, 1, 2].map((column) => offset[0] * m[column] + offset[1] * m[4 + column] + offset[2] * m[8 + column]);
        const u = intrinsics.cx + (intrinsics.fx * x) / -z;
        const v = intrinsics.cy - (intrinsics.fy * y) / -z;
        return -z >= 1.2 && u >= 0 && u <= intrinsics.width && v >= 0 && v <= intrinsics.height;
      }).length;
      expect(counts[i]).toBe(expected);
      seen += expected;
    }
    expect(seen).toBeGreaterThan(300);
    expect(seen).toBeLessThan(4 * counts.length - 100);
  });

  it('counts the points near which rays pass', () => {
    const [camera] = cameras;
    const counts = countViews(grid, [camera], 1.2);
    const { origins, directions, count } = cameraRays(camera);
    for (let ray = 0; ray < count; ray++) {
      // z-depth 2.4 along the ray: inside the frustum, so the nearest grid point is, unless it lies beyond the border.
      const p = [0, 1, 2].map((axis) => origins[ray * 3 + axis] + 2.4 * directions[ray * 3 + axis]);
      const central = ray % 24 > 8 && ray % 24 < 15 && ray / 24 > 8 && ray / 24 < 15;
      const index = p.map((x, axis) => Math.round(((x - grid.min[axis]) * (grid.size[axis] - 1)) / (grid.max[axis] - grid.min[axis])));
      if (central) expect(counts[index[0] + 9 * (index[1] + 10 * index[2])]).toBe(1);
    }
  });
});

describe('places near cameras', () => {
  it('are those within the distance', () => {
    const mask = nearCameras(grid, cameras, 1.3);
    for (let i = 0; i < mask.length; i++) {
      const p = pointOf(i);
      const nearest = Math.min(...cameras.map(({ camToWorld: m }) => Math.hypot(p[0] - m[3], p[1] - m[7], p[2] - m[11])));
      expect(mask[i]).toBe(nearest <= 1.3 ? 1 : 0);
    }
    expect(mask).toContain(1);
  });
});
