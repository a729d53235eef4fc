/**
 * Spikes in front of layer 1: a signed neuron without memory for every input, so that layer 1 adds weights as the layers behind it do. An input x
 * with n levels becomes a whole number S of steps,
 *
 *     S = clamp(round(x / step), -n, n)      layer 1 sees step * S      d (step * S) / d x := 1 where |x / step| <= n + 1/2, else 0
 *
 * and the step, a factor of a row of w1, is no multiplication of its own. Halves round to even. This is the multi-bit neuron with the sign of
 * adaptive bit allocation (Yao et al., arXiv 2506.23717, "a spiking neuron is also put before the first layer"), one step a channel, but with
 * steps that are fitted where an ANN becomes a spiking network and then stay. View terms lie in [-1, 1]: their step is 1/n.
 */
import type { NetworkSpec } from './field-spec.ts';
import { isPoisson, isSpikingNetwork } from './network-facts.ts';

/** The largest spike of a feature and of a view term; 0: they are real numbers. */
export interface InputLevels {
  readonly features: number;
  readonly views: number;
}

/** Inputs of an ANN are real numbers, whatever the network is to become; those of the Poisson encoding are random spikes. */
export function inputLevels(network: NetworkSpec | null): InputLevels {
  if (network === null || !isSpikingNetwork(network) || isPoisson(network)) return { features: 0, views: 0 };
  return { features: network.featureLevels ?? 0, views: network.viewLevels ?? 0 };
}

/** Steps of features before any were fitted. */
export const FIRST_STEP = 0.5;

/** S of an input, by a quotient in single precision. Division on GPUs may be off by 2.5 units in the last place: near a half it may be another S there. */
export function spikeOf(x: number, step: number, levels: number): number {
  return Math.max(-levels, Math.min(levels, roundHalfToEven(Math.fround(x / step))));
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Shares of the largest size of a channel that may lie within its levels. */
const SHARES = Array.from({ length: 49 }, (_, i) => (i + 2) / 50);

/** Steps [F] that give the features of inputs [n,I] the least squared error; features come first in a row. */
export function fittedSteps(inputs: Float32Array, width: number, features: number, levels: number): Float32Array {
  return Float32Array.from({ length: features }, (_, channel) => {
    const values = Float32Array.from({ length: inputs.length / width }, (_value, row) => inputs[row * width + channel]);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (largest === 0) return FIRST_STEP;
    const error = (step: number): number => values.reduce((sum, x) => sum + (x - step * spikeOf(x, step, levels)) ** 2, 0);
    const steps = SHARES.map((share) => (share * largest) / levels);
    const errors = steps.map(error);
    return steps[errors.indexOf(Math.min(...errors))];
  });
}

/** What layer 1 sees of inputs [n,I]. @param steps [F] of the features; ignored where they are real numbers */
export function seenInputs(inputs: Float32Array, width: number, steps: Float32Array, { features, views }: InputLevels): Float32Array {
  return inputs.map((x, i) => {
    const channel = i % width;
    if (channel < steps.length) return features === 0 ? x : steps[channel] * spikeOf(x, steps[channel], features);
    return views === 0 ? x : spikeOf(Math.fround(x * views), 1, views) / views;
  });
}
