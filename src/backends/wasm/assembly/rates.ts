/**
 * Back-propagation through rates (Yu et al., NeurIPS 2024; src/neurons/compile-rates.ts). The samples of a chunk are its rows and go through the
 * network time step by time step; a row carries its states, the sum of its outputs and their derivatives E by a constant current. Then the
 * network is differentiated once, as one of rates r:
 *
 *     d loss / d c_l = d loss / d r_l * E_l      d loss / d w_l = r_{l-1}^T d loss / d c_l      d loss / d r_{l-1} = d loss / d c_l * w_l^T
 *
 * Where layers learn their number of steps (src/model/learned-repeats.ts), the second is shown the mean of the first at all of its own; currents are
 * constant then, and these gradients are those through time.
 *
 * Cost of the backward pass, and memory: those of one dense time step, whatever their number.
 */
import {
  amplitude1, carriedRows, inputRows, neuronFloats, neuronStates, neuronValues, poisson, rateSteps1, rateSteps2, spikeScale1, spikeScale2, squeezed, w2, w2t, w3, width,
} from './state';
import { rowTotal } from './chunk';
import { firstCurrents } from './first-layer';
import { addOuterProducts, multiply } from './matrix';
import { rateBackward, rateStep } from './neurons/generated';
import {
  carried1, carried2, counts1, counts2, gradient1, gradient2, hidden1, hidden2, inputsAt, inputSums, lists1, lists2, logitGradients, logits, minus1, minus2,
  spikeTotals1, spikeTotals2,
} from './scratch';
import { zeroFloats } from './simd';
import { multiply3, sumSpikes } from './spike-rows';
import { ACTIVE_1, ACTIVE_2 } from './stats';

/** From sampleFeatures and views to logits, the mean of all time steps; counts become those of all of them, hidden1 and hidden2 the rates. */
export function forwardRates(block: usize): void {
  const values2 = neuronValues + (<usize>neuronFloats << 2);
  const padded = (rowTotal + 3) & ~3;
  zeroFloats(carried1, rowTotal * width * carriedRows);
  zeroFloats(carried2, rowTotal * width * carriedRows);
  zeroFloats(spikeTotals1, rowTotal);
  zeroFloats(spikeTotals2, rowTotal);
  if (poisson) zeroFloats(inputSums, padded * inputRows);
  else firstCurrents(block, -1);
  const bytes = <usize>width << 2;
  const outputs1 = carried1 + <usize>neuronStates * bytes, outputs2 = carried2 + <usize>neuronStates * bytes;
  const stride = bytes * <usize>carriedRows;
  if (squeezed) {
    for (let step = 0; step < rateSteps1; step++) {
      rateStep(hidden1, carried1, lists1, counts1, minus1, neuronValues, rowTotal, block + (ACTIVE_1 << 3));
      addCounts(spikeTotals1, counts1);
    }
    meanOf(hidden1, outputs1, bytes, stride, rateSteps1);
    multiply(hidden2, hidden1, w2, rowTotal, width, width, 0);
    for (let step = 0; step < rateSteps2; step++) {
      rateStep(hidden2, carried2, lists2, counts2, minus2, values2, rowTotal, block + (ACTIVE_2 << 3));
      addCounts(spikeTotals2, counts2);
    }
  } else for (let step = 0; step < rateSteps1; step++) {
    if (poisson) {
      firstCurrents(block, step);
      add(inputSums, inputsAt, rowTotal * inputRows);
    }
    rateStep(hidden1, carried1, lists1, counts1, minus1, neuronValues, rowTotal, block + (ACTIVE_1 << 3));
    sumSpikes(hidden2, lists1, counts1, minus1, w2, width, amplitude1);
    rateStep(hidden2, carried2, lists2, counts2, minus2, values2, rowTotal, block + (ACTIVE_2 << 3));
    addCounts(spikeTotals1, counts1);
    addCounts(spikeTotals2, counts2);
  }
  memory.copy(counts1, spikeTotals1, <usize>rowTotal << 2);
  memory.copy(counts2, spikeTotals2, <usize>rowTotal << 2);
  if (poisson) meanOf(inputsAt, inputSums, <usize>inputRows << 2, <usize>inputRows << 2, rateSteps1);
  if (!squeezed) meanOf(hidden1, outputs1, bytes, stride, rateSteps1);
  meanOf(hidden2, outputs2, bytes, stride, rateSteps2);
  multiply(logits, hidden2, w3, rowTotal, width, 4, 0);
}

/** From logitGradients to gradient1, those of the mean currents of layer 1. */
export function backwardRates(sums2: usize, sums3: usize, parameterSums1: usize, parameterSums2: usize): void {
  multiply3(gradient2, logitGradients);
  addOuterProducts(sums3, hidden2, logitGradients, rowTotal, width, 4);
  rateBackward(carried2, gradient2, parameterSums2, rowTotal, rateSteps2, spikeScale2);
  addOuterProducts(sums2, hidden1, gradient2, rowTotal, width, width);
  multiply(gradient1, gradient2, w2t, rowTotal, width, width, 0);
  rateBackward(carried1, gradient1, parameterSums1, rowTotal, rateSteps1, spikeScale1);
}

function add(sums: usize, values: usize, floats: i32): void {
  const end = <usize>floats << 2;
  for (let j: usize = 0; j < end; j += 16) v128.store(sums + j, f32x4.add(v128.load(sums + j), v128.load(values + j)));
}

function addCounts(totals: usize, counts: usize): void {
  const end = <usize>rowTotal << 2;
  for (let j: usize = 0; j < end; j += 4) store<i32>(totals + j, load<i32>(totals + j) + load<i32>(counts + j));
}

/** out[row] = sums[row] / steps, of rows that are `stride` bytes apart. */
function meanOf(out: usize, sums: usize, bytes: usize, stride: usize, steps: i32): void {
  const share = f32x4.splat(1 / <f32>steps);
  for (let row = 0; row < rowTotal; row++) {
    const to = out + <usize>row * bytes, from = sums + <usize>row * stride;
    for (let j: usize = 0; j < bytes; j += 16) v128.store(to + j, f32x4.mul(share, v128.load(from + j)));
  }
}
