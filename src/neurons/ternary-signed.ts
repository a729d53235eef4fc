/**
 * Spikes {-1, 0, 1} times a trained amplitude, one a layer, that can be folded into the next weights (Guo et al., Ternary Spike, AAAI 2024,
 * the trainable form o = a b). Hard reset on any spike. The paper's decay 0.25 without input scaling is replaced by our leak with decayed
 * input; one surrogate a threshold. Two spikes of opposite sign never meet: the thresholds are +-threshold with threshold > 0.
 *
 *     H_t = V_{t-1} + (X_t - V_{t-1}) / tau      B_t = 1[H_t >= threshold] - 1[-H_t >= threshold]      S_t = a B_t      V_t = H_t if B_t = 0, else 0
 */
import { defineNeuron } from './define-neuron.ts';
import { abs, add, div, ge, neg, select, spike, sub } from './graph.ts';
import { tau } from './lif.ts';
import { constantParameter, learnedParameter, positive } from './parameters.ts';

export const ternarySigned = defineNeuron({
  name: 'ternary-signed',
  summary: 'leaky, spikes -1, 0 or 1 times a learned amplitude, hard reset',
  source: 'Guo et al., Ternary Spike, AAAI 2024 (leak as LIF)',
  parameters: {
    tau,
    threshold: constantParameter('threshold of a spike of either sign', 0.5, [1e-6, 1e6]),
    amplitude: learnedParameter('size of a spike', 1, positive),
  },
  charge: ({ x, state: { v }, p }) => add(v, div(sub(x, v), p.tau)),
  fire: ({ h, p }) => sub(spike(h, p.threshold), spike(neg(h), p.threshold)),
  reset: ({ h, p }) => ({ v: select(ge(abs(h), p.threshold), 0, h) }),
  amplitude: 'amplitude',
  surrogate: { name: 'sigmoid', alpha: 4 },
});
