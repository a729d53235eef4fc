/**
 * ReLU, the neuron of the ANN twin: no memory, no spikes, the same place in the network.
 *
 *     H = X      S = max(0, H)      dS/dH = 1[H > 0]
 */
import { defineNeuron } from './define-neuron.ts';
import { max } from './graph.ts';

export const relu = defineNeuron({
  name: 'relu',
  summary: 'ReLU, no spikes and no time: the ANN twin',
  source: 'Nair and Hinton, ICML 2010',
  parameters: {},
  states: [],
  charge: ({ x }) => x,
  fire: ({ h }) => max(h, 0),
  reset: () => ({}),
  surrogate: { name: 'sigmoid', alpha: 4 },
});
