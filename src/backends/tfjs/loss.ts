/**
 * The training loss (docs/model.md, section 4). sg: no gradient.
 *
 *     loss = mean (C - G)^2  +  perSample sum_i sg(w_i) |rgb_i - G|^2 / N
 *          + entropy mean_ray [-p log p - (1-p) log(1-p)],  p = clamp(T_last, 1e-6, 1 - 1e-6)
 *          + distortion mean_ray [sum_ij w_i w_j |s_i - s_j| + 1/3 sum_i w_i^2 / S],  s_i: rayPosition of spaces/space.ts
 *          + sum_l spikes_l mean S_l                       if the neurons spike
 *          + sum_l potentials_l . mean_i H_l                 likewise
 *          + teacherColour sum_i sg(w_i) |rgb_i - rgbT_i|^2 / N  +  teacherPotential sum_l sum_i sg(w_i) mean_c (H_l - Z_l)^2 / N
 *          + teacherGram sum_l sum_{i,k of a ray} sg(w_i w_k) (cos(H_li, H_lk) - cos(Z_li, Z_lk))^2 / N
 */
import { maxStepsPerRay } from '../../lattice/lattice.ts';
import type { LossWeights } from '../../engine/backend.ts';
import type { PackedSamples } from '../../../renderer/march.ts';
import { type FieldSpec } from '../../model/field-spec.ts';
import { spaceOf } from '../../spaces/index.ts';
import { sampleScales } from '../shared/loss.ts';
import { gatherRows, stopGradient } from './custom-gradients.ts';
import type { ForwardPass } from './forward.ts';
import { layoutByRay, toPadded } from './padded-layout.ts';
import { raysOfSamples } from './temporal-modes.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

const MIN_PROBABILITY = 1e-6;

export interface Loss {
  /** scalar */
  readonly total: Tensor;
  /** scalar: mean (C - G)^2 */
  readonly mse: Tensor;
  /** [W] of each hidden layer: mean H over samples and repeats; null if the loss has no term of them */
  readonly meanPotentials: readonly Tensor[] | null;
}

/**
 * @param target [N,3]
 * @param samples that the pass was made of
 */
export function trainingLoss(
  tf: TensorFlow,
  pass: ForwardPass,
  target: Tensor,
  samples: PackedSamples,
  spec: FieldSpec,
  weights: LossWeights,
): Loss {
  const rays = target.shape[0];
  const { perSampleScale, entropyScale, distortionScale, teacherColourScale } = sampleScales(spec, weights, rays);
  const mse = tf.div(tf.sum(tf.square(tf.sub(pass.rgb, target))), rays * 3);
  let total = mse;
  const addTerm = (weight: number, term: Tensor): void => {
    total = tf.add(total, tf.mul(term, weight));
  };
  if (weights.entropy !== 0) addTerm(entropyScale, tf.sum(binaryEntropy(tf, pass.lastTransmittance)));
  const { shown, hidden, teacher } = pass;
  if (shown === null) return { total, mse, meanPotentials: null };

  if (weights.distortion !== 0) addTerm(distortionScale, distortion(tf, shown.weights, samples, spec));
  const sampleWeights = stopGradient(tf, shown.weights);
  /** @param error [M] */
  const addWeighted = (scale: number, error: Tensor): void => addTerm(scale, tf.sum(tf.mul(sampleWeights, error)));
  const squaredOffset = (colours: Tensor): Tensor => tf.sum(tf.square(tf.sub(shown.colours, colours)), 1);
  if (weights.perSample !== 0) addWeighted(perSampleScale, squaredOffset(gatherRows(tf, target, raysOfSamples(samples))));
  if (weights.teacherColour !== 0 && teacher !== null) addWeighted(teacherColourScale, squaredOffset(teacher.colours));

  const spiking = hidden?.atSamples ?? null;
  if (spiking === null) return { total, mse, meanPotentials: null };
  const { events, potentials } = spiking;
  const meanPotentials = weights.potentials && potentials && potentials.map((h) => tf.mean(h, [0, 1]));
  for (const layer of events.keys()) {
    if (weights.spikes[layer] !== 0) addTerm(weights.spikes[layer], tf.mean(events[layer]));
    if (weights.potentials && meanPotentials) addTerm(1, tf.sum(tf.mul(meanPotentials[layer], tf.tensor1d(weights.potentials[layer]))));
    const wanted = teacher?.potentials?.[layer] ?? null;
    if (wanted === null || potentials === null) continue;
    if (weights.teacherPotential !== 0)
      addWeighted(weights.teacherPotential / rays, tf.mean(tf.square(tf.sub(potentials[layer], wanted)), [0, 2]));
    if (weights.teacherGram !== 0)
      addTerm(weights.teacherGram / rays, gramError(tf, potentials[layer], wanted, sampleWeights, samples.rayOffsets));
  }
  return { total, mse, meanPotentials };
}

/** Added to squares of lengths, so that silence has a direction: none. */
const LEAST_SQUARE = 1e-12;

/**
 * Sum over the pairs of a ray's samples of w_i w_k (G_ik - T_ik)^2, the mean over time steps (MPFD; S2NN, Wei et al., NeurIPS 2025, as a summary has it:
 * Gram matrices of potentials, normalised). That a batch is a ray, the cosines and the weights are ours.
 *
 * @param potentials [repeats,M,W]
 * @param wanted of the teacher: [1,M,W], the same at all time steps, or [repeats,M,W]
 * @param weights [M]
 */
export function gramError(tf: TensorFlow, potentials: Tensor, wanted: Tensor, weights: Tensor, rayOffsets: Int32Array): Tensor {
  const layout = layoutByRay(rayOffsets);
  const ofPairs = (rows: Tensor): Tensor => {
    const padded = toPadded(tf, rows, layout);
    return tf.matMul(padded, padded, false, true);
  };
  const cosines = (rows: Tensor): Tensor =>
    ofPairs(tf.div(rows, tf.sqrt(tf.add(tf.reshape(tf.sum(tf.square(rows), 1), [-1, 1]), LEAST_SQUARE))));
  const theirs = tf.unstack(wanted, 0).map(cosines);
  const both = ofPairs(tf.reshape(weights, [-1, 1]));
  const errors = tf
    .unstack(potentials, 0)
    .map((rows, step) => tf.sum(tf.mul(both, tf.square(tf.sub(cosines(rows), theirs[step % theirs.length])))));
  return tf.mean(tf.stack(errors));
}

/**
 * Sum over the rays. A ray's samples are ordered, so the sum over pairs is one over samples, with the sums W and M over those before:
 * sum_ij w_i w_j |s_i - s_j| = 2 sum_i w_i (s_i W_i - M_i),  W_i = sum_{j<i} w_j,  M_i = sum_{j<i} w_j s_j
 *
 * @param weights [M]
 */
function distortion(tf: TensorFlow, weights: Tensor, { networkRows, stepIndex, rayOffsets }: PackedSamples, spec: FieldSpec): Tensor {
  const layout = layoutByRay(rayOffsets);
  const padded = (packed: Tensor): Tensor => tf.reshape(toPadded(tf, tf.reshape(packed, [-1, 1]), layout), [layout.rows, layout.columns]);
  const w = padded(weights);
  const { rayPosition } = spaceOf(spec.space);
  const s = padded(tf.tensor1d(Float32Array.from(networkRows, (row) => rayPosition(stepIndex[row], spec.grid, spec.stepLength))));
  const before = (values: Tensor): Tensor => tf.cumsum(values, 1, true);
  const pairs = tf.sum(tf.mul(w, tf.sub(tf.mul(s, before(w)), before(tf.mul(w, s)))));
  return tf.add(tf.mul(2, pairs), tf.div(tf.sum(tf.square(w)), 3 * maxStepsPerRay(spec)));
}

function binaryEntropy(tf: TensorFlow, probability: Tensor): Tensor {
  const p = tf.clipByValue(probability, MIN_PROBABILITY, 1 - MIN_PROBABILITY);
  const q = tf.sub(1, p);
  return tf.neg(tf.add(tf.mul(p, tf.log(p)), tf.mul(q, tf.log(q))));
}
