/**
 * Re-parameterisation for inference (Spik-NeRF, section 3.3.3). A layer behind spikes 0, 1, 2 is also one behind -1, 0, 1:
 *
 *     S W = (S - 1) W + 1 W          1 W [O]: column sums of W [I,O], a bias that is computed once
 *
 * Silence becomes -1, a single spike becomes silence. It needs no addition of the same weight twice, and it costs less than the trained form where
 * most neurons fire exactly once; where most are silent it costs more. Training keeps 0, 1, 2.
 */
import type { NeuronDefinition } from './define-neuron.ts';

/** Whether a neuron's spikes are 0, 1 and 2. */
export function hasTernarySpikes({ terms, amplitude }: NeuronDefinition): boolean {
  return terms.length === 2 && terms.every(({ sign }) => sign > 0) && amplitude === null;
}

/** S - 1. */
export function shiftSpikes(spikes: Float32Array): Float32Array {
  return spikes.map((spike) => spike - 1);
}

/** 1 W [O] of W [I,O]. */
export function shiftBias(weights: Float32Array, outputs: number): Float32Array {
  const bias = new Float64Array(outputs);
  weights.forEach((weight, i) => (bias[i % outputs] += weight));
  return Float32Array.from(bias);
}

export type TernaryForm = 'trained' | 'shifted';

/** Additions and subtractions of single weights; those of the bias included. */
export type TernaryOperations = Readonly<Record<TernaryForm, number>>;

/**
 * @param spikes sum of the spikes 0, 1, 2 that the layer sees in `steps` time steps
 * @param active inputs that are not 0, in all of these steps
 */
export function ternaryOperations(spikes: number, active: number, steps: number, inputs: number, outputs: number): TernaryOperations {
  const twos = spikes - active;
  const silent = steps * inputs - active;
  return { trained: spikes * outputs, shifted: (silent + twos + steps) * outputs };
}

/** The trained one if both cost the same. */
export function cheaperForm({ trained, shifted }: TernaryOperations): TernaryForm {
  return shifted < trained ? 'shifted' : 'trained';
}
