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

/** x / ln 2, its integer part in the low bits. */
// @ts-ignore: decorator
@inline
function octaves(x: v128): v128 {
  return madd(x, f32x4.splat(1.44269504088896341), f32x4.splat(ROUNDER));
}

// @ts-ignore: decorator
@inline
function powerOfTwo(shifted: v128): v128 {
  return i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23));
}

/** exp(r) - 1 of the rest r of x, |r| <= ln 2 / 2: range reduction by ln 2 in two parts and a polynomial (Cephes expf). */
// @ts-ignore: decorator
@inline
function expm1Rest(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, f32x4.splat(ROUNDER));
  let r = madd(n, f32x4.splat(-0.693359375), x);
  r = madd(n, f32x4.splat(2.12194440e-4), r);
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  return madd(p, f32x4.mul(r, r), r);
}

/** exp(x) for -87 <= x <= 88, relative error below 3e-7; smaller x count as -87. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  x = f32x4.max(x, f32x4.splat(-87.0));
  const shifted = octaves(x);
  return f32x4.mul(f32x4.add(expm1Rest(x, shifted), f32x4.splat(1.0)), powerOfTwo(shifted));
}

/** exp(x) - 1 for -87 <= x <= 88, relative error below 5e-7, near 0 as well: there the rest is all of x. */
// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  x = f32x4.max(x, f32x4.splat(-87.0));
  const shifted = octaves(x), power = powerOfTwo(shifted);
  return madd(power, expm1Rest(x, shifted), f32x4.sub(power, f32x4.splat(1.0)));
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

/** Bits of the square root of 1/2. */
const ROOT_HALF = 0x3f3504f3;

/**
 * log(1 + x) for 0 <= x < 2^100, relative error below 5e-7: u = 1 + x as 2^n m with m between the roots of 1/2 and 2, a polynomial in m - 1
 * (Cephes logf), and what rounding took from u.
 */
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  const one = f32x4.splat(1);
  const u = f32x4.add(one, x);
  const lost = f32x4.div(f32x4.sub(x, f32x4.sub(u, one)), u);
  const octave = i32x4.shr_s(i32x4.sub(u, i32x4.splat(ROOT_HALF)), 23);
  const n = f32x4.convert_i32x4_s(octave);
  const f = f32x4.sub(i32x4.sub(u, i32x4.shl(octave, 23)), one), square = f32x4.mul(f, f);
  let p = madd(f32x4.splat(7.0376836292e-2), f, f32x4.splat(-1.1514610310e-1));
  p = madd(p, f, f32x4.splat(1.1676998740e-1));
  p = madd(p, f, f32x4.splat(-1.2420140846e-1));
  p = madd(p, f, f32x4.splat(1.4249322787e-1));
  p = madd(p, f, f32x4.splat(-1.6668057665e-1));
  p = madd(p, f, f32x4.splat(2.0000714765e-1));
  p = madd(p, f, f32x4.splat(-2.4999993993e-1));
  p = madd(p, f, f32x4.splat(3.3333331174e-1));
  const small = madd(n, f32x4.splat(-2.12194440e-4), madd(f32x4.mul(p, f), square, lost));
  return madd(n, f32x4.splat(0.693359375), f32x4.add(f, madd(f32x4.splat(-0.5), square, small)));
}

export function zeroFloats(p: usize, count: i32): void {
  memory.fill(p, 0, <usize>count << 2);
}

/** A multiple of four floats; of some vectors it is quicker than memory.copy, which calls out of the module. */
// @ts-ignore: decorator
@inline
export function copyVectors(to: usize, from: usize, bytes: usize): void {
  for (let j: usize = 0; j < bytes; j += 16) v128.store(to + j, v128.load(from + j));
}
