/**
 * LIF (lif.ts) whose neurons have thresholds of their own while they train: a training step says how far each is raised (train/regulation.ts), and
 * nothing is raised in a picture.
 *
 *     H_t = V_{t-1} + (X_t - V_{t-1}) / tau      S_t = 1[H_t >= threshold + rise]      V_t = (1 - sg(S_t)) H_t
 */
import { defineNeuron, type NeuronDefinition } from './define-neuron.ts';
import { add, spike } from './graph.ts';
import { chargeLif, resetLif, tau, threshold } from './lif.ts';
import { constantParameter } from './parameters.ts';

/** The parameter that training steps set, [W]; 0 everywhere else. */
export const RISE = 'rise';

/** Whether training raises its thresholds by how often neurons fire. */
export function isRaised({ parameters }: NeuronDefinition): boolean {
  return Object.hasOwn(parameters, RISE);
}

export const regulatedLif = defineNeuron({
  name: 'lif-regulated',
  summary: 'LIF whose firing is balanced in training: thresholds rise where a neuron fires more than the others',
  source: 'LIF; the rule from Goupy et al., arXiv 2410.17066 (competition regulation), on hidden neurons',
  parameters: { tau, threshold, rise: { ...constantParameter('how far training has raised the threshold', 0, [0, 0]), scope: 'channel' } },
  charge: chargeLif,
  fire: ({ h, p }) => spike(h, add(p.threshold, p.rise)),
  reset: resetLif,
  surrogate: { name: 'sigmoid', alpha: 4 },
});
