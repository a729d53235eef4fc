/**
 * Layers of spikes with a sign and an amplitude: a row's positive spikes are listed from its beginning, the negative ones from its end; `counts`
 * has how many there are in all, `minus` how many are negative. Cost: as spikes.ts, and one multiplication a row and output.
 */

/** out[row, n] = scale * (sum of weights[j, n] over positive j - sum over negative j); n a multiple of 4. */
export function sumSignedRows(
  out: usize,
  lists: usize,
  counts: usize,
  minus: usize,
  listStride: usize,
  weights: usize,
  rows: i32,
  n: i32,
  scale: f32,
): void {
  const nStride = (<usize>n) << 2;
  const factor = f32x4.splat(scale);
  for (let row = 0; row < rows; row++) {
    const first = lists + <usize>row * listStride,
      last = first + listStride;
    const negative = (<usize>load<i32>(minus + ((<usize>row) << 2))) << 1;
    const end = first + ((<usize>load<i32>(counts + ((<usize>row) << 2))) << 1) - negative;
    const target = out + <usize>row * nStride;
    let column: usize = 0;
    for (; column + 64 <= nStride; column += 64) {
      let s0 = f32x4.splat(0),
        s1 = s0,
        s2 = s0,
        s3 = s0;
      const w = weights + column;
      for (let p = first; p < end; p += 2) {
        const r = w + <usize>load<u16>(p) * nStride;
        s0 = f32x4.add(s0, v128.load(r));
        s1 = f32x4.add(s1, v128.load(r, 16));
        s2 = f32x4.add(s2, v128.load(r, 32));
        s3 = f32x4.add(s3, v128.load(r, 48));
      }
      for (let p = last - negative; p < last; p += 2) {
        const r = w + <usize>load<u16>(p) * nStride;
        s0 = f32x4.sub(s0, v128.load(r));
        s1 = f32x4.sub(s1, v128.load(r, 16));
        s2 = f32x4.sub(s2, v128.load(r, 32));
        s3 = f32x4.sub(s3, v128.load(r, 48));
      }
      v128.store(target + column, f32x4.mul(factor, s0));
      v128.store(target + column, f32x4.mul(factor, s1), 16);
      v128.store(target + column, f32x4.mul(factor, s2), 32);
      v128.store(target + column, f32x4.mul(factor, s3), 48);
    }
    for (; column < nStride; column += 16) {
      let s = f32x4.splat(0);
      for (let p = first; p < end; p += 2) s = f32x4.add(s, v128.load(weights + column + <usize>load<u16>(p) * nStride));
      for (let p = last - negative; p < last; p += 2) s = f32x4.sub(s, v128.load(weights + column + <usize>load<u16>(p) * nStride));
      v128.store(target + column, f32x4.mul(factor, s));
    }
  }
}

/** sums[j, n] += scale * d[row, n] for every positive j of every row, -= for every negative one: the weight gradient. */
export function addToSignedRows(
  sums: usize,
  lists: usize,
  counts: usize,
  minus: usize,
  listStride: usize,
  d: usize,
  rows: i32,
  n: i32,
  scale: f32,
): void {
  const nStride = (<usize>n) << 2;
  const factor = f32x4.splat(scale);
  for (let row = 0; row < rows; row++) {
    const first = lists + <usize>row * listStride,
      last = first + listStride;
    const negative = (<usize>load<i32>(minus + ((<usize>row) << 2))) << 1;
    const end = first + ((<usize>load<i32>(counts + ((<usize>row) << 2))) << 1) - negative;
    const source = d + <usize>row * nStride;
    for (let column: usize = 0; column < nStride; column += 16) {
      const value = f32x4.mul(factor, v128.load(source + column));
      for (let p = first; p < end; p += 2) {
        const r = sums + column + <usize>load<u16>(p) * nStride;
        v128.store(r, f32x4.add(v128.load(r), value));
      }
      for (let p = last - negative; p < last; p += 2) {
        const r = sums + column + <usize>load<u16>(p) * nStride;
        v128.store(r, f32x4.sub(v128.load(r), value));
      }
    }
  }
}
