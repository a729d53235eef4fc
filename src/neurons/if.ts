/**
 * Integrate-and-fire: LIF without leak. Hard reset to 0, reset detached (SpikingJelly's IFNode). sg: no gradient.
 *
 *     H_t = V_{t-1} + X_t      S_t = 1[H_t >= threshold]      V_t = (1 - sg(S_t)) H_t
 */
import { defineNeuron } from './define-neuron.ts';
import { add, mul, spike, stopGradient, sub } from './graph.ts';
import { threshold } from './lif.ts';

export const integrateAndFire = defineNeuron({
  name: 'if',
  summary: 'integrate-and-fire without leak, hard reset',
  source: 'SpikingJelly IFNode',
  parameters: { threshold },
  charge: ({ x, state: { v } }) => add(v, x),
  fire: ({ h, p }) => spike(h, p.threshold),
  reset: ({ h, s }) => ({ v: mul(h, sub(1, stopGradient(s))) }),
  surrogate: { name: 'sigmoid', alpha: 4 },
});
