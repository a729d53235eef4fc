/**
 * Layers whose synapses have currents of their own (src/model/layers/hetsyn.ts). A current is I = w f with the filtered input f, so that nothing
 * is kept of it but f, in registers, while a sweep goes along the time steps of a sequence:
 *
 *     forward        f_t = r f_{t-1} + x_t,i            X_t,j = sum_i w f_t
 *     backward       l_t = r l_{t+1} + g_t,j            d loss / d x_t,i = sum_j w l_t          the same sweep, transposed and in reverse
 *     w and r        h_t = r h_{t-1} + f_{t-1}          d loss / d w = sum_t g_t f_t            d loss / d r = w sum_t g_t h_t
 *
 * Work: four inputs and four outputs at once, all time steps within. Cost: two multiply-adds a synapse and step forward and towards the inputs,
 * four for the gradients, where a dense layer has one each. Compared with tfjs in test/conformance.
 */
import { rowTotal } from './chunk';
import { starts } from './scratch';
import { madd, splat } from './simd';

/** out [rows, n] of rows x [rows, k] by weights and decays [k, n]; k and n multiples of 4. */
export function filterRows(out: usize, x: usize, weights: usize, decays: usize, k: i32, n: i32): void {
  sweep(out, x, weights, decays, k, n, false);
}

/** The adjoint: from gradients of the currents to those of the inputs, by transposed weights and decays. */
export function filterRowsBack(out: usize, gradients: usize, weightsT: usize, decaysT: usize, k: i32, n: i32): void {
  sweep(out, gradients, weightsT, decaysT, k, n, true);
}

function sweep(out: usize, x: usize, weights: usize, decays: usize, k: i32, n: i32, reversed: bool): void {
  const kBytes = <usize>k << 2, nBytes = <usize>n << 2;
  memory.fill(out, 0, <usize>rowTotal * nBytes);
  const zero = f32x4.splat(0);
  for (let j: usize = 0; j < nBytes; j += 16) {
    for (let i: usize = 0; i < kBytes; i += 16) {
      const at = (i >> 2) * nBytes + j;
      const r0 = v128.load(decays + at), r1 = v128.load(decays + at + nBytes), r2 = v128.load(decays + at + 2 * nBytes), r3 = v128.load(decays + at + 3 * nBytes);
      const w0 = v128.load(weights + at), w1 = v128.load(weights + at + nBytes), w2 = v128.load(weights + at + 2 * nBytes), w3 = v128.load(weights + at + 3 * nBytes);
      let f0 = zero, f1 = zero, f2 = zero, f3 = zero;
      for (let step = 0; step < rowTotal; step++) {
        const row = <usize>(reversed ? rowTotal - 1 - step : step);
        const isStart = load<u8>(starts + row);
        if (!reversed && isStart) {
          f0 = zero;
          f1 = zero;
          f2 = zero;
          f3 = zero;
        }
        const xp = x + row * kBytes + i;
        f0 = madd(r0, f0, splat(xp));
        f1 = madd(r1, f1, v128.load32_splat(xp, 4));
        f2 = madd(r2, f2, v128.load32_splat(xp, 8));
        f3 = madd(r3, f3, v128.load32_splat(xp, 12));
        const target = out + row * nBytes + j;
        v128.store(target, madd(w0, f0, madd(w1, f1, madd(w2, f2, madd(w3, f3, v128.load(target))))));
        if (reversed && isStart) {
          f0 = zero;
          f1 = zero;
          f2 = zero;
          f3 = zero;
        }
      }
    }
  }
}

/** Adds the gradients of weights and decays [k, n], given rows x [rows, k] and gradients of the currents [rows, n]. */
export function addSynapseGradients(weightSums: usize, decaySums: usize, x: usize, gradients: usize, weights: usize, decays: usize, k: i32, n: i32): void {
  const kBytes = <usize>k << 2, nBytes = <usize>n << 2;
  const zero = f32x4.splat(0);
  for (let j: usize = 0; j < nBytes; j += 16) {
    for (let i: usize = 0; i < kBytes; i += 8) {
      const at = (i >> 2) * nBytes + j;
      const r0 = v128.load(decays + at), r1 = v128.load(decays + at + nBytes);
      let f0 = zero, f1 = zero, h0 = zero, h1 = zero, ofW0 = zero, ofW1 = zero, ofR0 = zero, ofR1 = zero;
      for (let row: usize = 0; row < <usize>rowTotal; row++) {
        if (load<u8>(starts + row)) {
          f0 = zero;
          f1 = zero;
          h0 = zero;
          h1 = zero;
        }
        const xp = x + row * kBytes + i, g = v128.load(gradients + row * nBytes + j);
        h0 = madd(r0, h0, f0);
        h1 = madd(r1, h1, f1);
        f0 = madd(r0, f0, splat(xp));
        f1 = madd(r1, f1, v128.load32_splat(xp, 4));
        ofW0 = madd(g, f0, ofW0);
        ofW1 = madd(g, f1, ofW1);
        ofR0 = madd(g, h0, ofR0);
        ofR1 = madd(g, h1, ofR1);
      }
      addTo(weightSums + at, ofW0);
      addTo(weightSums + at + nBytes, ofW1);
      addTo(decaySums + at, f32x4.mul(v128.load(weights + at), ofR0));
      addTo(decaySums + at + nBytes, f32x4.mul(v128.load(weights + at + nBytes), ofR1));
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(p: usize, value: v128): void {
  v128.store(p, f32x4.add(v128.load(p), value));
}
