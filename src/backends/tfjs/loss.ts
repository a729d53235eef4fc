/**
 * The training loss (docs/model.md, section 4). sg: no gradient.
 *
 *     loss = mean (C - G)^2  +  perSample sum_i sg(w_i) |rgb_i - G|^2 / N
 *          + entropy mean_ray [-p log p - (1-p) log(1-p)],  p = clamp(T_last, 1e-6, 1 - 1e-6)
 *          + sum_l spikes_l mean S_l                       if the neurons spike
 *          + sum_l potentials_l . mean_i H_l                 likewise
 *          + teacherColour sum_i sg(w_i) |rgb_i - rgbT_i|^2 / N  +  teacherPotential sum_l sum_i sg(w_i) mean_c (H_l - Z_l)^2 / N
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
  /** [W] of both layers: mean H over samples and repeats; null if the loss has no term of them */
  readonly meanPotentials: readonly [Tensor, Tensor] | null;
}

/**
 * @param target [N,3]
 * @param rayOfSample [M]
 */
export function trainingLoss(tf: TensorFlow, pass: ForwardPass, target: Tensor, rayOfSample: Int32Array, weights: LossWeights): Loss {
  const rays = target.shape[0];
  const mse = tf.div(tf.sum(tf.square(tf.sub(pass.rgb, target))), rays * 3);
  let total = mse;
  const addTerm = (weight: number, term: Tensor): void => {
    total = tf.add(total, tf.mul(term, weight));
  };
  if (weights.entropy !== 0) addTerm(weights.entropy / rays, tf.sum(binaryEntropy(tf, pass.lastTransmittance)));
  const { shown, hidden, teacher } = pass;
  if (shown === null) return { total, mse, meanPotentials: null };

  const sampleWeights = stopGradient(tf, shown.weights);
  /** @param error [M] */
  const addWeighted = (weight: number, error: Tensor): void => addTerm(weight / rays, tf.sum(tf.mul(sampleWeights, error)));
  const squaredOffset = (colours: Tensor): Tensor => tf.sum(tf.square(tf.sub(shown.colours, colours)), 1);
  if (weights.perSample !== 0) addWeighted(weights.perSample, squaredOffset(gatherRows(tf, target, rayOfSample)));
  if (weights.teacherColour !== 0 && teacher !== null) addWeighted(weights.teacherColour, squaredOffset(teacher.colours));

  const spiking = hidden?.atSamples ?? null;
  if (spiking === null) return { total, mse, meanPotentials: null };
  const { events, potentials } = spiking;
  const meanPotentials = weights.potentials && ([tf.mean(potentials[0], [0, 1]), tf.mean(potentials[1], [0, 1])] as const);
  for (const layer of [0, 1]) {
    if (weights.spikes[layer] !== 0) addTerm(weights.spikes[layer], tf.mean(events[layer]));
    if (weights.potentials && meanPotentials) addTerm(1, tf.sum(tf.mul(meanPotentials[layer], tf.tensor1d(weights.potentials[layer]))));
    if (weights.teacherPotential !== 0 && teacher !== null) {
      const difference = tf.sub(potentials[layer], tf.expandDims(teacher.potentials[layer], 0));
      addWeighted(weights.teacherPotential, tf.mean(tf.square(difference), [0, 2]));
    }
  }
  return { total, mse, meanPotentials };
}

function binaryEntropy(tf: TensorFlow, probability: Tensor): Tensor {
  const p = tf.clipByValue(probability, MIN_PROBABILITY, 1 - MIN_PROBABILITY);
  const q = tf.sub(1, p);
  return tf.neg(tf.add(tf.mul(p, tf.log(p)), tf.mul(q, tf.log(q))));
}
