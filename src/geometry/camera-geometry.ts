/**
 * What a set of cameras looks at. With camera centres c_i and unit optical axes a_i the point nearest to all axes minimises
 *
 *     sum_i |(I - a_i a_i^T)(p - c_i)|^2      =>      [sum_i (I - a_i a_i^T)] p = sum_i (I - a_i a_i^T) c_i
 */
import { InputError } from '../base/errors.ts';

export interface CameraGeometry {
  /** Point nearest to all optical axes, world; null if the axes are parallel and no such point exists. */
  readonly centre: readonly [number, number, number] | null;
  /** Median distance of the cameras to the centre, metres. */
  readonly radius: number;
  /** Root mean square distance of the centre to the axes: 0 if all cameras look exactly at it. */
  readonly spread: number;
  /** Share of the cameras that have the centre in front of them. */
  readonly facing: number;
  /** [cameras] distance of each camera to the centre, metres. */
  readonly distances: readonly number[];
}

/** Below this ratio of determinant to that of a well-spread set, axes count as parallel (a cone of about a tenth of a degree). */
const PARALLEL = 1e-8;

export function cameraGeometry(poses: readonly ArrayLike<number>[]): CameraGeometry {
  const centre = nearestPointToAxes(poses);
  if (centre === null) return { centre, radius: NaN, spread: NaN, facing: NaN, distances: [] };
  const distances: number[] = [];
  let squared = 0;
  let facing = 0;
  for (const m of poses) {
    const offset = [0, 1, 2].map((k) => centre[k] - m[k * 4 + 3]);
    const distance = Math.hypot(...offset);
    const along = -(offset[0] * m[2] + offset[1] * m[6] + offset[2] * m[10]);
    distances.push(distance);
    squared += Math.max(0, distance * distance - along * along);
    if (along > 0) facing++;
  }
  return { centre, radius: median(distances), spread: Math.sqrt(squared / poses.length), facing: facing / poses.length, distances };
}

/**
 * Range of z-depth in which an object in the middle of its cameras lies: [R/2, 3R/2] for the median distance R. The NeRF synthetic scenes have
 * R = 4.03 and so get 2.02 .. 6.05, where their authors use 2 .. 6. Cameras that look at no common point (parallel, outward, turning in
 * place) have no such range: InputError.
 */
export function automaticDepthRange(poses: readonly ArrayLike<number>[]): { near: number; far: number } {
  const { centre, radius, facing, spread } = cameraGeometry(poses);
  const fix = 'Give the range yourself: --set scene.near=… --set scene.far=… (metres of the scene).';
  if (centre === null) throw new InputError('near and far cannot be found: all cameras look in the same direction', fix);
  if (facing < 0.75)
    throw new InputError(
      'near and far cannot be found: too many cameras look away from their common centre',
      `If their poses are those of OpenCV, which looks along +Z, turn the second and third column of each round. Else: ${fix}`,
    );
  if (!(radius > 2 * spread)) {
    throw new InputError(
      `near and far cannot be found: the cameras are ${format(radius)} from the point they share, but miss it by ${format(spread)}`,
      fix,
    );
  }
  return { near: radius * 0.5, far: radius * 1.5 };
}

function nearestPointToAxes(poses: readonly ArrayLike<number>[]): [number, number, number] | null {
  let xx = 0;
  let xy = 0;
  let xz = 0;
  let yy = 0;
  let yz = 0;
  let zz = 0;
  const right = [0, 0, 0];
  for (const m of poses) {
    // -Z of the camera; the sign cancels in the products.
    const a = [m[2], m[6], m[10]];
    const c = [m[3], m[7], m[11]];
    const along = a[0] * c[0] + a[1] * c[1] + a[2] * c[2];
    xx += 1 - a[0] * a[0];
    xy -= a[0] * a[1];
    xz -= a[0] * a[2];
    yy += 1 - a[1] * a[1];
    yz -= a[1] * a[2];
    zz += 1 - a[2] * a[2];
    for (let k = 0; k < 3; k++) right[k] += c[k] - a[k] * along;
  }
  const c0 = yy * zz - yz * yz;
  const c1 = xz * yz - xy * zz;
  const c2 = xy * yz - xz * yy;
  const determinant = xx * c0 + xy * c1 + xz * c2;
  if (!(determinant > PARALLEL * poses.length ** 3)) return null;
  return [
    (c0 * right[0] + c1 * right[1] + c2 * right[2]) / determinant,
    (c1 * right[0] + (xx * zz - xz * xz) * right[1] + (xy * xz - xx * yz) * right[2]) / determinant,
    (c2 * right[0] + (xy * xz - xx * yz) * right[1] + (xx * yy - xy * xy) * right[2]) / determinant,
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function format(metres: number): string {
  return metres.toPrecision(3);
}
