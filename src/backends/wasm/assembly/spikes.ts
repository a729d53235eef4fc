/**
 * Spiking layers: a row of spikes is a list of its active neurons (uint16 each), and a layer adds up the weight rows of that list. Cost: one
 * vector load and one vector addition for four outputs a spike, nothing for a silent neuron. A neuron that fires with value 2 is listed twice;
 * negative spikes (signed-spikes.ts) are listed from the end of the row.
 */

/** out[row, n] = sum of weights[j, n] over the active j of each row; n a multiple of 4. */
export function sumActiveRows(out: usize, lists: usize, counts: usize, listStride: usize, weights: usize, rows: i32, n: i32): void {
  const nStride = <usize>n << 2;
  for (let row = 0; row < rows; row++) {
    const first = lists + <usize>row * listStride;
    const end = first + (<usize>load<i32>(counts + (<usize>row << 2)) << 1);
    const target = out + <usize>row * nStride;
    let column: usize = 0;
    for (; column + 128 <= nStride; column += 128) {
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
      const w = weights + column;
      for (let p = first; p < end; p += 2) {
        const r = w + <usize>load<u16>(p) * nStride;
        s0 = f32x4.add(s0, v128.load(r));
        s1 = f32x4.add(s1, v128.load(r, 16));
        s2 = f32x4.add(s2, v128.load(r, 32));
        s3 = f32x4.add(s3, v128.load(r, 48));
        s4 = f32x4.add(s4, v128.load(r, 64));
        s5 = f32x4.add(s5, v128.load(r, 80));
        s6 = f32x4.add(s6, v128.load(r, 96));
        s7 = f32x4.add(s7, v128.load(r, 112));
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
      for (let p = first; p < end; p += 2) s = f32x4.add(s, v128.load(weights + column + <usize>load<u16>(p) * nStride));
      v128.store(target + column, s);
    }
  }
}

/** sums[j, n] += d[row, n] for every active j of every row: the weight gradient of a spiking layer. */
export function addToActiveRows(sums: usize, lists: usize, counts: usize, listStride: usize, d: usize, rows: i32, n: i32): void {
  const nStride = <usize>n << 2;
  for (let row = 0; row < rows; row++) {
    const first = lists + <usize>row * listStride;
    const end = first + (<usize>load<i32>(counts + (<usize>row << 2)) << 1);
    const source = d + <usize>row * nStride;
    let column: usize = 0;
    for (; column + 128 <= nStride; column += 128) {
      const t = source + column;
      const d0 = v128.load(t), d1 = v128.load(t, 16), d2 = v128.load(t, 32), d3 = v128.load(t, 48);
      const d4 = v128.load(t, 64), d5 = v128.load(t, 80), d6 = v128.load(t, 96), d7 = v128.load(t, 112);
      for (let p = first; p < end; p += 2) {
        const r = sums + column + <usize>load<u16>(p) * nStride;
        v128.store(r, f32x4.add(v128.load(r), d0));
        v128.store(r, f32x4.add(v128.load(r, 16), d1), 16);
        v128.store(r, f32x4.add(v128.load(r, 32), d2), 32);
        v128.store(r, f32x4.add(v128.load(r, 48), d3), 48);
        v128.store(r, f32x4.add(v128.load(r, 64), d4), 64);
        v128.store(r, f32x4.add(v128.load(r, 80), d5), 80);
        v128.store(r, f32x4.add(v128.load(r, 96), d6), 96);
        v128.store(r, f32x4.add(v128.load(r, 112), d7), 112);
      }
    }
    for (; column < nStride; column += 16) {
      const value = v128.load(source + column);
      for (let p = first; p < end; p += 2) {
        const r = sums + column + <usize>load<u16>(p) * nStride;
        v128.store(r, f32x4.add(v128.load(r), value));
      }
    }
  }
}

/** Appends the set bits of `bits` (bit b: neuron first + b) to a list; returns its new end. */
// @ts-ignore: decorator
@inline
export function appendActive(p: usize, first: i32, bits: u64): usize {
  while (bits) {
    store<u16>(p, <u16>(first + <i32>ctz(bits)));
    bits &= bits - 1;
    p += 2;
  }
  return p;
}

/** As appendActive, towards the front: returns the list's new beginning. */
// @ts-ignore: decorator
@inline
export function prependActive(q: usize, first: i32, bits: u64): usize {
  while (bits) {
    q -= 2;
    store<u16>(q, <u16>(first + <i32>ctz(bits)));
    bits &= bits - 1;
  }
  return q;
}
