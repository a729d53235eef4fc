/**
 * The refined neuron of adaptive bit allocation (section "Refined neuron" and the code's quantiser, range of positive spikes) on the time axis of
 * rays: the potential, in steps, is rounded to a whole number of so many bits as the layer has learned. The step serves at once as threshold, size
 * and quantisation step of a spike. sg: no gradient; q: the largest spike.
 *
 *     H_t = V_{t-1} / tau + X_t        z = H_t / step        S_t = clamp(round(z), 0, q),  q = 2^bits - 1        output: step S_t
 *     V_t = sg(clamp(H_t - step S_t, -step/2, step/2))
 *
 *     dS/dz = 1 where 0 <= z <= q, else 0       dS/dbits = (q + 1) ln 2 where z > q, else 0 (one bit: ln 2, as the code has it)
 *
 * so that with the output step S the step has the gradient of LSQ, round(z) - z inside and q above. LSQ's factor 1 / sqrt(n q) on it is left out:
 * Adam's step does not depend on the size of a gradient. A half is rounded up, with one bit down, as the code does.
 *
 * Surrogates of the thresholds count for the spike penalty alone.
 *
 * Other than there: what is left after a spike is bounded, so that a neuron far from its range does not silence or excite the samples behind, and
 * silence never fires; tau = 2, because the time steps are samples of a ray, which are not shown the same thing (tau = 1 there); steps and bits are
 * those of a layer for all time steps, because rays differ in length.
 */
import { defineNeuron } from './define-neuron.ts';
import { add, clamp, div, ge, max, min, mul, neg, select, spike, stopGradient, straightThrough, sub, type Expr } from './graph.ts';
import { constantParameter, learnedParameter, positive, wholeUpTo } from './parameters.ts';

/** Kernels have a comparison for each of 2^3 - 1 spikes. */
const MOST_BITS = 3;
/** No potential reaches it. */
const UNREACHED = 1e30;
/** The least 32-bit number above one half: with one bit a potential of exactly half a step is silent. */
const ABOVE_HALF = 0.5 + 2 ** -24;

/** The largest spike, with the derivative of 2^bits - 1. */
function largestSpike(bits: Expr): Expr {
  const value = select(ge(bits, 2.5), 7, select(ge(bits, 1.5), 3, 1));
  const slope = mul(select(ge(bits, 1.5), add(value, 1), value), Math.LN2);
  return straightThrough(value, mul(bits, stopGradient(slope)));
}

function threshold(level: number, bits: Expr): Expr {
  if (level === 1) return select(ge(bits, 1.5), 0.5, ABOVE_HALF);
  return select(ge(bits, Math.ceil(Math.log2(level + 1)) - 0.5), level - 0.5, UNREACHED);
}

export const learnedBits = defineNeuron({
  name: 'learned-bits',
  summary: 'spikes of learned bits and size, reset by subtraction',
  source:
    'Yao et al., "Towards Efficient and Accurate Spiking Neural Networks via Adaptive Bit Allocation", arXiv 2506.23717 (with a leak, rest bounded)',
  parameters: {
    tau: constantParameter('time constant of the rest in steps; 1: no leak', 2, [1, 1e6]),
    step: learnedParameter('threshold, size and quantisation step of a spike', 1, positive),
    bits: learnedParameter('bits of a spike, rounded', 3, wholeUpTo(MOST_BITS)),
  },
  charge: ({ x, state: { v }, p }) => add(div(v, p.tau), x),
  fire: ({ h, p }) => {
    const z = div(h, p.step);
    const levels = Array.from({ length: 2 ** MOST_BITS - 1 }, (_, i) => spike(z, threshold(i + 1, p.bits)));
    return straightThrough(
      levels.reduce((sum: Expr, level) => add(sum, level)),
      min(largestSpike(p.bits), max(0, z)),
    );
  },
  reset: ({ h, s, p }) => {
    const half = mul(p.step, 0.5);
    return { v: stopGradient(clamp(sub(h, mul(p.step, s)), neg(half), half)) };
  },
  amplitude: 'step',
  bits: 'bits',
  surrogate: { name: 'triangle', alpha: 1 },
});
