/** Trilinear interpolation of the feature grid at a packed sample: eight corners, three (network) or one (coarse colours) vectors each. */
import { features, featureStride, nx, ny } from './state';
import { madd } from './simd';
import { baseOf } from './packed-sample';

/** Weight of corner c (bit 0: x, bit 1: y, bit 2: z) of a packed sample. */
// @ts-ignore: decorator
@inline
export function cornerWeight(r: usize, c: i32): f32 {
  const fx = load<f32>(r, 4), fy = load<f32>(r, 8), fz = load<f32>(r, 12);
  return (c & 1 ? fx : 1 - fx) * (c & 2 ? fy : 1 - fy) * (c & 4 ? fz : 1 - fz);
}

/** Writes featureStride floats. */
export function gatherFeatures(r: usize, out: usize): void {
  const stride = <usize>featureStride << 2;
  const row = <usize>nx * stride, plane = <usize>(nx * ny) * stride;
  interpolate(features + <usize>baseOf(r) * stride, stride, row, plane, load<f32>(r, 4), load<f32>(r, 8), load<f32>(r, 12), out);
}

/** Between eight points of a grid: `p` the lowest, its neighbours `stride` (the bytes of a point), `row` and `plane` bytes further. */
// @ts-ignore: decorator
@inline
export function interpolate(p: usize, stride: usize, row: usize, plane: usize, fx: f32, fy: f32, fz: f32, out: usize): void {
  const x0: f32 = 1 - fx, y0: f32 = 1 - fy, z0: f32 = 1 - fz;
  const w0 = f32x4.splat(x0 * y0 * z0), w1 = f32x4.splat(fx * y0 * z0), w2 = f32x4.splat(x0 * fy * z0), w3 = f32x4.splat(fx * fy * z0);
  const w4 = f32x4.splat(x0 * y0 * fz), w5 = f32x4.splat(fx * y0 * fz), w6 = f32x4.splat(x0 * fy * fz), w7 = f32x4.splat(fx * fy * fz);
  for (let j: usize = 0; j < stride; j += 16) {
    const q = p + j;
    let s = f32x4.mul(w0, v128.load(q));
    s = madd(w1, v128.load(q + stride), s);
    s = madd(w2, v128.load(q + row), s);
    s = madd(w3, v128.load(q + row + stride), s);
    if (fz == 0) {
      v128.store(out + j, s);
      continue;
    }
    s = madd(w4, v128.load(q + plane), s);
    s = madd(w5, v128.load(q + plane + stride), s);
    s = madd(w6, v128.load(q + plane + row), s);
    s = madd(w7, v128.load(q + plane + row + stride), s);
    v128.store(out + j, s);
  }
}
