/**
 * Small dense products, rows of floats, register tiles of 4 x 8. All leading dimensions are multiples of 4 floats and 16-byte aligned.
 * Limit: multiply-add throughput; the benchmark's "dense" row is `multiply` at 128 x 128.
 */
import { madd, splat } from './simd';

/**
 * out[rows, n] = init + a[rows, k] * b[k, n]. `init`: an array of one pointer (u32) a row to n floats, or 0 for zeros.
 * Rows are computed in fours: a, out (and init) must have room for rows rounded up to a multiple of 4.
 */
export function multiply(out: usize, a: usize, b: usize, rows: i32, k: i32, n: i32, init: usize): void {
  const aStride = (<usize>k) << 2,
    nStride = (<usize>n) << 2;
  for (let row = 0; row < rows; row += 4) {
    const a0 = a + <usize>row * aStride,
      a1 = a0 + aStride,
      a2 = a1 + aStride,
      a3 = a2 + aStride;
    const o0 = out + <usize>row * nStride,
      o1 = o0 + nStride,
      o2 = o1 + nStride,
      o3 = o2 + nStride;
    let column: usize = 0;
    for (; column + 32 <= nStride; column += 32) {
      let s00 = f32x4.splat(0),
        s01 = s00,
        s10 = s00,
        s11 = s00,
        s20 = s00,
        s21 = s00,
        s30 = s00,
        s31 = s00;
      if (init) {
        const i0 = <usize>load<u32>(init + ((<usize>row) << 2)) + column,
          i1 = <usize>load<u32>(init + ((<usize>row) << 2), 4) + column;
        const i2 = <usize>load<u32>(init + ((<usize>row) << 2), 8) + column,
          i3 = <usize>load<u32>(init + ((<usize>row) << 2), 12) + column;
        s00 = v128.load(i0);
        s01 = v128.load(i0, 16);
        s10 = v128.load(i1);
        s11 = v128.load(i1, 16);
        s20 = v128.load(i2);
        s21 = v128.load(i2, 16);
        s30 = v128.load(i3);
        s31 = v128.load(i3, 16);
      }
      let bp = b + column;
      for (let j: usize = 0; j < aStride; j += 4) {
        const b0 = v128.load(bp),
          b1 = v128.load(bp, 16);
        const x0 = splat(a0 + j),
          x1 = splat(a1 + j),
          x2 = splat(a2 + j),
          x3 = splat(a3 + j);
        s00 = madd(x0, b0, s00);
        s01 = madd(x0, b1, s01);
        s10 = madd(x1, b0, s10);
        s11 = madd(x1, b1, s11);
        s20 = madd(x2, b0, s20);
        s21 = madd(x2, b1, s21);
        s30 = madd(x3, b0, s30);
        s31 = madd(x3, b1, s31);
        bp += nStride;
      }
      v128.store(o0 + column, s00);
      v128.store(o0 + column, s01, 16);
      v128.store(o1 + column, s10);
      v128.store(o1 + column, s11, 16);
      v128.store(o2 + column, s20);
      v128.store(o2 + column, s21, 16);
      v128.store(o3 + column, s30);
      v128.store(o3 + column, s31, 16);
    }
    for (; column < nStride; column += 16) {
      let s0 = f32x4.splat(0),
        s1 = s0,
        s2 = s0,
        s3 = s0;
      let bp = b + column;
      for (let j: usize = 0; j < aStride; j += 4) {
        const b0 = v128.load(bp);
        s0 = madd(splat(a0 + j), b0, s0);
        s1 = madd(splat(a1 + j), b0, s1);
        s2 = madd(splat(a2 + j), b0, s2);
        s3 = madd(splat(a3 + j), b0, s3);
        bp += nStride;
      }
      v128.store(o0 + column, s0);
      v128.store(o1 + column, s1);
      v128.store(o2 + column, s2);
      v128.store(o3 + column, s3);
    }
  }
}

/** sum[k, n] += a[rows, k]^T * d[rows, n]; k a multiple of 4, n of 4. */
export function addOuterProducts(sum: usize, a: usize, d: usize, rows: i32, k: i32, n: i32): void {
  const aStride = (<usize>k) << 2,
    nStride = (<usize>n) << 2;
  const end = a + <usize>rows * aStride;
  for (let i: usize = 0; i < aStride; i += 16) {
    const s = sum + (i >> 2) * nStride;
    const r1 = s + nStride,
      r2 = r1 + nStride,
      r3 = r2 + nStride;
    let column: usize = 0;
    for (; column + 32 <= nStride; column += 32) {
      let s00 = v128.load(s + column),
        s01 = v128.load(s + column, 16);
      let s10 = v128.load(r1 + column),
        s11 = v128.load(r1 + column, 16);
      let s20 = v128.load(r2 + column),
        s21 = v128.load(r2 + column, 16);
      let s30 = v128.load(r3 + column),
        s31 = v128.load(r3 + column, 16);
      let dp = d + column;
      for (let ap = a + i; ap < end; ap += aStride) {
        const d0 = v128.load(dp),
          d1 = v128.load(dp, 16);
        const x0 = splat(ap),
          x1 = v128.load32_splat(ap, 4),
          x2 = v128.load32_splat(ap, 8),
          x3 = v128.load32_splat(ap, 12);
        s00 = madd(x0, d0, s00);
        s01 = madd(x0, d1, s01);
        s10 = madd(x1, d0, s10);
        s11 = madd(x1, d1, s11);
        s20 = madd(x2, d0, s20);
        s21 = madd(x2, d1, s21);
        s30 = madd(x3, d0, s30);
        s31 = madd(x3, d1, s31);
        dp += nStride;
      }
      v128.store(s + column, s00);
      v128.store(s + column, s01, 16);
      v128.store(r1 + column, s10);
      v128.store(r1 + column, s11, 16);
      v128.store(r2 + column, s20);
      v128.store(r2 + column, s21, 16);
      v128.store(r3 + column, s30);
      v128.store(r3 + column, s31, 16);
    }
    for (; column < nStride; column += 16) {
      let s0 = v128.load(s + column),
        s1 = v128.load(r1 + column),
        s2 = v128.load(r2 + column),
        s3 = v128.load(r3 + column);
      let dp = d + column;
      for (let ap = a + i; ap < end; ap += aStride) {
        const d0 = v128.load(dp);
        s0 = madd(splat(ap), d0, s0);
        s1 = madd(v128.load32_splat(ap, 4), d0, s1);
        s2 = madd(v128.load32_splat(ap, 8), d0, s2);
        s3 = madd(v128.load32_splat(ap, 12), d0, s3);
        dp += nStride;
      }
      v128.store(s + column, s0);
      v128.store(r1 + column, s1);
      v128.store(r2 + column, s2);
      v128.store(r3 + column, s3);
    }
  }
}

/** sum[k, n] += t[n, k]^T in tiles of 4 x 4; k and n multiples of 4. */
export function addTransposed(sum: usize, t: usize, k: i32, n: i32): void {
  const tStride = (<usize>k) << 2,
    nStride = (<usize>n) << 2;
  for (let column: usize = 0; column < nStride; column += 16) {
    const from = t + (column >> 2) * tStride;
    for (let i: usize = 0; i < tStride; i += 16) {
      const a = v128.load(from + i),
        b = v128.load(from + tStride + i),
        c = v128.load(from + 2 * tStride + i),
        d = v128.load(from + 3 * tStride + i);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
        cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7),
        cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      const to = sum + (i >> 2) * nStride + column;
      addTo(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      addTo(to + nStride, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
      addTo(to + 2 * nStride, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5));
      addTo(to + 3 * nStride, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7));
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value));
}
