/**
 * The colour network over the rows of a chunk, forward and backward (docs/model.md, sections 2 and 3).
 *
 * The neurons' scans are generated (neurons/). Layers 2 and 3 add weight rows of active neurons. Backwards, gradients are listed where most of a
 * chunk's are exactly zero: behind ReLUs, and where a surrogate of bounded support lets little through; in front of layer 2 also where they only run
 * back through the membrane (row-changes.ts). With surrogates without bounds the products are dense. Activations of a chunk stay in the cache between forward and backward. Through rates (rates.ts) a row is a sample,
 * whatever the number of its time steps.
 */
import {
  amplitude1, amplitude2, carriedShare, columns1, columns2, decays1, decays1t, decays2, decays2t, dropout, featureInputs, featureLevels, featureRows, hasSigns, inputRows, listBytes, networkFloats, neuron, neuronFloats, neuronValues, padGaps, parts1, parts2, poisson, potentialCoefficients,
  rateSteps1, rateSteps2, repeats, signGroups, signTable, spikeScale1, spikeScale2, synapses1, synapses2, viewLevels, viewRows, w1, w1t, w2, w2t, w3, width,
} from './state';
import {
  counts1, counts2, dropped1, dropped2, factors1, factors2, gradient1, gradient2, gradientEnds, gradientEntries, hidden1, hidden2, inputGradients, inputsAt, lists1, lists2, logitGradients, logits, membrane, minus1,
  minus2, productGradients, products1, products2, real, saved1, saved2, signProducts,
  rowRay, rowSample, sampleColours, sampleFeatureGradients, sampleFeatures, sampleGradients, starts, sums1t, sums2t,
  teacherPotentials1, teacherPotentials2, viewGradients, views,
} from './scratch';
import { inputValue, rayTotal, rowTotal, sampleTotal } from './chunk';
import { firstCurrents } from './first-layer';
import { addOuterProducts, addTransposed, multiply } from './matrix';
import { dropActivations, dropSpikes, scaleByFactors, spreadSpikes } from './dropout';
import { countViews, passFeatureGradients, spikeFeatures } from './input-spikes';
import { addDecayingSums, passDecayingSums } from './decaying-sums';
import { drivePotentials } from './potentials';
import { backwardRates, forwardRates } from './rates';
import { isLookedUp, sumPatternRows } from './sign-groups';
import { addSynapseGradients, filterRows, filterRowsBack } from './synapses';
import { addToSpikes, countShown, countSpikes, multiply3, sumSpikes } from './spike-rows';
import { scanBackward, scanForward } from './neurons/generated';
import { reluBackward, reluForward } from './neurons/relu';
import { madd, sigmoid4, zeroFloats } from './simd';
import { addEntryProducts, isSparse, listEntries, multiplyEntries } from './sparse-rows';
import { addKept, changesAreSparse, listChanges } from './row-changes';
import { inputSlope } from './poisson';
import { ACTIVE_1, ACTIVE_2, BITS_1, BITS_2, count, SHOWN_SPIKES_1, SHOWN_SPIKES_2, SPIKES_1, SPIKES_2, TIME_STEPS } from './stats';

const RELU = 1;

/** Whether the outputs of the chunk's ReLUs are listed. */
let listed1: bool = false;
let listed2: bool = false;

/** Spikes and logits of all rows from the currents of layer 1. */
function forwardLayers(block: usize): void {
  const values2 = neuronValues + (<usize>neuronFloats << 2);
  const products = parts2 ? products2 : hidden2;
  if (neuron != RELU) {
    scanForward(hidden1, starts, membrane, lists1, counts1, minus1, saved1, neuronValues, rowTotal, block + (ACTIVE_1 << 3));
    if (dropout > 0) {
      dropSpikes(1, dropped1, factors1, lists1, counts1, minus1, amplitude1);
      if (!synapses2) multiply(products, dropped1, w2, rowTotal, width, columns2, 0);
    } else if (synapses2) spreadSpikes(dropped1, lists1, counts1, minus1, amplitude1);
    else if (hasSigns && isLookedUp(countSpikes(counts1), signGroups, rowTotal))
      sumPatternRows(products, lists1, counts1, <usize>listBytes, signTable, signGroups, rowTotal, columns2, signProducts);
    else sumSpikes(products, lists1, counts1, minus1, w2, columns2, amplitude1);
    if (synapses2) filterRows(hidden2, dropped1, w2, decays2, width, width);
    if (parts2) addDecayingSums(hidden2, products, decays2, parts2);
    scanForward(hidden2, starts, membrane, lists2, counts2, minus2, saved2, values2, rowTotal, block + (ACTIVE_2 << 3));
    if (dropout > 0) {
      dropSpikes(2, dropped2, factors2, lists2, counts2, minus2, amplitude2);
      multiply(logits, dropped2, w3, rowTotal, width, 4, 0);
    } else sumSpikes(logits, lists2, counts2, minus2, w3, 4, amplitude2);
  } else {
    reluForward(hidden1, counts1, rowTotal);
    if (dropout > 0) dropActivations(1, hidden1, factors1);
    listed1 = multiplyOutputs(products, hidden1, lists1, minus1, w2, columns2);
    if (parts2) addDecayingSums(hidden2, products, decays2, parts2);
    reluForward(hidden2, counts2, rowTotal);
    if (dropout > 0) dropActivations(2, hidden2, factors2);
    listed2 = multiplyOutputs(logits, hidden2, lists2, minus2, w3, 4);
  }
}

/** out = outputs of ReLUs * weights [width, n]; returns whether they were sparse, and are listed now. */
function multiplyOutputs(out: usize, outputs: usize, entries: usize, ends: usize, weights: usize, n: i32): bool {
  if (!isSparse(outputs, rowTotal, width)) {
    multiply(out, outputs, weights, rowTotal, width, n, 0);
    return false;
  }
  listEntries(outputs, entries, ends, rowTotal, width);
  multiplyEntries(out, entries, ends, weights, rowTotal, n);
  return true;
}

/** Lists the gradients of a layer's products [rows, columns] if they are sparse; returns whether they are. */
function listGradients(gradients: usize, columns: i32): bool {
  if (!isSparse(gradients, rowTotal, columns)) return false;
  listEntries(gradients, gradientEntries, gradientEnds, rowTotal, columns);
  return true;
}

/** The same of what their gradients are but for those that run back through the membrane. */
function listGradientChanges(gradients: usize): bool {
  if (!changesAreSparse(gradients, starts, rowTotal, width, carriedShare)) return false;
  listChanges(gradients, gradientEntries, gradientEnds, starts, rowTotal, width, carriedShare);
  return true;
}

/** From sampleFeatures and views to sampleColours (sigmoid of the logits). */
export function forwardNetwork(block: usize): void {
  if (neuron == 0) {
    for (let s = 0; s < sampleTotal; s++) store128(sampleColours, s, sigmoid4(v128.load(sampleFeatures + (<usize>s << 4))));
    return;
  }
  if (rowTotal == 0) return;
  if (featureLevels > 0) spikeFeatures(sampleTotal, block);
  if (rateSteps1) forwardRates(block);
  else {
    firstCurrents(block, -1);
    forwardLayers(block);
  }
  count(block, TIME_STEPS, rowTotal * max(max(rateSteps1, rateSteps2), 1));
  if (viewLevels > 0) countViews(rayTotal, block);
  const spikes1 = countSpikes(counts1), spikes2 = countSpikes(counts2);
  count(block, SPIKES_1, spikes1);
  count(block, SPIKES_2, spikes2);
  count(block, SHOWN_SPIKES_1, padGaps ? countShown(counts1) : spikes1);
  count(block, SHOWN_SPIKES_2, padGaps ? countShown(counts2) : spikes2);
  if (neuron == RELU) {
    count(block, ACTIVE_1, spikes1);
    count(block, ACTIVE_2, spikes2);
    count(block, BITS_1, spikes1);
    count(block, BITS_2, spikes2);
  }

  zeroFloats(sampleColours, sampleTotal << 2);
  const share = f32x4.splat(1 / <f32>max(repeats, 1));
  for (let row = 0; row < rowTotal; row++) {
    const s = load<i32>(rowSample + (<usize>row << 2));
    if (s >= 0) store128(sampleColours, s, madd(share, v128.load(logits + (<usize>row << 4)), v128.load(sampleColours + (<usize>s << 4))));
  }
  for (let s = 0; s < sampleTotal; s++) store128(sampleColours, s, sigmoid4(v128.load(sampleColours + (<usize>s << 4))));
}

/** The place among a lane's sums of what lies at `weights`. */
// @ts-ignore: decorator
@inline
function sumsOf(sums: usize, weights: usize): usize {
  return sums + (weights - w1);
}

/** From logitGradients to gradient1, those of the currents of layer 1. */
function backwardLayers(sums: usize, sums2: usize, sums3: usize, parameterSums1: usize, parameterSums2: usize, potentialSums: usize, block: usize): void {
  const rowBytes = <usize>width << 2;
  const values2 = neuronValues + (<usize>neuronFloats << 2);
  const products = parts2 ? productGradients : gradient2;
  multiply3(gradient2, logitGradients);
  if (dropout > 0) scaleByFactors(gradient2, factors2);
  if (neuron != RELU) {
    if (dropout > 0) addOuterProducts(sums3, dropped2, logitGradients, rowTotal, width, 4);
    else addToSpikes(sums3, lists2, counts2, minus2, logitGradients, 4, amplitude2);
    const drives = drivePotentials(hidden2, potentialSums + rowBytes, potentialCoefficients + rowBytes, teacherPotentials2, block);
    scanBackward(hidden2, gradient2, starts, real, membrane, saved2, values2, parameterSums2, rowTotal, spikeScale2, drives);
    if (parts2) passDecayingSums(products, gradient2, products2, decays2, sumsOf(sums, decays2), parts2);
    if (synapses2) addSynapseGradients(sums2, sumsOf(sums, decays2), dropped1, gradient2, w2, decays2, width, width);
    else if (dropout > 0) addOuterProducts(sums2, dropped1, products, rowTotal, width, columns2);
    else addToSpikes(sums2, lists1, counts1, minus1, products, columns2, amplitude1);
  } else {
    if (listed2) addEntryProducts(sums3, lists2, minus2, logitGradients, rowTotal, 4);
    else addOuterProducts(sums3, hidden2, logitGradients, rowTotal, width, 4);
    reluBackward(hidden2, gradient2, rowTotal);
    if (parts2) passDecayingSums(products, gradient2, products2, decays2, sumsOf(sums, decays2), parts2);
  }
  // What runs back through a membrane is one share of all neurons; of decaying sums each has its own.
  const changes = carriedShare != 0 && !parts2;
  const listed = !synapses2 && !(parts2 && neuron == RELU) && (changes ? listGradientChanges(gradient2) : listGradients(products, columns2));
  if (neuron == RELU) {
    // Fewer neurons of layer 2 are active than of layer 1.
    if (listed) addEntryProducts(sums2t, gradientEntries, gradientEnds, hidden1, rowTotal, width);
    else addOuterProducts(sums2, hidden1, products, rowTotal, width, columns2);
  }
  if (synapses2) filterRowsBack(gradient1, gradient2, w2t, decays2t, width, width);
  else if (listed) {
    multiplyEntries(gradient1, gradientEntries, gradientEnds, w2t, rowTotal, width);
    if (changes) addKept(gradient1, starts, rowTotal, width, carriedShare);
  } else multiply(gradient1, products, w2t, rowTotal, columns2, width, 0);
  if (dropout > 0) scaleByFactors(gradient1, factors1);
  if (neuron != RELU) {
    const drives = drivePotentials(hidden1, potentialSums, potentialCoefficients, teacherPotentials1, block);
    scanBackward(hidden1, gradient1, starts, real, membrane, saved1, neuronValues, parameterSums1, rowTotal, spikeScale1, drives);
  } else reluBackward(hidden1, gradient1, rowTotal);
}

/** Before the first chunk of a lane. */
export function clearSums(sums: usize, floats: i32): void {
  zeroFloats(sums, floats);
  zeroFloats(sums1t, columns1 * featureRows);
  if (neuron == RELU) zeroFloats(sums2t, width * width);
}

/** After the last: adds what was summed up transposed. */
export function completeSums(sums: usize): void {
  // What is padded to featureRows was multiplied with zeros.
  if (neuron) addTransposed(sums, sums1t, featureRows, columns1);
  if (neuron == RELU && !parts2) addTransposed(sumsOf(sums, w2), sums2t, width, width);
}

/**
 * From sampleGradients (d loss / d logits) to sampleFeatureGradients; adds the weight gradients to `sums` (w1, w2, w3 in a row) and the potentials
 * of both layers to `potentialSums`.
 */
export function backwardNetwork(sums: usize, potentialSums: usize, block: usize): void {
  if (neuron == 0) {
    memory.copy(sampleFeatureGradients, sampleGradients, <usize>sampleTotal << 4);
    return;
  }
  if (rowTotal == 0) return;
  const parameterSums1 = sums + (<usize>networkFloats << 2), parameterSums2 = parameterSums1 + (<usize>neuronFloats << 2);
  const sums2 = sumsOf(sums, w2), sums3 = sumsOf(sums, w3);
  const share = f32x4.splat(1 / <f32>max(repeats, 1));
  for (let row = 0; row < rowTotal; row++) {
    const s = load<i32>(rowSample + (<usize>row << 2));
    const g = s >= 0 ? f32x4.mul(share, v128.load(sampleGradients + (<usize>s << 4))) : f32x4.splat(0);
    store128(logitGradients, row, g);
  }
  if (rateSteps1) backwardRates(sums2, sums3, parameterSums1, parameterSums2);
  else backwardLayers(sums, sums2, sums3, parameterSums1, parameterSums2, potentialSums, block);

  zeroFloats(sampleFeatureGradients, sampleTotal * featureRows);
  const products = parts1 ? productGradients : gradient1;
  if (parts1) passDecayingSums(products, gradient1, products1, decays1, sumsOf(sums, decays1), parts1);
  if (synapses1) {
    addSynapseGradients(sums, sumsOf(sums, decays1), inputsAt, gradient1, w1, decays1, inputRows, width);
    filterRowsBack(inputGradients, gradient1, w1t, decays1t, width, featureRows);
  } else if (!poisson && listGradients(products, columns1)) {
    addEntryProducts(sums1t, gradientEntries, gradientEnds, inputsAt, rowTotal, featureRows);
    multiplyEntries(inputGradients, gradientEntries, gradientEnds, w1t, rowTotal, featureRows);
  } else {
    addOuterProducts(sums, inputsAt, products, rowTotal, poisson ? inputRows : featureRows, columns1);
    multiply(inputGradients, products, w1t, rowTotal, columns1, featureRows, 0);
  }
  passToFeatures();
  if (featureLevels > 0) passFeatureGradients(sampleTotal);
  if (synapses1 || poisson) return;
  const rowBytes = <usize>columns1 << 2;
  zeroFloats(viewGradients, rayTotal * columns1);
  for (let row = 0; row < rowTotal; row++) {
    if (!load<u8>(real + <usize>row)) continue;
    const target = viewGradients + <usize>load<i32>(rowRay + (<usize>row << 2)) * rowBytes;
    addRow(target, products + <usize>row * rowBytes, rowBytes);
  }
  addOuterProducts(sums + <usize>featureInputs * rowBytes, views, viewGradients, rayTotal, viewRows, columns1);
}

/** Adds how often the neurons fired in rows of samples to [2 layers, width, 4], to the first of four; takes the place of logitGradients. */
export function addActivity(sums: usize): void {
  for (let row = 0; row < rowTotal; row++) store128(logitGradients, row, f32x4.splat(<f32>load<u8>(real + <usize>row)));
  addToSpikes(sums, lists1, counts1, minus1, logitGradients, 4, 1);
  addToSpikes(sums + (<usize>width << 4), lists2, counts2, minus2, logitGradients, 4, 1);
}

/** Gradients of rows of features to those of samples; through the spikes of the Poisson encoding. */
function passToFeatures(): void {
  const featureBytes = <usize>featureRows << 2;
  for (let row = 0; row < rowTotal; row++) {
    const s = load<i32>(rowSample + (<usize>row << 2));
    if (s < 0) continue;
    const target = sampleFeatureGradients + <usize>s * featureBytes, source = inputGradients + <usize>row * featureBytes;
    if (!poisson) addRow(target, source, featureBytes);
    else
      for (let c = 0; c < featureInputs; c++) {
        const at = <usize>c << 2;
        store<f32>(target + at, load<f32>(target + at) + load<f32>(source + at) * inputSlope(inputValue(s, 0, c)));
      }
  }
}

// @ts-ignore: decorator
@inline
function addRow(target: usize, source: usize, bytes: usize): void {
  for (let j: usize = 0; j < bytes; j += 16) v128.store(target + j, f32x4.add(v128.load(target + j), v128.load(source + j)));
}

// @ts-ignore: decorator
@inline
function store128(base: usize, index: i32, value: v128): void {
  v128.store(base + (<usize>index << 4), value);
}
