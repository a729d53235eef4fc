/**
 * Products with rows that are mostly zeros: outputs of ReLUs, gradients that stop where a neuron lets nothing through, spikes of several sizes.
 *
 * A row is a list of entries, 8 bytes each: column (i32), value (f32). Lists lie one behind the other; `ends` has the address behind each row's.
 * Sums go in the order in which the dense products of matrix.ts go, and leave out what is zero: the same bits. Cost: two loads and a multiply-add
 * for four outputs an entry (sums of gradients: a store more), nothing for a zero. Compared with matrix.ts in test/backends/wasm-sparse-rows.test.ts.
 */
import { madd } from './simd';

const ENTRY: usize = 8;

/** Returns the new end of the list. */
// @ts-ignore: decorator
@inline
export function appendEntry(p: usize, column: i32, value: f32): usize {
  store<i32>(p, column);
  store<f32>(p, value, 4);
  return p + ENTRY;
}

/** Bits of sixteen values from the masks of four vectors. */
// @ts-ignore: decorator
@inline
export function bitsOf(a: v128, b: v128, c: v128, d: v128): u64 {
  return <u64>i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
}

/** Bit b: whether float b of the sixteen at `at` is not zero. */
// @ts-ignore: decorator
@inline
function nonZeros(at: usize): u64 {
  const zero = f32x4.splat(0);
  return bitsOf(
    f32x4.ne(v128.load(at), zero),
    f32x4.ne(v128.load(at, 16), zero),
    f32x4.ne(v128.load(at, 32), zero),
    f32x4.ne(v128.load(at, 48), zero),
  );
}

/** Whether fewer than half of the floats in `values` [rows, n] differ from zero; n a multiple of 16. */
export function isSparse(values: usize, rows: i32, n: i32): bool {
  const end = (<usize>rows * <usize>n) << 2;
  let count = i32x4.splat(0);
  for (let j: usize = 0; j < end; j += 16) count = i32x4.sub(count, f32x4.ne(v128.load(values + j), f32x4.splat(0)));
  return 2 * laneSum(count) < rows * n;
}

// @ts-ignore: decorator
@inline
export function laneSum(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}

/**
 * Lists what is not zero in `values` [rows, n], n a multiple of 16. Of 64 floats the places are found first: loops over few bits end where no
 * processor foresees it, so that there are few of them.
 */
export function listEntries(values: usize, entries: usize, ends: usize, rows: i32, n: i32): void {
  const bytes = <usize>n << 2;
  let p = entries;
  for (let row = 0; row < rows; row++) {
    const x = values + <usize>row * bytes;
    for (let j: usize = 0; j < bytes; j += 256) {
      let bits: u64 = 0;
      for (let k = j, end = min(j + 256, bytes); k < end; k += 64) bits |= nonZeros(x + k) << <u64>((k - j) >> 2);
      for (; bits; bits &= bits - 1) {
        const column = <i32>(j >> 2) + <i32>ctz(bits);
        p = appendEntry(p, column, load<f32>(x + (<usize>column << 2)));
      }
    }
    store<u32>(ends + (<usize>row << 2), <u32>p);
  }
}

/** out[rows, n] = rows * weights[., n]; n a multiple of 4. */
export function multiplyEntries(out: usize, entries: usize, ends: usize, weights: usize, rows: i32, n: i32): void {
  const nStride = <usize>n << 2;
  let first = entries;
  for (let row = 0; row < rows; row++) {
    const end = <usize>load<u32>(ends + (<usize>row << 2));
    const target = out + <usize>row * nStride;
    let column: usize = 0;
    for (; column + 128 <= nStride; column += 128) {
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
      const w = weights + column;
      for (let p = first; p < end; p += ENTRY) {
        const r = w + <usize>load<u32>(p) * nStride;
        const x = v128.load32_splat(p, 4);
        s0 = madd(x, v128.load(r), s0);
        s1 = madd(x, v128.load(r, 16), s1);
        s2 = madd(x, v128.load(r, 32), s2);
        s3 = madd(x, v128.load(r, 48), s3);
        s4 = madd(x, v128.load(r, 64), s4);
        s5 = madd(x, v128.load(r, 80), s5);
        s6 = madd(x, v128.load(r, 96), s6);
        s7 = madd(x, v128.load(r, 112), s7);
      }
      const t = target + column;
      v128.store(t, s0);
      v128.store(t, s1, 16);
      v128.store(t, s2, 32);
      v128.store(t, s3, 48);
      v128.store(t, s4, 64);
      v128.store(t, s5, 80);
      v128.store(t, s6, 96);
      v128.store(t, s7, 112);
    }
    for (; column < nStride; column += 16) {
      let s = f32x4.splat(0);
      for (let p = first; p < end; p += ENTRY) s = madd(v128.load32_splat(p, 4), v128.load(weights + column + <usize>load<u32>(p) * nStride), s);
      v128.store(target + column, s);
    }
    first = end;
  }
}

/** sums[., n] += rows^T * d[rows, n]; n a multiple of 4. */
export function addEntryProducts(sums: usize, entries: usize, ends: usize, d: usize, rows: i32, n: i32): void {
  const nStride = <usize>n << 2;
  let first = entries;
  for (let row = 0; row < rows; row++) {
    const end = <usize>load<u32>(ends + (<usize>row << 2));
    const source = d + <usize>row * nStride;
    let column: usize = 0;
    for (; column + 128 <= nStride; column += 128) {
      const t = source + column;
      const d0 = v128.load(t), d1 = v128.load(t, 16), d2 = v128.load(t, 32), d3 = v128.load(t, 48);
      const d4 = v128.load(t, 64), d5 = v128.load(t, 80), d6 = v128.load(t, 96), d7 = v128.load(t, 112);
      for (let p = first; p < end; p += ENTRY) {
        const r = sums + column + <usize>load<u32>(p) * nStride;
        const x = v128.load32_splat(p, 4);
        v128.store(r, madd(x, d0, v128.load(r)));
        v128.store(r, madd(x, d1, v128.load(r, 16)), 16);
        v128.store(r, madd(x, d2, v128.load(r, 32)), 32);
        v128.store(r, madd(x, d3, v128.load(r, 48)), 48);
        v128.store(r, madd(x, d4, v128.load(r, 64)), 64);
        v128.store(r, madd(x, d5, v128.load(r, 80)), 80);
        v128.store(r, madd(x, d6, v128.load(r, 96)), 96);
        v128.store(r, madd(x, d7, v128.load(r, 112)), 112);
      }
    }
    for (; column < nStride; column += 16) {
      const value = v128.load(source + column);
      for (let p = first; p < end; p += ENTRY) {
        const r = sums + column + <usize>load<u32>(p) * nStride;
        v128.store(r, madd(v128.load32_splat(p, 4), value, v128.load(r)));
      }
    }
    first = end;
  }
}
