/**
 * Moderate dropout (docs/model.md, section 3): of every ray of a chunk each neuron is kept or dropped for all rows, idle ones more often dropped.
 * The decisions are taken in double precision, so that another backend takes the same. What is left of a layer's outputs is stored densely: a
 * path for training with dropout alone, and slower than the lists of spikes.
 */
import { dropout, listBytes, signedSpikes, spikeEntries, width } from './state';
import { chunkRay, rayIndexOf, rayTotal, rowTotal } from './chunk';
import { real, rowRay } from './scratch';
import { noiseKey, uniform } from './poisson';
import { zeroFloats } from './simd';

/** How many negative spikes a row's list has: they stand at its end, all others at its beginning. */
// @ts-ignore: decorator
@inline
function negativesOf(minus: usize, row: i32): usize {
  return signedSpikes ? <usize>load<i32>(minus + (<usize>row << 2)) : 0;
}

// @ts-ignore: decorator
@inline
function add(row: usize, neuron: usize, factors: usize, value: f32): void {
  const at = neuron << 2;
  const factor: f32 = factors ? load<f32>(factors + at) : 1;
  store<f32>(row + at, load<f32>(row + at) + value * factor);
}

/** Adds `positive` and `negative` to the neurons of a row's list, each times its factor (0: no factors). */
function addSpikes(out: usize, row: i32, lists: usize, counts: usize, minus: usize, factors: usize, positive: f32, negative: f32): void {
  if (spikeEntries) {
    const begin = row > 0 ? <usize>load<u32>(minus + (<usize>(row - 1) << 2)) : lists;
    const end = <usize>load<u32>(minus + (<usize>row << 2));
    for (let p = begin; p < end; p += 8) add(out, <usize>load<u32>(p), factors, positive * load<f32>(p, 4));
    return;
  }
  const first = lists + <usize>row * <usize>listBytes, last = first + <usize>listBytes;
  const negatives = negativesOf(minus, row);
  const end = first + ((<usize>load<i32>(counts + (<usize>row << 2)) - negatives) << 1);
  for (let p = first; p < end; p += 2) add(out, <usize>load<u16>(p), factors, positive);
  for (let p = last - (negatives << 1); p < last; p += 2) add(out, <usize>load<u16>(p), factors, negative);
}

/**
 * What a spiking layer passes on.
 *
 * @param outputs [rows, width] written: amplitude * spike * factor
 * @param factors [rays of the chunk, width] written
 */
export function dropSpikes(layer: u32, outputs: usize, factors: usize, lists: usize, counts: usize, minus: usize, amplitude: f32): void {
  const rowBytes = <usize>width << 2;
  zeroFloats(factors, rayTotal * width);
  for (let row = 0; row < rowTotal; row++) {
    if (load<u8>(real + <usize>row)) addSpikes(factorsOf(factors, row), row, lists, counts, minus, 0, 1, 1);
  }
  drawFactors(layer, factors);
  zeroFloats(outputs, rowTotal * width);
  for (let row = 0; row < rowTotal; row++) {
    addSpikes(outputs + <usize>row * rowBytes, row, lists, counts, minus, factorsOf(factors, row), amplitude, -amplitude);
  }
}

/** What a spiking layer passes on where nothing is dropped, as rows [rows, width]. */
export function spreadSpikes(outputs: usize, lists: usize, counts: usize, minus: usize, amplitude: f32): void {
  zeroFloats(outputs, rowTotal * width);
  for (let row = 0; row < rowTotal; row++)
    addSpikes(outputs + <usize>row * (<usize>width << 2), row, lists, counts, minus, 0, amplitude, -amplitude);
}

/** The same for ReLUs: outputs [rows, width] are multiplied by their factors. */
export function dropActivations(layer: u32, outputs: usize, factors: usize): void {
  const rowBytes = <usize>width << 2;
  zeroFloats(factors, rayTotal * width);
  for (let row = 0; row < rowTotal; row++) {
    const sums = factorsOf(factors, row), source = outputs + <usize>row * rowBytes;
    for (let j: usize = 0; j < rowBytes; j += 16) v128.store(sums + j, f32x4.add(v128.load(sums + j), v128.load(source + j)));
  }
  drawFactors(layer, factors);
  scaleByFactors(outputs, factors);
}

/** values [rows, width] times the factors of the row's ray: also the adjoint. */
export function scaleByFactors(values: usize, factors: usize): void {
  const rowBytes = <usize>width << 2;
  for (let row = 0; row < rowTotal; row++) {
    const scale = factorsOf(factors, row), at = values + <usize>row * rowBytes;
    for (let j: usize = 0; j < rowBytes; j += 16) v128.store(at + j, f32x4.mul(v128.load(at + j), v128.load(scale + j)));
  }
}

// @ts-ignore: decorator
@inline
function factorsOf(factors: usize, row: i32): usize {
  return factors + <usize>load<i32>(rowRay + (<usize>row << 2)) * (<usize>width << 2);
}

/** Sums of spikes [rays, width] become 1[u < q] / q. */
function drawFactors(layer: u32, factors: usize): void {
  const rowBytes = <usize>width << 2;
  for (let ray = 0; ray < rayTotal; ray++) {
    const row = factors + <usize>ray * rowBytes;
    let low: f32 = Infinity, high: f32 = -Infinity;
    for (let j: usize = 0; j < rowBytes; j += 4) {
      low = min(low, load<f32>(row + j));
      high = max(high, load<f32>(row + j));
    }
    let sum: f64 = 0;
    for (let j: usize = 0; j < rowBytes; j += 4) sum += share(load<f32>(row + j), low, high);
    const idle = 1 - sum / <f64>width;
    const key = noiseKey(rayIndexOf(chunkRay(ray)), 0 - layer);
    for (let c = 0; c < width; c++) {
      const at = row + (<usize>c << 2);
      const q = min(max(1 - ((1 - share(load<f32>(at), low, high)) * dropout) / idle, 0), 1);
      store<f32>(at, <f64>uniform(key, c) < q ? <f32>(1 / q) : 0);
    }
  }
}

/** p of the equations. */
// @ts-ignore: decorator
@inline
function share(d: f32, low: f32, high: f32): f64 {
  return high > low ? (<f64>d - <f64>low) / (<f64>high - <f64>low) : 0.5;
}
