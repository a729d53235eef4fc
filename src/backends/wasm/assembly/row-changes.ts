/**
 * Products with gradients that run back through time. Behind neurons whose potential keeps a share k of itself, gradients of the currents do so too
 * where no spike resets and no surrogate adds to them: g_t = k g_{t+1}. What differs from that, the changes
 *
 *     d_t = g_t - k g_{t+1}            (k g_{t+1} = 0 where row t + 1 begins a membrane, and behind the last row)
 *
 * is not zero only where |H - threshold| lies within the support of the surrogate, or a spike has reset. Products need the changes alone, for they
 * are linear:
 *
 *     g_t W = d_t W + k (g_{t+1} W)
 *
 * This holds for any k; a k that does not fit makes rows of changes that are not sparse. Changes below 2^-20 of the gradient are its rounding and
 * count as zero. Compared with dense products in test/backends/wasm-sparse-rows.test.ts.
 */
import { madd } from './simd';
import { appendEntry, bitsOf, laneSum } from './sparse-rows';

const ROUNDING: f32 = 1.0 / 1048576;

/** Share of the row behind `row` that its gradients have, 0 where there is none. */
// @ts-ignore: decorator
@inline
function shareOf(row: i32, rows: i32, starts: usize, keep: f32): f32 {
  return row + 1 < rows && !load<u8>(starts + <usize>row, 1) ? keep : 0;
}

/** Mask of the four values at x that are not `share` times those at `next`. */
// @ts-ignore: decorator
@inline
function changed(x: usize, next: usize, share: v128): v128 {
  const value = v128.load(x);
  const change = f32x4.sub(value, f32x4.mul(share, v128.load(next)));
  return f32x4.gt(f32x4.abs(change), f32x4.mul(f32x4.splat(ROUNDING), f32x4.abs(value)));
}

/** Whether fewer than half of the changes of `values` [rows, n] differ from zero; n a multiple of 16. */
export function changesAreSparse(values: usize, starts: usize, rows: i32, n: i32, keep: f32): bool {
  const bytes = <usize>n << 2;
  let count = i32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    const x = values + <usize>row * bytes, next = row + 1 < rows ? x + bytes : x;
    const share = f32x4.splat(shareOf(row, rows, starts, keep));
    for (let j: usize = 0; j < bytes; j += 16) count = i32x4.sub(count, changed(x + j, next + j, share));
  }
  return 2 * laneSum(count) < rows * n;
}

/** Lists the changes of `values` [rows, n] as entries (sparse-rows.ts); n a multiple of 16. */
export function listChanges(values: usize, entries: usize, ends: usize, starts: usize, rows: i32, n: i32, keep: f32): void {
  const bytes = <usize>n << 2;
  let p = entries;
  for (let row = 0; row < rows; row++) {
    const x = values + <usize>row * bytes, next = row + 1 < rows ? x + bytes : x;
    const share = shareOf(row, rows, starts, keep), four = f32x4.splat(share);
    for (let j: usize = 0; j < bytes; j += 256) {
      let bits: u64 = 0;
      for (let k = j, end = min(j + 256, bytes); k < end; k += 64) {
        const a = x + k, b = next + k;
        const found = bitsOf(changed(a, b, four), changed(a + 16, b + 16, four), changed(a + 32, b + 32, four), changed(a + 48, b + 48, four));
        bits |= found << <u64>((k - j) >> 2);
      }
      for (; bits; bits &= bits - 1) {
        const column = <i32>(j >> 2) + <i32>ctz(bits), at = <usize>column << 2;
        p = appendEntry(p, column, load<f32>(x + at) - share * load<f32>(next + at));
      }
    }
    store<u32>(ends + (<usize>row << 2), <u32>p);
  }
}

/** From products of the changes to those of the values, in place: out [rows, n]; n a multiple of 4. */
export function addKept(out: usize, starts: usize, rows: i32, n: i32, keep: f32): void {
  const bytes = <usize>n << 2, share = f32x4.splat(keep);
  for (let row = rows - 2; row >= 0; row--) {
    if (load<u8>(starts + <usize>row, 1)) continue;
    const x = out + <usize>row * bytes, next = x + bytes;
    for (let j: usize = 0; j < bytes; j += 16) v128.store(x + j, madd(share, v128.load(next + j), v128.load(x + j)));
  }
}
