/**
 * The boxes of the two stages (DVGO `compute_bbox_by_cam_frustrm`, `compute_bbox_by_coarse_geo`).
 *
 * Coarse: what the training cameras can see, from the points o + u*near and o + u*far of their rays, u the unit direction.
 * Fine: the grid points where the coarse stage found matter, enlarged about their centre.
 */
import type { Box } from '../geometry/box.ts';
import { toNdc } from '../geometry/ndc.ts';
import { writeCameraRay, type Camera } from '../geometry/camera.ts';
import { InputError, SpikeRayError } from '../base/errors.ts';
import { densityOf } from './density.ts';
import type { FieldSpec, GridSpec } from './field-spec.ts';

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

/**
 * The box around the occupied grid points where one voxel edge of the coarse field has an alpha above `threshold`, enlarged by `scale` about
 * its centre and at least two voxels wide.
 *
 * @param stepSize steps of the field's `interval`, in voxels: interval / stepSize is the exponent for a whole voxel.
 * @throws SpikeRayError if there is no such point
 */
export function contentBox(
  spec: FieldSpec,
  density: Float32Array,
  occupancy: Uint8Array,
  stepSize: number,
  threshold: number,
  scale: number,
): Box {
  const least = densityOf(threshold, spec.densityShift, spec.interval / stepSize);
  const points = extentOf(spec.grid, (i) => occupancy[i] === 1 && density[i] > least);
  if (!points) {
    throw new SpikeRayError(
      `The coarse stage found nothing: no voxel reached an alpha of ${threshold}.`,
      'Check the camera poses and scene.background, give scene.near and scene.far, or train longer (coarse.steps) or from a larger coarse.alphaInit.',
    );
  }
  const along = (axis: number): [number, number] => {
    const { min, max, size } = spec.grid;
    const edge = (max[axis] - min[axis]) / (size[axis] - 1);
    const centre = min[axis] + ((points.min[axis] + points.max[axis]) / 2) * edge;
    const half = (Math.max(2, points.max[axis] - points.min[axis]) / 2) * edge * scale;
    return [centre - half, centre + half];
  };
  const [x, y, z] = [along(0), along(1), along(2)];
  return { min: [x[0], y[0], z[0]], max: [x[1], y[1], z[1]] };
}

/** Least and greatest grid coordinates of the points that `belongs` accepts. */
function extentOf(grid: GridSpec, belongs: (index: number) => boolean): Box | null {
  const [nx, ny, nz] = grid.size;
  const min: [number, number, number] = [nx, ny, nz];
  const max: [number, number, number] = [-1, -1, -1];
  let index = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, index++) {
        if (!belongs(index)) continue;
        if (x < min[0]) min[0] = x;
        if (x > max[0]) max[0] = x;
        if (y < min[1]) min[1] = y;
        if (y > max[1]) max[1] = y;
        if (z < min[2]) min[2] = z;
        if (z > max[2]) max[2] = z;
      }
    }
  }
  return max[0] < 0 ? null : { min, max };
}
