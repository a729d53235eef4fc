/**
 * Leaky integrate-and-fire (SpikingNeRF eq. 6, 7), rows of currents in, spikes out; a row is a time step.
 *
 *     H = V + k (X - V)     S = H >= threshold     V' = S ? 0 : H          k = 1/tau, reset detached
 *     dS/dH = a s (1 - s),  s = sigmoid(a (H - threshold))
 */
import { lifDecay, lifThreshold, surrogateAlpha, width } from '../state';
import { exp4, madd, zeroFloats } from '../simd';
import { appendActive } from '../spikes';

/**
 * Charge, fire, reset over all rows. `currents` [rows, width] becomes the potentials H. `starts` (uint8 a row): 1 where the membrane
 * starts at 0. Writes the active lists; `membrane` is scratch [width].
 */
export function lifForward(currents: usize, starts: usize, membrane: usize, lists: usize, counts: usize, rows: i32): void {
  const k = f32x4.splat(lifDecay),
    threshold = f32x4.splat(lifThreshold);
  const bytes = (<usize>width) << 2,
    listStride = (<usize>width) << 1;
  for (let row = 0; row < rows; row++) {
    if (load<u8>(starts + <usize>row)) zeroFloats(membrane, width);
    const first = lists + <usize>row * listStride;
    let p = first;
    const x = currents + <usize>row * bytes;
    for (let j: usize = 0; j < bytes; j += 64) {
      const v0 = v128.load(membrane + j),
        v1 = v128.load(membrane + j, 16),
        v2 = v128.load(membrane + j, 32),
        v3 = v128.load(membrane + j, 48);
      const h0 = madd(k, f32x4.sub(v128.load(x + j), v0), v0);
      const h1 = madd(k, f32x4.sub(v128.load(x + j, 16), v1), v1);
      const h2 = madd(k, f32x4.sub(v128.load(x + j, 32), v2), v2);
      const h3 = madd(k, f32x4.sub(v128.load(x + j, 48), v3), v3);
      const s0 = f32x4.ge(h0, threshold),
        s1 = f32x4.ge(h1, threshold),
        s2 = f32x4.ge(h2, threshold),
        s3 = f32x4.ge(h3, threshold);
      v128.store(x + j, h0);
      v128.store(x + j, h1, 16);
      v128.store(x + j, h2, 32);
      v128.store(x + j, h3, 48);
      v128.store(membrane + j, v128.andnot(h0, s0));
      v128.store(membrane + j, v128.andnot(h1, s1), 16);
      v128.store(membrane + j, v128.andnot(h2, s2), 32);
      v128.store(membrane + j, v128.andnot(h3, s3), 48);
      const bits = i32x4.bitmask(s0) | (i32x4.bitmask(s1) << 4) | (i32x4.bitmask(s2) << 8) | (i32x4.bitmask(s3) << 12);
      if (bits) p = appendActive(p, <i32>(j >> 2), bits);
    }
    store<i32>(counts + ((<usize>row) << 2), <i32>((p - first) >> 1));
  }
}

/**
 * Back-propagation through time. `potentials` [rows, width] (H) and `gradients` [rows, width] (d loss / d S) in; `gradients` becomes
 * d loss / d X. `penalty` is added to d loss / d S of rows whose `real` flag is set. `carry` is scratch [width].
 */
export function lifBackward(potentials: usize, gradients: usize, starts: usize, real: usize, carry: usize, rows: i32, penalty: f32): void {
  const bytes = (<usize>width) << 2;
  const a = f32x4.splat(surrogateAlpha),
    k = f32x4.splat(lifDecay),
    rest = f32x4.splat(1 - lifDecay),
    threshold = f32x4.splat(lifThreshold);
  const one = f32x4.splat(1);
  zeroFloats(carry, width);
  for (let row = rows - 1; row >= 0; row--) {
    const h = potentials + <usize>row * bytes,
      g = gradients + <usize>row * bytes;
    const extra = f32x4.splat(load<u8>(real + <usize>row) ? penalty : 0);
    for (let j: usize = 0; j < bytes; j += 16) {
      const distance = f32x4.sub(v128.load(h + j), threshold);
      const e = exp4(f32x4.neg(f32x4.mul(a, f32x4.abs(distance))));
      const both = f32x4.add(one, e);
      const slope = f32x4.div(f32x4.mul(a, e), f32x4.mul(both, both));
      // The reset lets d loss / d V' through where there was no spike.
      const kept = v128.and(v128.load(carry + j), f32x4.lt(distance, f32x4.splat(0)));
      const potentialGradient = madd(f32x4.add(v128.load(g + j), extra), slope, kept);
      v128.store(g + j, f32x4.mul(potentialGradient, k));
      v128.store(carry + j, f32x4.mul(potentialGradient, rest));
    }
    if (load<u8>(starts + <usize>row)) zeroFloats(carry, width);
  }
}
