/**
 * Vector-matrix factors (src/model/representations/vm.ts) at a sample; factor-gradients.ts has the adjoint.
 *
 *     s = sum M_r v_r        products P_r = M_r v_r        features = P B
 *
 * A point of a plane is a row of all its components. Cost of a sample and component: 6 loads; of the basis a multiply-add a feature.
 */
import {
  basis, featureStride, nx, ny, productRows,
  densityPlaneXY, densityPlaneXZ, densityPlaneYZ, densityLineX, densityLineY, densityLineZ, densityRankXY, densityRankXZ, densityRankYZ,
  featurePlaneXY, featurePlaneXZ, featurePlaneYZ, featureLineX, featureLineY, featureLineZ, featureRankXY, featureRankXZ, featureRankYZ,
} from './state';
import { sampleTotal } from './chunk';
import { multiply } from './matrix';
import { baseOf, baseZOf } from './packed-sample';
import { rawFeatures, sampleProducts } from './scratch';
import { madd } from './simd';

/** Four components of a plane at `p`, its points `point` and `row` bytes apart. */
// @ts-ignore: decorator
@inline
export function planeValue(p: usize, point: usize, row: usize, u: f32, v: f32): v128 {
  const u0: f32 = 1 - u, v0: f32 = 1 - v;
  let s = f32x4.mul(f32x4.splat(u0 * v0), v128.load(p));
  s = madd(f32x4.splat(u * v0), v128.load(p + point), s);
  s = madd(f32x4.splat(u0 * v), v128.load(p + row), s);
  return madd(f32x4.splat(u * v), v128.load(p + row + point), s);
}

// @ts-ignore: decorator
@inline
export function lineValue(p: usize, point: usize, w: f32): v128 {
  return madd(f32x4.splat(w), v128.load(p + point), f32x4.mul(f32x4.splat(1 - w), v128.load(p)));
}

/** Adds the products of a pair at (a, b) of its plane and c of its line, four components at a time. */
// @ts-ignore: decorator
@inline
function addPair(sum: v128, plane: usize, line: usize, rank: i32, points: i32, a: i32, b: i32, c: i32, u: f32, v: f32, w: f32): v128 {
  const point = <usize>rank << 2, row = <usize>points * point;
  const p = plane + <usize>(b * points + a) * point, l = line + <usize>c * point;
  for (let j: usize = 0; j < point; j += 16) sum = madd(planeValue(p + j, point, row, u, v), lineValue(l + j, point, w), sum);
  return sum;
}

/** Raw density between the points around (x, y, z) and its successors. */
export function factorDensity(x: i32, y: i32, z: i32, fx: f32, fy: f32, fz: f32): f32 {
  let sum = addPair(f32x4.splat(0), densityPlaneXY, densityLineZ, densityRankXY, nx, x, y, z, fx, fy, fz);
  sum = addPair(sum, densityPlaneXZ, densityLineY, densityRankXZ, nx, x, z, y, fx, fz, fy);
  sum = addPair(sum, densityPlaneYZ, densityLineX, densityRankYZ, ny, y, z, x, fy, fz, fx);
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
}

// @ts-ignore: decorator
@inline
function writePair(out: usize, plane: usize, line: usize, rank: i32, points: i32, a: i32, b: i32, c: i32, u: f32, v: f32, w: f32): usize {
  const point = <usize>rank << 2, row = <usize>points * point;
  const p = plane + <usize>(b * points + a) * point, l = line + <usize>c * point;
  for (let j: usize = 0; j < point; j += 16) v128.store(out + j, f32x4.mul(planeValue(p + j, point, row, u, v), lineValue(l + j, point, w)));
  return out + point;
}

/** Products of the appearance at a packed sample: productRows floats. */
export function gatherProducts(r: usize, out: usize): void {
  const z = baseZOf(r), inPlane = baseOf(r) - z * nx * ny, y = inPlane / nx, x = inPlane - y * nx;
  const fx = load<f32>(r, 4), fy = load<f32>(r, 8), fz = load<f32>(r, 12);
  out = writePair(out, featurePlaneXY, featureLineZ, featureRankXY, nx, x, y, z, fx, fy, fz);
  out = writePair(out, featurePlaneXZ, featureLineY, featureRankXZ, nx, x, z, y, fx, fz, fy);
  writePair(out, featurePlaneYZ, featureLineX, featureRankYZ, ny, y, z, x, fy, fz, fx);
}

/** Features of the chunk's samples from their products. */
export function makeFeatures(): void {
  multiply(rawFeatures, sampleProducts, basis, sampleTotal, productRows, featureStride, 0);
}
