/**
 * The training loss (docs/model.md, section 4). sg: no gradient.
 *
 *     loss = mean (C - G)^2  +  perSample sum_i sg(w_i) |rgb_i - G|^2 / N
 *          + entropy mean_ray [-p log p - (1-p) log(1-p)],  p = clamp(T_last, 1e-6, 1 - 1e-6)
 *          + spikePenalty (mean S1 + mean S2)             if the neurons spike
 */
import type { LossWeights } from '../backend.ts';
import { gatherRows, stopGradient } from './custom-gradients.ts';
import type { ForwardPass } from './forward.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

const MIN_PROBABILITY = 1e-6;

export interface Loss {
  /** scalar */
  readonly total: Tensor;
  /** scalar: mean (C - G)^2 */
  readonly mse: Tensor;
}

/**
 * @param target [N,3]
 * @param rayOfSample [M]
 */
export function trainingLoss(tf: TensorFlow, pass: ForwardPass, target: Tensor, rayOfSample: Int32Array, weights: LossWeights): Loss {
  const rays = target.shape[0];
  const mse = tf.div(tf.sum(tf.square(tf.sub(pass.rgb, target))), rays * 3);
  let total = mse;
  if (weights.perSample !== 0 && pass.shown !== null) {
    const error = tf.sum(tf.square(tf.sub(pass.shown.colours, gatherRows(tf, target, rayOfSample))), 1);
    const weighted = tf.sum(tf.mul(stopGradient(tf, pass.shown.weights), error));
    total = tf.add(total, tf.mul(weighted, weights.perSample / rays));
  }
  if (weights.entropy !== 0) {
    const entropies = tf.sum(binaryEntropy(tf, pass.lastTransmittance));
    total = tf.add(total, tf.mul(entropies, weights.entropy / rays));
  }
  if (weights.spikePenalty !== 0 && pass.hidden?.meanSpikes) {
    const [first, second] = pass.hidden.meanSpikes;
    total = tf.add(total, tf.mul(tf.add(first, second), weights.spikePenalty));
  }
  return { total, mse };
}

function binaryEntropy(tf: TensorFlow, probability: Tensor): Tensor {
  const p = tf.clipByValue(probability, MIN_PROBABILITY, 1 - MIN_PROBABILITY);
  const q = tf.sub(1, p);
  return tf.neg(tf.add(tf.mul(p, tf.log(p)), tf.mul(q, tf.log(q))));
}
