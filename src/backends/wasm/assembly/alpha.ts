/**
 * Alphas of up to four packed samples at once, from their densities s (docs/model.md, section 1):
 *
 *     e = exp(s + shift)      alpha = 1 - (1 + e)^-interval      d alpha / d s = interval e / (1 + e) (1 - alpha)
 *
 * Relative errors stay below 1e-6 for small alphas too, which a difference from 1 would lose. Cost: three vector functions for four samples.
 */
import { densityShift, interval } from './state';
import { SAMPLE_BYTES } from './packed-sample';
import { exp4, expm14, log1p4 } from './simd';

/** Samples whose alphas are computed at once. */
export const GROUP = 4;

/** @param r first of `count` packed samples, with the density in the place of alpha; then with alpha and its slope */
export function densitiesToAlphas(r: usize, count: i32): void {
  const r1 = r + SAMPLE_BYTES, r2 = r1 + SAMPLE_BYTES, r3 = r2 + SAMPLE_BYTES;
  // Behind the last sample another lane's may lie: nothing is read or written there.
  let s = v128.load32_splat(r, 16);
  if (count > 1) s = v128.load_lane<f32>(r1, s, 1, 16);
  if (count > 2) s = v128.load_lane<f32>(r2, s, 2, 16);
  if (count > 3) s = v128.load_lane<f32>(r3, s, 3, 16);
  const e = exp4(f32x4.min(f32x4.add(s, f32x4.splat(densityShift)), f32x4.splat(23.02585)));
  const rest = expm14(f32x4.mul(f32x4.splat(-interval), log1p4(e)));
  const alpha = f32x4.neg(rest);
  const share = f32x4.div(e, f32x4.add(f32x4.splat(1), e));
  const slope = f32x4.mul(f32x4.mul(f32x4.splat(interval), share), f32x4.sub(f32x4.splat(1), alpha));
  v128.store_lane<f32>(r, alpha, 0, 16);
  v128.store_lane<f32>(r, slope, 0, 32);
  if (count == 1) return;
  v128.store_lane<f32>(r1, alpha, 1, 16);
  v128.store_lane<f32>(r1, slope, 1, 32);
  if (count == 2) return;
  v128.store_lane<f32>(r2, alpha, 2, 16);
  v128.store_lane<f32>(r2, slope, 2, 32);
  if (count == 3) return;
  v128.store_lane<f32>(r3, alpha, 3, 16);
  v128.store_lane<f32>(r3, slope, 3, 32);
}
