/**
 * Leaky integrate-and-fire with decayed input, hard reset to 0, reset detached (SpikingNeRF eq. 6, 7; SpikingJelly's LIFNode). sg: no
 * gradient.
 *
 *     H_t = V_{t-1} + (X_t - V_{t-1}) / tau      S_t = 1[H_t >= threshold]      V_t = (1 - sg(S_t)) H_t
 */
import { defineNeuron } from './define-neuron.ts';
import { add, div, mul, spike, stopGradient, sub, type Expr } from './graph.ts';
import { constantParameter } from './parameters.ts';

export const tau = constantParameter('membrane time constant, steps', 2, [1, 1000]);
export const threshold = constantParameter('firing threshold', 1, [1e-6, 1e6]);

export const chargeLif = ({ x, state: { v }, p }: { x: Expr; state: { v: Expr }; p: { tau: Expr } }): Expr => add(v, div(sub(x, v), p.tau));

export const resetLif = ({ h, s }: { h: Expr; s: Expr }): { v: Expr } => ({ v: mul(h, sub(1, stopGradient(s))) });

export const lif = defineNeuron({
  name: 'lif',
  summary: 'leaky integrate-and-fire, hard reset',
  source: 'Yao et al., SpikingNeRF, arXiv 2309.10987, eq. 6 and 7; SpikingJelly LIFNode',
  parameters: { tau, threshold },
  charge: chargeLif,
  fire: ({ h, p }) => spike(h, p.threshold),
  reset: resetLif,
  surrogate: { name: 'sigmoid', alpha: 4 },
});
