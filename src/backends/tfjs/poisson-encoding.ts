/**
 * Poisson encoding (docs/model.md, section 3): in every time step each input of a sample is a spike with the probability of its min-max
 * normalised value.
 *
 *     x' = (clamp(x, lo, hi) - lo) / (hi - lo)       spike = 1[u < x']        d spike / d x' = 1
 *     u  = (hash32(seed ^ hash32(ray 0x9E3779B1 ^ hash32(64 stepIndex + t)) ^ c 0x85EBCA6B) >>> 8) / 2^24
 */
import type { PackedSamples } from '../../../renderer/march.ts';
import { noiseKey, uniform } from '../../math/noise.ts';
import { bernoulli, passStraight } from './custom-gradients.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

export type InputRange = readonly [low: number, high: number];

/** Least and greatest value of a tensor. */
export function rangeOf(x: Tensor): InputRange {
  let [low, high] = [Infinity, -Infinity];
  for (const value of x.dataSync()) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** x' of any shape; `range` is constant. The gradient is 0 outside the range and not on its ends. */
export function normaliseInputs(tf: TensorFlow, x: Tensor, [low, high]: InputRange): Tensor {
  if (high <= low) return tf.mul(x, 0);
  return tf.div(tf.sub(tf.clipByValue(x, low, high), low), high - low);
}

/** Inputs as random spikes 1[u < x'], a time step at a time. */
export interface PoissonInputs {
  /** By which x' was normalised. */
  readonly range: InputRange;
  /** [M,I], differentiable */
  spikesAt(step: number): Tensor;
  // The steps that were asked for so far, each drawn once; what is kept of them does not grow with their number:
  /** [M,I] mean of their spikes, with the gradient of x'. */
  meanSpikes(): Tensor;
  /** How many spikes; least |u - x'|. */
  spikes(): number;
  margin(): number;
}

export interface Noise {
  readonly seed: number;
  /** Index in the call of the first of these rays. */
  readonly firstRay: number;
  /** Normalisation of the Poisson encoding; null: that of these samples. */
  readonly range: InputRange | null;
}

/** @param x [M,I] */
export function poissonInputs(tf: TensorFlow, x: Tensor, samples: PackedSamples, { seed, firstRay, range }: Noise): PoissonInputs {
  const used = range ?? rangeOf(x);
  const probabilities = normaliseInputs(tf, x, used);
  const [rows, inputs] = x.shape;
  const values = probabilities.dataSync<'float32'>();
  const asked = new Map<number, { readonly spikes: number; readonly margin: number }>();
  const sums = new Float32Array(values.length);
  const noiseAt = (step: number): Float32Array => {
    const noise = poissonNoise(seed, samples, firstRay, 1, inputs, step);
    if (asked.has(step)) return noise;
    let [spikes, margin] = [0, Infinity];
    noise.forEach((u, i) => {
      const spike = u < values[i] ? 1 : 0;
      sums[i] += spike;
      spikes += spike;
      margin = Math.min(margin, Math.abs(values[i] - u));
    });
    asked.set(step, { spikes, margin });
    return noise;
  };
  return {
    range: used,
    spikesAt: (step) => bernoulli(tf, probabilities, tf.tensor2d(noiseAt(step), [rows, inputs])),
    meanSpikes() {
      const means = sums.map((sum) => sum / asked.size);
      return passStraight(tf, tf.tensor2d(means, [rows, inputs]), probabilities);
    },
    spikes: () => [...asked.values()].reduce((sum, { spikes }) => sum + spikes, 0),
    margin: () => [...asked.values()].reduce((least, { margin }) => Math.min(least, margin), Infinity),
  };
}

/**
 * The uniform numbers u of all inputs.
 *
 * @param firstRay index in the call of the first ray of `samples`
 * @param first of the `repeats` time steps
 * @returns [repeats,M,inputs]
 */
export function poissonNoise(
  seed: number,
  samples: PackedSamples,
  firstRay: number,
  repeats: number,
  inputs: number,
  first = 0,
): Float32Array {
  const { rays, rayOffsets, networkRows, stepIndex } = samples;
  const noise = new Float32Array(repeats * networkRows.length * inputs);
  for (let ray = 0; ray < rays; ray++) {
    for (let i = rayOffsets[ray]; i < rayOffsets[ray + 1]; i++) {
      for (let t = 0; t < repeats; t++) {
        const key = noiseKey(seed, firstRay + ray, stepIndex[networkRows[i]] * 64 + first + t);
        for (let c = 0; c < inputs; c++) noise[(t * networkRows.length + i) * inputs + c] = uniform(key, c);
      }
    }
  }
  return noise;
}
