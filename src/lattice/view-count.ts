/**
 * How many training views see each grid point: the point lies in front of the camera, at a z-depth of at least `near`, and projects into the
 * image.
 *
 * DVGO counts the same thing with a gradient: it marches all rays of a view through a grid of ones, back-propagates their sum and counts the
 * points whose gradient (the interpolation weight they received in all) exceeds 1. As rays and steps are denser than voxels, that is every
 * point inside the view's frustum but for a fringe of a voxel at its border; the projection gives the frustum itself.
 */
import type { GridSpec } from '../geometry/grid.ts';
import { planeBounds, planeToPixel } from '../geometry/lens.ts';
import type { Camera } from '../geometry/camera.ts';

/** [V] number of cameras that see each grid point */
export function countViews(grid: GridSpec, cameras: readonly Camera[], near: number): Uint16Array {
  const counts = new Uint16Array(grid.size[0] * grid.size[1] * grid.size[2]);
  for (const camera of cameras) addView(grid, camera, near, counts);
  return counts;
}

function addView(grid: GridSpec, camera: Camera, near: number, counts: Uint16Array): void {
  const m = camera.camToWorld;
  const { width, height } = camera.intrinsics;
  const { left, right, top, bottom } = planeBounds(camera.intrinsics);
  const [nx, ny, nz] = grid.size;
  const edge = [0, 1, 2].map((axis) => (grid.max[axis] - grid.min[axis]) / (grid.size[axis] - 1));
  // Camera coordinates are R^T (p - o) with the columns of R right, up, back: affine in the grid index, so a row advances by constants.
  const dx = m[0] * edge[0];
  const dy = m[1] * edge[0];
  const dz = -m[2] * edge[0];
  const isPinhole = camera.intrinsics.distortion === undefined;
  const pixel = new Float64Array(2);
  let index = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const px = grid.min[0] - m[3];
      const py = grid.min[1] + j * edge[1] - m[7];
      const pz = grid.min[2] + k * edge[2] - m[11];
      const x0 = m[0] * px + m[4] * py + m[8] * pz;
      const y0 = m[1] * px + m[5] * py + m[9] * pz;
      const z0 = -(m[2] * px + m[6] * py + m[10] * pz);
      for (let i = 0; i < nx; i++, index++) {
        const depth = z0 + i * dz;
        if (depth < near || depth <= 0) continue;
        const x = (x0 + i * dx) / depth;
        const y = -(y0 + i * dy) / depth;
        // Far outside the image a lens may fold points back into it.
        if (x < left || x > right || y < top || y > bottom) continue;
        if (isPinhole) {
          counts[index]++;
          continue;
        }
        planeToPixel(camera.intrinsics, x, y, pixel);
        if (pixel[0] >= 0 && pixel[0] <= width && pixel[1] >= 0 && pixel[1] <= height) counts[index]++;
      }
    }
  }
}

/** [V] 1 for grid points nearer than `near` to any camera (DVGO `maskout_near_cam_vox`). */
export function nearCameras(grid: GridSpec, cameras: readonly Camera[], near: number): Uint8Array {
  const [nx, ny, nz] = grid.size;
  const mask = new Uint8Array(nx * ny * nz);
  const edge = [0, 1, 2].map((axis) => (grid.max[axis] - grid.min[axis]) / (grid.size[axis] - 1));
  for (const camera of cameras) {
    const at = [3, 7, 11].map((place, axis) => (camera.camToWorld[place] - grid.min[axis]) / edge[axis]);
    const range = (axis: number): [number, number] => [
      Math.max(0, Math.ceil(at[axis] - near / edge[axis])),
      Math.min(grid.size[axis] - 1, Math.floor(at[axis] + near / edge[axis])),
    ];
    const [xs, ys, zs] = [range(0), range(1), range(2)];
    for (let k = zs[0]; k <= zs[1]; k++) {
      for (let j = ys[0]; j <= ys[1]; j++) {
        for (let i = xs[0]; i <= xs[1]; i++) {
          const distance = Math.hypot((i - at[0]) * edge[0], (j - at[1]) * edge[1], (k - at[2]) * edge[2]);
          if (distance <= near) mask[i + nx * (j + ny * k)] = 1;
        }
      }
    }
  }
  return mask;
}
