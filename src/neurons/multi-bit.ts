/**
 * Spikes 0 to 2^bits - 1: the refined multi-bit neuron of adaptive bit allocation (rounding in place of flooring, reset by subtraction) with
 * spikes for outputs, the samples of a ray for its time steps, and a leak of every neuron that is learned. The size of a step is 1: the weights
 * before and behind a layer carry it. What is left after a spike is bounded by half a step, so that a neuron which was far below its first
 * threshold, as most are, does not silence the samples behind; and silence never fires. sg: no gradient; M = 2^bits - 1:
 *
 *     H_t = leak V_{t-1} + X_t      S_t = clamp(round(H_t), 0, M)      V_t = clamp(H_t - sg(S_t), -1/2, 1/2)
 *
 * The surrogates of the M thresholds, triangles, add up to 1 where 1/2 <= H <= M - 1/2 and fall to 0 at -1/2 and M + 1/2: the straight-through
 * gradient of the rounded and clamped ReLU, without edges. One of them would lie at 0, where potentials of silence decay to.
 */
import { defineNeuron, type NeuronDefinition } from './define-neuron.ts';
import { add, clamp, constant, mul, spike, stopGradient, sub, type Expr } from './graph.ts';
import { learnedParameter, unit } from './parameters.ts';

/** 1[h >= 1/2] + 1[h >= 3/2] + ... up to `most`. */
function rounded(h: Expr, most: number): Expr {
  const spikes = Array.from({ length: most }, (_, level): Expr => spike(h, constant(level + 0.5)));
  return spikes.reduce((sum, term) => add(sum, term));
}

function multiBit(name: string, bits: number): NeuronDefinition {
  const most = 2 ** bits - 1;
  return defineNeuron({
    name,
    summary: `spikes 0 to ${most}, reset by subtraction, learned leak`,
    source:
      'Yao et al., "Towards Efficient and Accurate Spiking Neural Networks via Adaptive Bit Allocation", arXiv 2506.23717 (with a leak)',
    parameters: { leak: learnedParameter('share of the rest that the next time step begins with', 0.1, unit, 'channel') },
    charge: ({ x, state: { v }, p }) => add(mul(p.leak, v), x),
    fire: ({ h }) => rounded(h, most),
    reset: ({ h, s }) => ({ v: clamp(sub(h, stopGradient(s)), -0.5, 0.5) }),
    surrogate: { name: 'triangle', alpha: 1 },
  });
}

export const threeBit = multiBit('three-bit', 3);
export const fourBit = multiBit('four-bit', 4);
