/**
 * Stabilised supervised STDP (Goupy et al., arXiv 2410.17066, as in their released code): neurons that learn are drawn to firing times around
 * their mean, the target a little before it, the others a little behind. Of N neurons that learn one is the target, g is the gap:
 *
 *     base = min(mean of t_j over those that fired, 1 - g/N), or 1 - g where none did
 *     T_target = base - g (N - 1) / N        T_other = base + g / N        e_j = t_j - T_j
 *
 * and with e > 0 (too late) an input that spiked by t_j gains |e| A+, one that spiked later |e| A-; with e < 0 the signs turn round. Weights stay in
 * [0, 1]; normalised, those of a neuron are then scaled to a given sum.
 *
 * Where a neuron did not fire, its weights of inputs that did not spike stay as they are. The sources that we have do not say it: our choice.
 */
import { MAX_TIME, type Firing, type FirstSpikeLayer, type SpikeTimes } from './first-spike-layer.ts';

export interface Plasticity {
  /** g */
  readonly gap: number;
  /** A+ > 0 and A- < 0. */
  readonly potentiation: number;
  readonly depression: number;
}

/**
 * Firing times minus those desired, of each neuron that learns.
 *
 * @param learning neurons that learn; @param target the one of them to fire early; null: all are to fire late
 */
export function timeErrors(learning: readonly number[], target: number | null, { times }: Firing, gap: number): number[] {
  const late = gap / learning.length;
  const fired = learning.map((j) => times[j]).filter((time) => time < MAX_TIME);
  const base = fired.length === 0 ? MAX_TIME - gap : Math.min(fired.reduce((sum, time) => sum + time, 0) / fired.length, MAX_TIME - late);
  return learning.map((j) => times[j] - (j === target ? base - gap + late : base + late));
}

/**
 * Changes the weights of one neuron, in place.
 *
 * @param error firing time minus the desired one
 * @param sum to which its weights are scaled afterwards; null: they are not
 */
export function learn(
  { inputs, weights }: FirstSpikeLayer,
  neuron: number,
  spikes: SpikeTimes,
  firedAt: number,
  error: number,
  { potentiation, depression }: Plasticity,
  sum: number | null,
): void {
  const row = weights.subarray(neuron * inputs, (neuron + 1) * inputs);
  for (const i of spikes.order) {
    const change = error * (spikes.times[i] <= firedAt ? potentiation : depression);
    row[i] = Math.min(1, Math.max(0, row[i] + change));
  }
  if (sum === null) return;
  const total = row.reduce((all, weight) => all + weight, 0);
  // Weights that are all 0 have nothing to share.
  if (total === 0) return;
  const scale = sum / total;
  for (let i = 0; i < inputs; i++) row[i] *= scale;
}
