/**
 * Spikes {0, 1, 2} (Spik-NeRF, section 3.3.2: margin 1 between the two thresholds). The paper's reset and its surrogate are not known to us.
 * Reset by subtraction, detached, was chosen by ablation (docs/results.md); what a saturated neuron keeps is bounded by the threshold, so that
 * silence never fires. One surrogate a threshold, added up: with `straight-through` and threshold 0.5 the sum is 1 where 0 <= H <= 2, the rule
 * of the group's Ternary Spike code. sg: no gradient.
 *
 *     H_t = V_{t-1} + (X_t - V_{t-1}) / tau      S_t = 1[H_t >= threshold] + 1[H_t >= threshold + margin]
 *     V_t = min(threshold, H_t - margin sg(S_t))
 */
import { defineNeuron } from './define-neuron.ts';
import { add, div, min, mul, spike, stopGradient, sub } from './graph.ts';
import { tau } from './lif.ts';
import { constantParameter } from './parameters.ts';

export const ternary = defineNeuron({
  name: 'ternary',
  summary: 'leaky, spikes 0, 1 or 2, reset by subtraction',
  source: 'Wan et al., Spik-NeRF, NeurIPS 2025, section 3.3 (reset and surrogate inferred)',
  parameters: {
    tau,
    threshold: constantParameter('threshold of the first spike', 0.5, [1e-6, 1e6]),
    margin: constantParameter('distance to the threshold of the second spike', 1, [1e-6, 1e6]),
  },
  charge: ({ x, state: { v }, p }) => add(v, div(sub(x, v), p.tau)),
  fire: ({ h, p }) => add(spike(h, p.threshold), spike(h, add(p.threshold, p.margin))),
  reset: ({ h, s, p }) => ({ v: min(p.threshold, sub(h, mul(p.margin, stopGradient(s)))) }),
  surrogate: { name: 'sigmoid', alpha: 4 },
});
