/**
 * ReLU, the neuron of the ANN twin: no memory, no spikes, the same place in the network.
 *
 *     H = X      S = max(0, H)      dS/dH = 1[H > 0]
 */
import type { Neuron } from './neuron.ts';

export function relu(): Neuron {
  return {
    hasMemory: false,
    spikes: false,
    threshold: 0,
    charge: (_tf, input) => input,
    fire: (tf, potential) => tf.relu(potential),
    reset: (tf, potential) => tf.zerosLike(potential),
  };
}
