/** Spikes in front of layer 1 as tensor code (src/model/input-spikes.ts). */
import { spikeOf } from '../../model/input-spikes.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

/**
 * clamp(round(x / step), -levels, levels), halves to even; the gradient is that of x / step where it rounds to a level, else 0.
 *
 * @param x [M,F]
 * @param steps [F]
 */
export function signedSpikes(tf: TensorFlow, x: Tensor, steps: Tensor, levels: number): Tensor {
  const spikes = tf.customGrad((value, save) => {
    const inSteps = value as Tensor;
    (save as (tensors: Tensor[]) => void)([inSteps]);
    return {
      value: tf.clipByValue(tf.round(inSteps), -levels, levels),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => tf.mul(dy, tf.cast(tf.lessEqual(tf.abs(saved), levels + 0.5), 'float32')),
    };
  });
  return spikes(tf.div(x, steps));
}

/** The whole numbers that view terms, which lie in [-1, 1], become. */
export function viewSpikes(views: Float32Array, levels: number): Float32Array {
  return views.map((term) => spikeOf(Math.fround(term * levels), 1, levels));
}

/** Least distance of values in steps from the middle between two spikes, or from where the gradient ends. */
export function spikesMargin(inSteps: Float32Array, levels: number): number {
  return inSteps.reduce((least, value) => {
    const size = Math.abs(value);
    const nearest = Math.min(Math.max(Math.floor(size), 0), levels) + 0.5;
    return Math.min(least, Math.abs(size - nearest));
  }, Infinity);
}
