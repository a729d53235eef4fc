/**
 * Weights of learned bits (adaptive bit allocation, equation of the quantised weight; gradients as the released code has them):
 *
 *     z = w / step        seen = step clamp(round(z), -q, q),  q = 2^(bits-1) - 1;  one bit: seen = step if z > 0, else -step; q = 1
 *
 *     d seen / dw = 1 where |z| <= q, else 0        d seen / dstep = round(z) - z there, else the sign of z times q
 *     d seen / dbits = step (q + 1) ln 2 sign(z) where |z| > q, else 0 (one bit: without the + 1)
 *
 * Halves are rounded away from zero. Only clipped weights ask for more bits; what asks for fewer is the bit budget (model/bit-budget.ts). LSQ's
 * factor 1 / sqrt(n q) on the step's gradient is left out: Adam's step does not depend on the size of a gradient.
 */
import {
  abs,
  add,
  div,
  exp,
  floor,
  ge,
  gt,
  max,
  min,
  mul,
  neg,
  round,
  select,
  stopGradient,
  straightThrough,
  sub,
  type Expr,
} from '../neurons/graph.ts';
import { learnedParameter, positive, wholeUpTo } from '../neurons/parameters.ts';
import { levelCodes } from './level-codes.ts';
import { defineQuantiser } from './quantiser.ts';

const MOST_BITS = 8;
const START_BITS = 4;
/** Bits change so many times slower than what else the network's learning rate moves. */
const RATE = 0.2;

/** q, with the derivative that the code gives it. */
function largest(bits: Expr): Expr {
  const several = ge(bits, 1.5);
  const value = select(several, sub(round(exp(mul(sub(bits, 1), Math.LN2))), 1), 1);
  return straightThrough(value, mul(bits, stopGradient(mul(select(several, add(value, 1), value), Math.LN2))));
}

/** The largest magnitude of weights of so many bits, in steps. */
function largestWeight(bits: number): number {
  return Math.max(1, 2 ** (bits - 1) - 1);
}

export const learnedBits = defineQuantiser({
  name: 'learned-bits',
  description: 'weights of learned bits and step',
  parameters: {
    step: learnedParameter('distance of two values', 0.1, positive),
    bits: learnedParameter('bits of a weight, rounded', START_BITS, wholeUpTo(MOST_BITS, RATE)),
  },
  bits: { parameter: 'bits', step: 'step', largest: largestWeight },
  codes: {
    size: 'step',
    form: (width) => (width === 1 ? levelCodes(2, -1, 2) : levelCodes(2 ** width - 1, -largestWeight(width))),
  },
  // LSQ
  start: (weights) => ({
    step: (2 * weights.reduce((sum, weight) => sum + Math.abs(weight), 0)) / weights.length / Math.sqrt(largestWeight(START_BITS)),
  }),
  value: (raw, { step, bits }) => {
    const z = div(raw, step);
    const q = largest(bits);
    const sign = select(gt(z, 0), 1, -1);
    const clipped = min(q, max(neg(q), z));
    // + 0: zero has one sign, as the codes that files hold.
    const whole = add(mul(sign, floor(add(abs(clipped), 0.5))), 0);
    return mul(step, straightThrough(select(ge(bits, 1.5), whole, sign), clipped));
  },
});
