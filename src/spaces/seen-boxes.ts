/**
 * The boxes of what cameras see, in the world and in normalised device coordinates (DVGO `compute_bbox_by_cam_frustrm`), from the points
 * o + u*near and o + u*far of their rays, u the unit direction.
 */
import type { Box } from '../geometry/box.ts';
import { toNdc } from '../geometry/ndc.ts';
import { writeCameraRay, type Camera } from '../geometry/camera.ts';
import { InputError } from '../base/errors.ts';

/** Rays an image is sampled with along each side; its corners and borders are among them, and between them the surface is smooth. */
const LATTICE = 17;

/** The box around the camera frusta between the distances `near` and `far`, metres. */
export function frustumBox(cameras: readonly Camera[], near: number, far: number): Box {
  const min: [number, number, number] = [Infinity, Infinity, Infinity];
  const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  const origin = new Float32Array(3);
  const direction = new Float32Array(3);
  for (const camera of cameras) {
    for (const [column, row] of latticePixels(camera)) {
      writeCameraRay(camera, column, row, origin, direction, 0);
      const length = Math.hypot(direction[0], direction[1], direction[2]);
      for (let axis = 0; axis < 3; axis++) {
        const atNear = origin[axis] + (direction[axis] / length) * near;
        const atFar = origin[axis] + (direction[axis] / length) * far;
        min[axis] = Math.min(min[axis], atNear, atFar);
        max[axis] = Math.max(max[axis], atNear, atFar);
      }
    }
  }
  return { min, max };
}

/**
 * The box of what cameras see, in normalised device coordinates (DVGO `compute_bbox_by_cam_frustrm_ndc`).
 *
 * @throws InputError if a camera looks away from what the others look at
 */
export function ndcBox(cameras: readonly Camera[]): Box {
  const across: [number, number][] = [
    [Infinity, -Infinity],
    [Infinity, -Infinity],
  ];
  const ray = { count: 1, origins: new Float32Array(3), directions: new Float32Array(3) };
  const view = new Float32Array(3);
  cameras.forEach((camera, i) => {
    for (const [column, row] of latticePixels(camera)) {
      writeCameraRay(camera, column, row, ray.origins, ray.directions, 0);
      toNdc(ray, view);
      if (ray.origins[2] > 1)
        throw new InputError(
          `training view ${i} does not look the way the others do: not a forward-facing scene`,
          'Leave the view out, or use another scene.space.',
        );
      across.forEach((range, axis) => {
        const near = ray.origins[axis];
        const far = near + ray.directions[axis];
        range[0] = Math.min(range[0], near, far);
        range[1] = Math.max(range[1], near, far);
      });
    }
  });
  const [x, y] = across;
  return { min: [x[0], y[0], -1], max: [x[1], y[1], 1] };
}

function* latticePixels(camera: Camera): Generator<[number, number]> {
  const { width, height } = camera.intrinsics;
  for (let j = 0; j < LATTICE; j++) {
    for (let i = 0; i < LATTICE; i++) {
      yield [Math.round((i * (width - 1)) / (LATTICE - 1)), Math.round((j * (height - 1)) / (LATTICE - 1))];
    }
  }
}
