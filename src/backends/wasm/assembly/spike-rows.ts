/** What lies behind rows of spikes: their weights, summed, and the other way round; the product with the output layer's weights. */
import { listBytes, signedSpikes, spikeEntries, w3t, width } from './state';
import { rowTotal } from './chunk';
import { real } from './scratch';
import { addToSignedRows, sumSignedRows } from './signed-spikes';
import { madd, splat } from './simd';
import { addEntryProducts, multiplyEntries } from './sparse-rows';
import { addToActiveRows, sumActiveRows } from './spikes';

/** Times a layer's weights. */
export function sumSpikes(out: usize, lists: usize, counts: usize, minus: usize, weights: usize, n: i32, amplitude: f32): void {
  if (spikeEntries) multiplyEntries(out, lists, minus, weights, rowTotal, n);
  else if (signedSpikes) sumSignedRows(out, lists, counts, minus, <usize>listBytes, weights, rowTotal, n, amplitude);
  else sumActiveRows(out, lists, counts, <usize>listBytes, weights, rowTotal, n);
}

export function addToSpikes(sums: usize, lists: usize, counts: usize, minus: usize, d: usize, n: i32, amplitude: f32): void {
  if (spikeEntries) addEntryProducts(sums, lists, minus, d, rowTotal, n);
  else if (signedSpikes) addToSignedRows(sums, lists, counts, minus, <usize>listBytes, d, rowTotal, n, amplitude);
  else addToActiveRows(sums, lists, counts, <usize>listBytes, d, rowTotal, n);
}

export function countSpikes(counts: usize): f64 {
  let total: i32 = 0;
  for (let row = 0; row < rowTotal; row++) total += load<i32>(counts + (<usize>row << 2));
  return <f64>total;
}

/** But for those in gaps of the temporal mode pad, where neurons may fire whose synapses still carry currents. */
export function countShown(counts: usize): f64 {
  let total: i32 = 0;
  for (let row = 0; row < rowTotal; row++) if (load<u8>(real + <usize>row)) total += load<i32>(counts + (<usize>row << 2));
  return <f64>total;
}

/** d loss / d S2 = d loss / d logits * w3^T; w3t is [4, width] and its last row zero. */
export function multiply3(out: usize, gradients: usize): void {
  const rowBytes = <usize>width << 2;
  for (let row = 0; row < rowTotal; row++) {
    const g = gradients + (<usize>row << 4);
    const g0 = splat(g), g1 = v128.load32_splat(g, 4), g2 = v128.load32_splat(g, 8);
    const target = out + <usize>row * rowBytes;
    for (let j: usize = 0; j < rowBytes; j += 16) {
      const s = f32x4.mul(g0, v128.load(w3t + j));
      v128.store(target + j, madd(g2, v128.load(w3t + 2 * rowBytes + j), madd(g1, v128.load(w3t + rowBytes + j), s)));
    }
  }
}
