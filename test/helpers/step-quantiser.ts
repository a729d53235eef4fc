/** A quantiser as a program would bring its own: multiples of a learned step for every output, at most a share of the largest weight. */
import { defineQuantiser, expressions, learnedParameter, positive, registerQuantiser } from '../../src/index.ts';

const { clamp, div, mul, round, straightThrough } = expressions;

/** seen = step round(clamp(w, -limit, limit) / step), limit = 0.8 largest */
export const steps = defineQuantiser({
  name: 'steps',
  description: 'multiples of a learned step',
  parameters: { step: learnedParameter('distance of two values', 0.17, positive, 'channel') },
  states: {
    largest: {
      description: 'largest magnitude, following the weights slowly',
      next: (weights, before) => {
        const now = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
        return Number.isNaN(before) ? now : 0.9 * before + 0.1 * now;
      },
    },
  },
  value: (raw, { step, largest }) => {
    const limit = mul(largest, 0.8);
    const inSteps = div(clamp(raw, mul(limit, -1), limit), step);
    return mul(step, straightThrough(round(inSteps), inSteps));
  },
});

registerQuantiser(steps);
