/** Four-lane float arithmetic. With relaxed SIMD a multiply-add is one fused instruction; without, two. */

// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f32>(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
export function splat(p: usize): v128 {
  return v128.load32_splat(p);
}

/** Added to a float below 2^22 it leaves the nearest integer in the low bits of the sum. */
const ROUNDER: f32 = 12582912.0;

/**
 * exp(x) for -87 <= x <= 88, relative error below 3e-7; smaller x count as -87. Range reduction by ln 2 in two parts and a polynomial
 * (Cephes expf); the integer part goes into the exponent bits.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  x = f32x4.max(x, f32x4.splat(-87.0));
  const shifted = madd(x, f32x4.splat(1.44269504088896341), f32x4.splat(ROUNDER));
  const n = f32x4.sub(shifted, f32x4.splat(ROUNDER));
  let r = madd(n, f32x4.splat(-0.693359375), x);
  r = madd(n, f32x4.splat(2.12194440e-4), r);
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1.0));
  return f32x4.mul(p, i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23)));
}

/** 1 / (1 + exp(-x)), without overflow. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const positive = f32x4.div(f32x4.splat(1.0), f32x4.add(f32x4.splat(1.0), e));
  const negative = f32x4.mul(e, positive);
  return v128.bitselect(negative, positive, f32x4.lt(x, f32x4.splat(0)));
}

/** tanh(x) = 2 sigmoid(2x) - 1; absolute error below 1e-6. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  return f32x4.sub(f32x4.mul(f32x4.splat(2), sigmoid4(f32x4.add(x, x))), f32x4.splat(1));
}

/** log(x) lane by lane. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  return f32x4(
    Mathf.log(f32x4.extract_lane(x, 0)), Mathf.log(f32x4.extract_lane(x, 1)), Mathf.log(f32x4.extract_lane(x, 2)), Mathf.log(f32x4.extract_lane(x, 3)),
  );
}

export function zeroFloats(p: usize, count: i32): void {
  memory.fill(p, 0, <usize>count << 2);
}
