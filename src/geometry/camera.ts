/**
 * Camera rays: pixel centres through the lens (lens.ts), camera looking along -Z, +Y up. Directions keep camera-space z = -1, so that multiples of
 * them are z-depths.
 */
import type { Rays } from './rays.ts';
import type { Intrinsics } from './intrinsics.ts';
import { pixelToPlane } from './lens.ts';

export interface Camera {
  /** [16] row-major rigid motion */
  readonly camToWorld: ArrayLike<number>;
  readonly intrinsics: Intrinsics;
}

const plane = new Float64Array(2);

/** Writes the ray of pixel (column, row) as ray `index` of [N,3] arrays. */
export function writeCameraRay(
  camera: Camera,
  column: number,
  row: number,
  origins: Float32Array,
  directions: Float32Array,
  index: number,
): void {
  const m = camera.camToWorld;
  pixelToPlane(camera.intrinsics, column + 0.5, row + 0.5, plane);
  const x = plane[0];
  const y = -plane[1];
  for (let axis = 0; axis < 3; axis++) {
    origins[index * 3 + axis] = m[axis * 4 + 3];
    directions[index * 3 + axis] = m[axis * 4] * x + m[axis * 4 + 1] * y - m[axis * 4 + 2];
  }
}

/** The rays of pixels [first, first + count) in row-major order. */
export function cameraRays(camera: Camera, first = 0, count: number = camera.intrinsics.width * camera.intrinsics.height - first): Rays {
  const origins = new Float32Array(count * 3);
  const directions = new Float32Array(count * 3);
  const width = camera.intrinsics.width;
  for (let i = 0; i < count; i++) {
    const pixel = first + i;
    writeCameraRay(camera, pixel % width, Math.floor(pixel / width), origins, directions, i);
  }
  return { count, origins, directions };
}
