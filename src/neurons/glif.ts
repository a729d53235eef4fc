/**
 * Gated LIF (Yao et al., NeurIPS 2022; the authors' layers.py): leak, input and reset are each a learned mixture of two behaviours.
 *
 *     U_t = (1 - alpha (1 - tau)) U_{t-1} (1 - gamma S_{t-1}) - (1 - alpha) leak + (1 - beta (1 - conductance)) X_t
 *           - (1 - gamma) resetBy S_{t-1}                                                          S_t = 1[U_t >= threshold]
 *
 * alpha: exponential (1) or linear (0) leak; beta: scaled or plain input; gamma: hard reset to 0 or soft reset by `resetBy`. All are sigmoids
 * of free numbers. Nothing is detached. The state V carries everything of S_{t-1}, so that it starts at 0.
 *
 * The paper's conductance has one value for every time step; rays have no fixed number of steps, so it is one value a neuron here. Starts near
 * our LIF: tau and conductance 0.5, alpha, beta, gamma 0.8. The threshold and the soft reset have exponentials instead of sigmoids, because a
 * sigmoid cannot reach 1. Gaps of `pad` leak like any step; the linear leak only lowers a potential.
 */
import { defineNeuron, type NeuronDefinition } from './define-neuron.ts';
import { add, mul, spike, sub } from './graph.ts';
import { learnedParameter, positive, unit, type Scope } from './parameters.ts';

function gatedLif(name: string, scope: Scope): NeuronDefinition {
  return defineNeuron({
    name,
    summary: `gated LIF, all parameters learned, one each a ${scope === 'channel' ? 'neuron' : 'layer'}`,
    source: 'Yao et al., GLIF, NeurIPS 2022, arXiv 2210.13768; code Ikarosy/Gated-LIF (one conductance for all steps)',
    parameters: {
      alpha: learnedParameter('gate: exponential rather than linear leak', 0.8, unit, scope),
      beta: learnedParameter('gate: scaled rather than plain input', 0.8, unit, scope),
      gamma: learnedParameter('gate: hard rather than soft reset', 0.8, unit, scope),
      tau: learnedParameter('factor of the exponential leak', 0.5, unit, scope),
      leak: learnedParameter('linear leak a step', 1 / 32, unit, scope),
      conductance: learnedParameter('factor of the scaled input', 0.5, unit, scope),
      resetBy: learnedParameter('size of the soft reset', 1, positive, scope),
      threshold: learnedParameter('firing threshold', 1, positive, scope),
    },
    charge: ({ x, state: { v }, p }) => add(sub(v, mul(sub(1, p.alpha), p.leak)), mul(x, sub(1, mul(p.beta, sub(1, p.conductance))))),
    fire: ({ h, p }) => spike(h, p.threshold),
    reset: ({ h, s, p }) => {
      const kept = mul(mul(h, sub(1, mul(p.alpha, sub(1, p.tau)))), sub(1, mul(p.gamma, s)));
      return { v: sub(kept, mul(mul(sub(1, p.gamma), p.resetBy), s)) };
    },
    surrogate: { name: 'rectangle', alpha: 1 },
  });
}

export const glif = gatedLif('glif', 'channel');
export const glifLayer = gatedLif('glif-layer', 'layer');
