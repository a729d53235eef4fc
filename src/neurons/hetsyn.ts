/**
 * The neuron of HetSyn (Deng et al., NeurIPS 2025, sections 3.1 to 3.3, rebuilt from the authors' hetsyn_base.py): it has no membrane, for the
 * synapses in front of it integrate (src/model/layers/hetsyn.ts); it is reset by currents that decay,
 *
 *     H_t = X_t - J_t - A_t        S_t = 1[H_t >= threshold]
 *     J_{t+1} = kappa J_t + threshold S_t        A_{t+1} = adaptationDecay A_t + adaptation S_t
 *
 * The second one makes it an adaptive-threshold neuron (their proposition 2); it is off by default. Nothing is detached.
 *
 * Other than theirs: kappa is learned, one a neuron, so that a layer can become one with time constants of the neurons (proposition 3); it is
 * fixed, as published, with network.neuronRate=0. It begins at exp(-1/5), the slowest of the synapses' first decays. A neuron fires at its
 * threshold, not above it. The surrogate is the triangle that they use for pattern generation; their sum of three Gaussians is not there.
 */
import { defineNeuron } from './define-neuron.ts';
import { add, mul, spike, sub } from './graph.ts';
import { threshold } from './lif.ts';
import { constantParameter, learnedParameter, unit } from './parameters.ts';

export const hetsyn = defineNeuron({
  name: 'hetsyn',
  summary: 'no membrane: decaying reset currents, behind synapses that integrate',
  source: 'Deng et al., HetSyn, NeurIPS 2025, section 3; code dzcgood/HetSyn (kappa learned, one a neuron)',
  parameters: {
    kappa: learnedParameter('decay of the reset current a step', Math.exp(-1 / 5), unit, 'channel'),
    threshold,
    adaptation: constantParameter('what a spike adds to the slower reset current', 0, [0, 1e6]),
    adaptationDecay: constantParameter('decay of the slower reset current a step', 0.9, [0, 1]),
  },
  states: ['reset', 'fatigue'],
  charge: ({ x, state: { reset, fatigue } }) => sub(sub(x, reset), fatigue),
  fire: ({ h, p }) => spike(h, p.threshold),
  reset: ({ s, state: { reset, fatigue }, p }) => ({
    reset: add(mul(p.kappa, reset), mul(p.threshold, s)),
    fatigue: add(mul(p.adaptationDecay, fatigue), mul(p.adaptation, s)),
  }),
  surrogate: { name: 'triangle', alpha: 1 },
});
