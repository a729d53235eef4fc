/**
 * Poisson encoding (docs/model.md, section 3): in every time step each input of a sample is a spike with the probability of its min-max
 * normalised value.
 *
 *     x' = (clamp(x, lo, hi) - lo) / (hi - lo)       spike = 1[u < x']        d spike / d x' = 1
 *     u  = (hash32(seed ^ hash32(ray 0x9E3779B1 ^ hash32(64 stepIndex + t)) ^ c 0x85EBCA6B) >>> 8) / 2^24
 */
import type { PackedSamples } from '../../../renderer/march.ts';
import { noiseKey, uniform } from '../../math/noise.ts';
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

/**
 * The uniform numbers u of all inputs.
 *
 * @param firstRay index in the call of the first ray of `samples`
 * @returns [repeats,M,inputs]
 */
export function poissonNoise(seed: number, samples: PackedSamples, firstRay: number, repeats: number, inputs: number): Float32Array {
  const { rays, rayOffsets, networkRows, stepIndex } = samples;
  const noise = new Float32Array(repeats * networkRows.length * inputs);
  for (let ray = 0; ray < rays; ray++) {
    for (let i = rayOffsets[ray]; i < rayOffsets[ray + 1]; i++) {
      for (let t = 0; t < repeats; t++) {
        const key = noiseKey(seed, firstRay + ray, stepIndex[networkRows[i]] * 64 + t);
        for (let c = 0; c < inputs; c++) noise[(t * networkRows.length + i) * inputs + c] = uniform(key, c);
      }
    }
  }
  return noise;
}
