/**
 * Layers whose neurons carry decaying sums (src/model/layers/hetsyn-factors.ts). Behind a product with a matrix [in, parts * width], along the rows of
 * a sequence,
 *
 *     forward     I_p,t = r_p I_p,t-1 + Y_p,t        X_t = sum_p I_p,t
 *     backward    L_p,t = r_p L_p,t+1 + g_t          d loss / d Y_p,t = L_p,t        d loss / d r_p = sum_t L_p,t I_p,t-1
 *
 * ReLUs have no time: each of their rows is a sequence. Cost: a multiply-add for each sum and row forward, two backward. Compared with tfjs in
 * test/conformance.
 */
import { neuron, width } from './state';
import { rowTotal } from './chunk';
import { starts } from './scratch';
import { madd } from './simd';

const RELU = 1;

// @ts-ignore: decorator
@inline
function begins(row: i32): bool {
  return neuron == RELU || load<u8>(starts + <usize>row) != 0;
}

/** out [rows, width] of products [rows, parts * width], which become the sums as they decay; decays [parts, width]. */
export function addDecayingSums(out: usize, products: usize, decays: usize, parts: i32): void {
  const rowBytes = <usize>width << 2, bytes = rowBytes * <usize>parts;
  for (let row = 0; row < rowTotal; row++) {
    const at = products + <usize>row * bytes, target = out + <usize>row * rowBytes;
    if (!begins(row))
      for (let c: usize = 0; c < bytes; c += 16) v128.store(at + c, madd(v128.load(decays + c), v128.load(at + c - bytes), v128.load(at + c)));
    for (let j: usize = 0; j < rowBytes; j += 16) {
      let sum = v128.load(at + j);
      for (let c = j + rowBytes; c < bytes; c += rowBytes) sum = f32x4.add(sum, v128.load(at + c));
      v128.store(target + j, sum);
    }
  }
}

/** Gradients of the products [rows, parts * width] from those of the layer's currents [rows, width]; adds those of the decays. `sums` as they were left. */
export function passDecayingSums(out: usize, gradients: usize, sums: usize, decays: usize, decaySums: usize, parts: i32): void {
  const rowBytes = <usize>width << 2, bytes = rowBytes * <usize>parts;
  let next: bool = true;
  for (let row = rowTotal - 1; row >= 0; row--) {
    const at = out + <usize>row * bytes, source = gradients + <usize>row * rowBytes, before = sums + <usize>row * bytes - bytes;
    const first = begins(row);
    for (let part: usize = 0; part < bytes; part += rowBytes) {
      for (let j: usize = 0; j < rowBytes; j += 16) {
        const c = part + j;
        let value = v128.load(source + j);
        if (!next) value = madd(v128.load(decays + c), v128.load(at + c + bytes), value);
        v128.store(at + c, value);
        if (!first) v128.store(decaySums + c, madd(value, v128.load(before + c), v128.load(decaySums + c)));
      }
    }
    next = first;
  }
}
