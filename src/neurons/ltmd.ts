/**
 * LIF with a learned, bounded threshold, one a layer (Wang, Cheng and Lim, LTMD, NeurIPS 2022). The paper has tanh(k), which cannot reach our
 * threshold of 1; with 2 tanh(k) it starts there. Nothing is detached, as in the authors' code; k below 0.005 counts as that, because a
 * threshold of 0 would let silence fire. Leak as our LIF; the paper's moderate dropout is not part of the neuron.
 *
 *     H_t = V_{t-1} + (X_t - V_{t-1}) / tau      S_t = 1[H_t >= 2 tanh(k)]      V_t = (1 - S_t) H_t
 */
import { defineNeuron } from './define-neuron.ts';
import { add, div, mul, spike, sub } from './graph.ts';
import { tau } from './lif.ts';
import { boundedBy, learnedParameter } from './parameters.ts';

export const ltmd = defineNeuron({
  name: 'ltmd',
  summary: 'LIF with a learned threshold',
  source: 'Wang, Cheng and Lim, LTMD, NeurIPS 2022 (threshold 2 tanh(k), leak as LIF)',
  parameters: { tau, threshold: learnedParameter('firing threshold', 1, boundedBy(2)) },
  charge: ({ x, state: { v }, p }) => add(v, div(sub(x, v), p.tau)),
  fire: ({ h, p }) => spike(h, p.threshold),
  reset: ({ h, s }) => ({ v: mul(h, sub(1, s)) }),
  surrogate: { name: 'rectangle', alpha: 1 },
});
