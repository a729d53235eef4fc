/**
 * A chunk: some whole rays, their network samples, and the rows (time steps) at which the samples are shown to the network. The temporal
 * modes differ only here: `pad` inserts silent rows into gaps, `repeat` gives every sample rows of its own, far-to-near lists a ray's rows
 * backwards. From here on a row is a time step and `starts` says where a membrane begins.
 */
import {
  columns1, featureFrequencies, featureInputs, featureRows, featureStride, inputRows, inputs as inputCount, neuron, padGaps, poisson, productRows, repeats, reversed, rowCapacity, synapses1, viewLevels, viewRows, width,
} from './state';
import {
  CHUNK_RAYS, CHUNK_ROWS, chunkRays, inputsAt, real, rowInit, rowRay, rowSample, rawFeatures, sampleFeatures, sampleProducts, networkSamples, realViews, starts, viewCurrents, views,
  zeros,
} from './scratch';
import { networkIndexOf, SAMPLE_BYTES, stepOf } from './packed-sample';
import { gatherProducts, makeFeatures } from './factors';
import { encodeFeatures } from './feature-encoding';
import { gatherFeatures } from './gather';
import { hasFactors } from './representation';
import { encodeView } from './view';
import { spikeViews } from './input-spikes';
import { inputSpike, noiseKey } from './poisson';
import { copyVectors, zeroFloats } from './simd';
import { count, INPUT_BITS, INPUT_SPIKES } from './stats';

export let rayTotal: i32 = 0;
export let sampleTotal: i32 = 0;
export let rowTotal: i32 = 0;

// Words of a ray of the chunk.
// @ts-ignore: decorator
@inline
export function chunkRay(index: i32): usize {
  return chunkRays + (<usize>index << 5);
}
// @ts-ignore: decorator
@inline
export function rayIndexOf(c: usize): i32 {
  return load<i32>(c);
}
// @ts-ignore: decorator
@inline
export function firstPackedOf(c: usize): usize {
  return <usize>load<u32>(c, 4);
}
// @ts-ignore: decorator
@inline
export function endPackedOf(c: usize): usize {
  return <usize>load<u32>(c, 8);
}
// @ts-ignore: decorator
@inline
export function firstSampleOf(c: usize): i32 {
  return load<i32>(c, 12);
}
// @ts-ignore: decorator
@inline
export function endSampleOf(c: usize): i32 {
  return load<i32>(c, 16);
}
// @ts-ignore: decorator
@inline
export function lastTransmittanceOf(c: usize): f32 {
  return load<f32>(c, 20);
}
// @ts-ignore: decorator
@inline
export function exitDistanceOf(c: usize): f32 {
  return load<f32>(c, 24);
}

/** View terms of a ray of the chunk. */
// @ts-ignore: decorator
@inline
export function viewsOf(ray: i32): usize {
  return views + ((<usize>ray * <usize>viewRows) << 2);
}

export function clearChunk(): void {
  rayTotal = 0;
  sampleTotal = 0;
  rowTotal = 0;
}

/** Whether another ray of `rows` rows fits. */
export function chunkHasRoom(rows: i32): bool {
  const used = neuron ? rowTotal : sampleTotal;
  return rayTotal == 0 || (rayTotal < CHUNK_RAYS && used < CHUNK_ROWS && used + rows <= rowCapacity);
}

function addRow(sample: i32, isStart: bool): void {
  const row = <usize>rowTotal;
  store<i32>(rowSample + (row << 2), sample);
  store<i32>(rowRay + (row << 2), rayTotal);
  store<u8>(starts + row, isStart ? 1 : 0);
  store<u8>(real + row, sample >= 0 ? 1 : 0);
  rowTotal++;
}

function addRows(first: i32, end: i32): void {
  if (repeats) {
    for (let sample = first; sample < end; sample++) {
      for (let t = 0; t < repeats; t++) addRow(sample, t == 0);
    }
    return;
  }
  let before = 0;
  for (let n = 0; n < end - first; n++) {
    const sample = reversed ? end - 1 - n : first + n;
    const step = stepOf(<usize>load<u32>(networkSamples + (<usize>sample << 2)));
    if (padGaps && n > 0) {
      for (let gap = abs(step - before) - 1; gap > 0; gap--) addRow(-1, false);
    }
    addRow(sample, n == 0);
    before = step;
  }
}

/** Rows that the network samples between two packed samples will take; without a network, their number. */
export function rowsOf(first: usize, end: usize): i32 {
  let samples = 0, firstStep = 0, lastStep = 0;
  for (let r = first; r < end; r += SAMPLE_BYTES) {
    if (networkIndexOf(r) < 0) continue;
    if (samples == 0) firstStep = stepOf(r);
    lastStep = stepOf(r);
    samples++;
  }
  if (padGaps && samples) return lastStep - firstStep + 1;
  return repeats ? samples * repeats : samples;
}

/** Adds a marched ray, its samples with their features (of factors: their products, see completeFeatures), and its rows. */
export function addRay<R>(ray: i32, first: usize, end: usize, transmittance: f32, exit: f32): void {
  const c = chunkRay(rayTotal);
  store<i32>(c, ray);
  store<u32>(c, <u32>first, 4);
  store<u32>(c, <u32>end, 8);
  store<i32>(c, sampleTotal, 12);
  const firstSample = sampleTotal;
  for (let r = first; r < end; r += SAMPLE_BYTES) {
    if (networkIndexOf(r) < 0) continue;
    store<u32>(networkSamples + (<usize>sampleTotal << 2), <u32>r);
    if (hasFactors<R>()) gatherProducts(r, sampleProducts + ((<usize>sampleTotal * <usize>productRows) << 2));
    else gatherFeatures<R>(r, rawFeatures + <usize>sampleTotal * (<usize>featureStride << 2));
    sampleTotal++;
  }
  store<i32>(c, sampleTotal, 16);
  store<f32>(c, transmittance, 20);
  store<f32>(c, exit, 24);
  if (neuron) {
    const view = viewsOf(rayTotal);
    if (sampleTotal > firstSample) {
      encodeView(ray, view, viewRows);
      if (viewLevels > 0) spikeViews(view, realViews + (view - views));
      addRows(firstSample, sampleTotal);
    } else zeroFloats(view, viewRows);
  }
  rayTotal++;
}

/** After the last ray of a chunk: what is made for all its samples at once. */
// @ts-ignore: decorator
@inline
export function completeFeatures<R>(): void {
  if (hasFactors<R>()) makeFeatures();
  if (featureFrequencies) encodeFeatures(rawFeatures, sampleFeatures);
}

/**
 * Writes the inputs of layer 1 of every row, and where the initial current comes from: of every row, or where layer 1 is computed once for all
 * repeats of a sample, of every sample. Rows past the last are silent.
 *
 * @param step of the Poisson encoding, for all rows; -1: that of each row
 */
export function fillInputs(block: usize, step: i32): void {
  const featureBytes = <usize>featureRows << 2;
  const padded = (rowTotal + 3) & ~3;
  for (let row = 0; row < padded; row++) {
    const sample = row < rowTotal ? load<i32>(rowSample + (<usize>row << 2)) : -1;
    const initial = rowInit + (<usize>(repeats && sample >= 0 ? sample : row) << 2);
    if (poisson) {
      const x = inputsAt + <usize>row * (<usize>inputRows << 2);
      store<u32>(initial, <u32>zeros);
      if (sample < 0) zeroFloats(x, inputRows);
      else fillSpikes(row, sample, x, step < 0 ? stepsSinceStart(row) : step, block);
      continue;
    }
    if (synapses1) {
      const x = inputsAt + <usize>row * (<usize>inputRows << 2);
      zeroFloats(x, inputRows);
      if (sample >= 0) fillValues(row, sample, x);
      continue;
    }
    const x = inputsAt + <usize>row * featureBytes;
    if (sample < 0) {
      store<u32>(initial, <u32>zeros);
      zeroFloats(x, featureRows);
    } else {
      const ray = load<i32>(rowRay + (<usize>row << 2));
      store<u32>(initial, <u32>(viewCurrents + <usize>ray * (<usize>columns1 << 2)));
      copyVectors(x, sampleFeatures + <usize>sample * featureBytes, featureBytes);
    }
  }
  if (repeats) for (let s = sampleTotal; s & 3; s++) store<u32>(rowInit + (<usize>s << 2), <u32>zeros);
  if (rayTotal & 3) zeroFloats(viewsOf(rayTotal), viewRows * (4 - (rayTotal & 3)));
  zeroFloats(zeros, max(columns1, width));
}

/** All inputs of a row as they are. */
function fillValues(row: i32, sample: i32, x: usize): void {
  const view = viewsOf(load<i32>(rowRay + (<usize>row << 2)));
  for (let c = 0; c < inputCount; c++) store<f32>(x + (<usize>c << 2), inputValue(sample, view, c));
}

function stepsSinceStart(row: i32): i32 {
  let t = 0;
  while (!load<u8>(starts + <usize>(row - t))) t++;
  return t;
}

function fillSpikes(row: i32, sample: i32, x: usize, t: i32, block: usize): void {
  const ray = load<i32>(rowRay + (<usize>row << 2));
  const sampled = <usize>load<u32>(networkSamples + (<usize>sample << 2));
  const key = noiseKey(rayIndexOf(chunkRay(ray)), <u32>stepOf(sampled) * 64 + <u32>t);
  const view = viewsOf(ray);
  let spikes = 0;
  for (let c = 0; c < inputRows; c++) {
    const spike = c < inputCount ? inputSpike(key, c, inputValue(sample, view, c)) : 0;
    spikes += <i32>spike;
    store<f32>(x + (<usize>c << 2), spike);
  }
  count(block, INPUT_SPIKES, spikes);
  count(block, INPUT_BITS, spikes);
}

// @ts-ignore: decorator
@inline
export function inputValue(sample: i32, view: usize, c: i32): f32 {
  if (c < featureInputs) return load<f32>(sampleFeatures + ((<usize>sample * <usize>featureRows + <usize>c) << 2));
  return load<f32>(view + (<usize>(c - featureInputs) << 2));
}
