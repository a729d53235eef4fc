/** Trilinear interpolation of the feature grid at a packed sample: eight corners, three (network) or one (coarse colours) vectors each. */
import { features, featureStride, nx, ny } from './state';
import { madd } from './simd';
import { locateCell, row0, row1, row2, row3, row4, row5, row6, row7 } from './bricks';
import { baseOf } from './packed-sample';
import { hasBricks } from './representation';

/** Weight of corner c (bit 0: x, bit 1: y, bit 2: z) of a packed sample. */
// @ts-ignore: decorator
@inline
export function cornerWeight(r: usize, c: i32): f32 {
  const fx = load<f32>(r, 4), fy = load<f32>(r, 8), fz = load<f32>(r, 12);
  return (c & 1 ? fx : 1 - fx) * (c & 2 ? fy : 1 - fy) * (c & 4 ? fz : 1 - fz);
}

/** Writes featureStride floats. */
export function gatherFeatures<R>(r: usize, out: usize): void {
  const stride = <usize>featureStride << 2;
  if (hasBricks<R>()) {
    const base = baseOf(r);
    locateCell(base & 1023, (base >> 10) & 1023, base >> 20);
    interpolateRows(stride, load<f32>(r, 4), load<f32>(r, 8), load<f32>(r, 12), out);
    return;
  }
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

// @ts-ignore: decorator
@inline
function featuresOf(row: i32, stride: usize): usize {
  return features + <usize>row * stride;
}

/** As `interpolate`, between the rows of a cell in bricks. */
// @ts-ignore: decorator
@inline
function interpolateRows(stride: usize, fx: f32, fy: f32, fz: f32, out: usize): void {
  const x0: f32 = 1 - fx, y0: f32 = 1 - fy, z0: f32 = 1 - fz;
  const w0 = f32x4.splat(x0 * y0 * z0), w1 = f32x4.splat(fx * y0 * z0), w2 = f32x4.splat(x0 * fy * z0), w3 = f32x4.splat(fx * fy * z0);
  const w4 = f32x4.splat(x0 * y0 * fz), w5 = f32x4.splat(fx * y0 * fz), w6 = f32x4.splat(x0 * fy * fz), w7 = f32x4.splat(fx * fy * fz);
  const p0 = featuresOf(row0, stride), p1 = featuresOf(row1, stride), p2 = featuresOf(row2, stride), p3 = featuresOf(row3, stride);
  const p4 = featuresOf(row4, stride), p5 = featuresOf(row5, stride), p6 = featuresOf(row6, stride), p7 = featuresOf(row7, stride);
  for (let j: usize = 0; j < stride; j += 16) {
    let s = f32x4.mul(w0, v128.load(p0 + j));
    s = madd(w1, v128.load(p1 + j), s);
    s = madd(w2, v128.load(p2 + j), s);
    s = madd(w3, v128.load(p3 + j), s);
    if (fz != 0) {
      s = madd(w4, v128.load(p4 + j), s);
      s = madd(w5, v128.load(p5 + j), s);
      s = madd(w6, v128.load(p6 + j), s);
      s = madd(w7, v128.load(p7 + j), s);
    }
    v128.store(out + j, s);
  }
}
