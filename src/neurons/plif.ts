/**
 * LIF with a learned time constant, one a layer: 1/tau = sigmoid(w), so tau stays above 1 (Fang et al., ICCV 2021; the `plif` option of
 * SpikingNeRF's code). sg: no gradient.
 *
 *     H_t = V_{t-1} + sigmoid(w) (X_t - V_{t-1})      S_t = 1[H_t >= threshold]      V_t = (1 - sg(S_t)) H_t
 */
import { defineNeuron } from './define-neuron.ts';
import { lif, threshold } from './lif.ts';
import { add, div, mul, spike, stopGradient, sub } from './graph.ts';
import { aboveOne, learnedParameter } from './parameters.ts';

export const plif = defineNeuron({
  name: 'plif',
  summary: 'LIF with a learned time constant',
  source: 'Fang et al., "Incorporating learnable membrane time constant ...", ICCV 2021; SpikingJelly ParametricLIFNode',
  parameters: { tau: learnedParameter('membrane time constant, steps', 2, aboveOne), threshold },
  charge: ({ x, state: { v }, p }) => add(v, div(sub(x, v), p.tau)),
  fire: ({ h, p }) => spike(h, p.threshold),
  reset: ({ h, s }) => ({ v: mul(h, sub(1, stopGradient(s))) }),
  surrogate: lif.surrogate,
});
