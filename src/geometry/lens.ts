/**
 * Between pixels and the plane z = -1 of a camera: the one place that knows about lens distortion. Plane coordinates are x to the right and y
 * *down*, as in OpenCV, whose radial and tangential model this is (polynomial up to r^8, as nerfstudio reads k1..k4):
 *
 *     r2 = x^2 + y^2      d = 1 + k1 r2 + k2 r2^2 + k3 r2^3 + k4 r2^4
 *     x' = x d + 2 p1 x y + p2 (r2 + 2 x^2)           u = fx x' + cx
 *     y' = y d + 2 p2 x y + p1 (r2 + 2 y^2)           v = fy y' + cy
 *
 * The way back has no closed form: Newton's method from (x', y'), which ends within 1e-12 in a few steps wherever the lens does not fold.
 */
import type { Distortion, Intrinsics } from './intrinsics.ts';
import { InputError } from '../base/errors.ts';

const MOST_ITERATIONS = 30;
/** Steps below it end the iteration; residuals above the second are no solution. Plane units. */
const SMALL_STEP = 1e-13;
const SMALL_RESIDUAL = 1e-10;

/** Points along each side of an image at which a lens is looked at as a whole. */
const LATTICE = 33;

const pair = new Float64Array(2);

/** The pixel coordinates (u, v) of a point of the plane, to `out[0..1]`. */
export function planeToPixel(k: Intrinsics, x: number, y: number, out: Float64Array): void {
  if (k.distortion === undefined) {
    out[0] = k.cx + k.fx * x;
    out[1] = k.cy + k.fy * y;
    return;
  }
  distort(k.distortion, x, y, out);
  out[0] = k.cx + k.fx * out[0];
  out[1] = k.cy + k.fy * out[1];
}

/**
 * The point of the plane that is seen at pixel coordinates (u, v), to `out[0..1]`.
 *
 * @throws InputError where the lens folds, so that no single point is seen there
 */
export function pixelToPlane(k: Intrinsics, u: number, v: number, out: Float64Array): void {
  const x = (u - k.cx) / k.fx;
  const y = (v - k.cy) / k.fy;
  if (k.distortion === undefined) {
    out[0] = x;
    out[1] = y;
  } else if (!undistort(k.distortion, x, y, out)) {
    throw new InputError(
      `lens distortion: no viewing ray at pixel (${u.toFixed(1)}, ${v.toFixed(1)}): k1..k4, p1, p2 fold the image over itself there`,
      'Calibrate the camera again, or undistort the images and leave the coefficients out.',
    );
  }
}

/** Where the lens moves a point of the plane, to `out[0..1]`. */
export function distort({ k1, k2, k3, k4, p1, p2 }: Distortion, x: number, y: number, out: Float64Array): void {
  const r2 = x * x + y * y;
  const d = 1 + r2 * (k1 + r2 * (k2 + r2 * (k3 + r2 * k4)));
  out[0] = x * d + 2 * p1 * x * y + p2 * (r2 + 2 * x * x);
  out[1] = y * d + 2 * p2 * x * y + p1 * (r2 + 2 * y * y);
}

/** The point that the lens moves to (u, v), to `out[0..1]`; false if there is none that a lens without folds would show there. */
export function undistort(lens: Distortion, u: number, v: number, out: Float64Array): boolean {
  const { k1, k2, k3, k4, p1, p2 } = lens;
  let x = u;
  let y = v;
  for (let i = 0; i < MOST_ITERATIONS; i++) {
    distort(lens, x, y, pair);
    const r2 = x * x + y * y;
    const d = 1 + r2 * (k1 + r2 * (k2 + r2 * (k3 + r2 * k4)));
    // Derivative of d by r2, twice: d/dx d = slope x.
    const slope = 2 * (k1 + r2 * (2 * k2 + r2 * (3 * k3 + r2 * 4 * k4)));
    const xx = d + slope * x * x + 2 * p1 * y + 6 * p2 * x;
    const xy = slope * x * y + 2 * p1 * x + 2 * p2 * y;
    const yy = d + slope * y * y + 2 * p2 * x + 6 * p1 * y;
    const determinant = xx * yy - xy * xy;
    if (!(determinant > 0)) return false;
    const ex = pair[0] - u;
    const ey = pair[1] - v;
    const dx = (yy * ex - xy * ey) / determinant;
    const dy = (xx * ey - xy * ex) / determinant;
    x -= dx;
    y -= dy;
    if (Math.abs(dx) + Math.abs(dy) < SMALL_STEP) break;
  }
  distort(lens, x, y, pair);
  out[0] = x;
  out[1] = y;
  return Math.abs(pair[0] - u) + Math.abs(pair[1] - v) < SMALL_RESIDUAL;
}

/** The part of the plane that an image shows: its bounding rectangle. */
export interface PlaneBounds {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** @throws InputError if the lens folds within the image */
export function planeBounds(k: Intrinsics): PlaneBounds {
  const bounds = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  const point = new Float64Array(2);
  for (let j = 0; j < LATTICE; j++) {
    for (let i = 0; i < LATTICE; i++) {
      pixelToPlane(k, (i * k.width) / (LATTICE - 1), (j * k.height) / (LATTICE - 1), point);
      bounds.left = Math.min(bounds.left, point[0]);
      bounds.right = Math.max(bounds.right, point[0]);
      bounds.top = Math.min(bounds.top, point[1]);
      bounds.bottom = Math.max(bounds.bottom, point[1]);
    }
  }
  return bounds;
}
