/** What was computed and how near it was to being otherwise: exact counts, and margins for tests. */
import { emptyCounts, type Counts } from '../../engine/counts.ts';
import type { PackedSamples } from '../../../renderer/march.ts';
import type { TfjsNeuron } from './tfjs-neuron.ts';
import type { ForwardPass, HiddenActivity } from './forward.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

export interface Activity {
  readonly counts: Counts;
  /** [N] spikes of all hidden layers of each ray */
  readonly spikesOfRay: Uint32Array;
}

export function countActivity(tf: TensorFlow, samples: PackedSamples, { hidden }: ForwardPass): Activity {
  const { rays, rayOffsets, networkRows, stepIndex } = samples;
  const counts = emptyCounts(hidden?.events.length);
  counts.rays = rays;
  for (let ray = 0; ray < rays; ray++) {
    const [begin, end] = [rayOffsets[ray], rayOffsets[ray + 1]];
    if (begin === end) continue;
    counts.activeRays++;
    counts.spannedSteps += stepIndex[networkRows[end - 1]] - stepIndex[networkRows[begin]] + 1;
  }
  counts.densityEvaluations = samples.densityEvaluations;
  counts.densitySamples = samples.stepIndex.length;
  counts.samples = samples.networkRows.length;
  const spikesOfRay = new Uint32Array(rays);
  if (hidden === null) return { counts, spikesOfRay };

  counts.timeSteps = hidden.layout.timeSteps * hidden.repeats;
  hidden.events.forEach((events, layer) => {
    const fired = tf.notEqual(events, 0);
    const spikes = stepsBySequence(tf, hidden.atSamples === null ? fired : events, hidden);
    spikes.forEach((count, column) => {
      counts.spikes[layer] += count;
      spikesOfRay[hidden.layout.rayOfColumn[column]] += count;
    });
    for (const count of stepsBySequence(tf, fired, hidden)) counts.active[layer] += count;
    for (const count of stepsBySequence(tf, tf.less(hidden.outputs[layer], 0), hidden)) counts.negative[layer] += count;
    const bits = hidden.atSamples === null ? fired : onesOf(tf, events);
    for (const count of stepsBySequence(tf, bits, hidden)) counts.bits[layer] += count;
  });
  if (hidden.poisson !== null)
    for (const count of nonZeroBySequence(tf, hidden.poisson.spikes)) {
      counts.inputSpikes += count;
      counts.inputBits += count;
    }
  countInputSpikes(counts, samples, hidden);
  return { counts, spikesOfRay };
}

/** Features once a sample, view terms once a ray with samples; their ones in binary both once a sample. */
function countInputSpikes(counts: Counts, { rays, rayOffsets }: PackedSamples, { inputSpikes: { features, views } }: HiddenActivity): void {
  for (const spikes of features?.dataSync<'float32'>() ?? []) {
    counts.inputSpikes += Math.abs(spikes);
    counts.inputBits += onesIn(Math.abs(spikes));
  }
  if (views === null) return;
  const terms = views.length / rays;
  for (let ray = 0; ray < rays; ray++) {
    const count = rayOffsets[ray + 1] - rayOffsets[ray];
    if (count === 0) continue;
    for (const spikes of views.subarray(ray * terms, (ray + 1) * terms)) {
      counts.inputSpikes += Math.abs(spikes);
      counts.inputBits += count * onesIn(Math.abs(spikes));
    }
  }
}

function onesIn(whole: number): number {
  let ones = 0;
  for (let rest = whole; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

/**
 * Sum of [T,R,W] over each of the R sequences. Steps before the first and after the last sample of a sequence do not count: a membrane that
 * still holds more than its threshold may fire there.
 */
function stepsBySequence(tf: TensorFlow, values: Tensor, { layout, repeats }: HiddenActivity): Int32Array {
  const counted = tf.cast(values, 'float32');
  if (repeats > 1 || layout.rows === 1) return tf.tidy(() => tf.cast(tf.sum(counted, [0, 2]), 'int32').dataSync<'int32'>());
  const { begins, ends } = layout;
  const inside = Float32Array.from({ length: layout.rows * layout.columns }, (_, i) => {
    const [row, column] = [Math.floor(i / layout.columns), i % layout.columns];
    return row >= begins[column] && row < ends[column] ? 1 : 0;
  });
  return tf.tidy(() => {
    const mask = tf.tensor3d(inside, [layout.rows, layout.columns, 1]);
    return tf.cast(tf.sum(tf.mul(counted, mask), [0, 2]), 'int32').dataSync<'int32'>();
  });
}

/** How many ones each whole number has in binary. */
function onesOf(tf: TensorFlow, values: Tensor): Tensor {
  return tf.tidy(() => {
    let ones = tf.zerosLike(values);
    for (let rest = values; tf.max(rest).dataSync()[0] > 0; rest = tf.floor(tf.div(rest, 2))) ones = tf.add(ones, tf.mod(rest, 2));
    return ones;
  });
}

/** Non-zero values of [T,R,W] in each of the R sequences. */
function nonZeroBySequence(tf: TensorFlow, values: Tensor): Int32Array {
  return tf.tidy(() => tf.sum(tf.cast(tf.notEqual(values, 0), 'int32'), [0, 2]).dataSync<'int32'>());
}

/**
 * Least distance of any potential from a threshold, of all neurons and time steps, those in front of layer 1 included: where it exceeds the rounding of another backend, that
 * backend's neurons must do the same.
 */
export function spikeMargin(tf: TensorFlow, neuron: TfjsNeuron, { potentials, parameters, inputMargin }: HiddenActivity): number {
  return tf.tidy(() => Math.min(inputMargin(), ...potentials.map((h, layer) => neuron.margin(tf, h, parameters[layer]))));
}

/** Least distance of an input's, or a neuron's, probability from its random number; Infinity without Poisson encoding and dropout. */
export function noiseMargin(tf: TensorFlow, { poisson, dropoutMargin }: HiddenActivity): number {
  if (poisson === null) return dropoutMargin;
  return Math.min(
    dropoutMargin,
    tf.tidy(() => tf.min(tf.abs(tf.sub(poisson.probabilities, poisson.noise))).dataSync()[0]),
  );
}
