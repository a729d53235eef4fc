/**
 * A layer behind spikes whose weights are signs out of a codebook (src/quantisers/sign-groups.ts). Of the eight spikes of a group only 16 products with
 * signs are different, so that an output looks one up for each group in place of adding eight weights:
 *
 *     p_g,c = sum_i pattern_c,i x_8g+i         out_j = scale_j sum_g p_g,index(g,j)
 *
 * Products are small integers, 16 of them a vector of bytes, and a look-up for 16 outputs is one instruction. Cost: a vector addition a spike, and for
 * 16 outputs three instructions a group, whatever fires; rows of weights (spikes.ts) cost two for four outputs a spike.
 *
 * Table: the entries of the patterns [8] of 16 signed bytes, the indices [groups, n] of bytes, the scales [n] of f32. `scripts/bench` has the times of
 * both; compared with tfjs in test/conformance.
 */

/**
 * A look-up costs as much as adding the rows of so many spikes for each group: measured (docs/training.md), 10 spikes of 128 inputs. Chunks with more
 * are looked up.
 */
const SPIKES_A_GROUP: f32 = 0.625;

export function isLookedUp(spikes: f64, groups: i32, rows: i32): bool {
  return groups > 0 && spikes > <f64>(SPIKES_A_GROUP * <f32>groups * <f32>rows);
}

/** out [rows, n] of lists of spikes 0, 1, 2 of `groups` groups, a multiple of four; n a multiple of 16. @param products room for a vector a group */
export function sumPatternRows(out: usize, lists: usize, counts: usize, listStride: usize, table: usize, groups: i32, rows: i32, n: i32, products: usize): void {
  const indices = table + 128, scales = indices + <usize>(groups * n);
  for (let row = 0; row < rows; row++) {
    memory.fill(products, 0, <usize>groups << 4);
    const first = lists + <usize>row * listStride;
    const end = first + (<usize>load<i32>(counts + (<usize>row << 2)) << 1);
    for (let p = first; p < end; p += 2) {
      const input = <usize>load<u16>(p);
      const at = products + ((input >> 3) << 4);
      v128.store(at, i8x16.add(v128.load(at), v128.load(table + ((input & 7) << 4))));
    }
    const target = out + (<usize>(row * n) << 2);
    for (let column = 0; column < n; column += 16) {
      let low = i16x8.splat(0), high = low;
      let at = indices + <usize>column;
      // Four products of spikes up to 2 fit into a byte: 4 * 8 * 2 < 128.
      for (let group = 0; group < groups; group += 4) {
        const p = products + (<usize>group << 4);
        const a = i8x16.add(lookUp(p, at), lookUp(p + 16, at + n));
        const b = i8x16.add(lookUp(p + 32, at + 2 * n), lookUp(p + 48, at + 3 * n));
        const sum = i8x16.add(a, b);
        low = i16x8.add(low, i16x8.extend_low_i8x16_s(sum));
        high = i16x8.add(high, i16x8.extend_high_i8x16_s(sum));
        at += 4 * n;
      }
      const to = target + (<usize>column << 2), scale = scales + (<usize>column << 2);
      storeScaled(to, scale, i32x4.extend_low_i16x8_s(low));
      storeScaled(to + 16, scale + 16, i32x4.extend_high_i16x8_s(low));
      storeScaled(to + 32, scale + 32, i32x4.extend_low_i16x8_s(high));
      storeScaled(to + 48, scale + 48, i32x4.extend_high_i16x8_s(high));
    }
  }
}

// @ts-ignore: decorator
@inline
function lookUp(products: usize, indices: usize): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(v128.load(products), v128.load(indices));
  return i8x16.swizzle(v128.load(products), v128.load(indices));
}

// @ts-ignore: decorator
@inline
function storeScaled(to: usize, scale: usize, whole: v128): void {
  v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(whole), v128.load(scale)));
}
