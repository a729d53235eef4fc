/**
 * Weights of few bits with a step of their own for each output (a row scale, as the binary networks have it that S2NN builds on):
 *
 *     seen = step code,   code: the nearest of L equally far values       d seen / dw = 1 (straight through)
 *
 * L = 2^bits values lie half a step beside the whole ones (-3/2, -1/2, 1/2, 3/2 with two bits); `ternary-rows` has -1, 0 and 1, five of which take a
 * byte. The step is near that of the least squared error of the output's weights, searched anew after every training
 * step, so that nothing is learned beside the weights. In hidden dense layers behind spikes it can go into the neurons' thresholds: what is left are odd
 * multiples of half a step, or -1, 0 and 1.
 *
 * Layers differ in what bits are worth to them (docs/results.md): layer 1 and the last need more, the second, which has most weights, takes three values.
 * Chosen here: steps for outputs, the search for them, the gradient.
 */
import { add, div, floor, max, min, mul, straightThrough, type Expr } from '../neurons/graph.ts';
import { levelCodes } from './level-codes.ts';
import { defineQuantiser, type Quantiser } from './quantiser.ts';

/** Steps that the search begins with: from what suits normally distributed weights to what reaches the largest. */
const CANDIDATES = 4;
/** Its turns: codes for the step, then the step for the codes. */
const TURNS = 3;
const LEAST_STEP = 1e-8;

/** Equally far values, from `lowest` to `lowest + values - 1` steps. */
interface Codes {
  readonly values: number;
  readonly lowest: number;
  /** The step of the least squared error for normally distributed weights, in their mean magnitude. */
  readonly normal: number;
}

/** @param z weight in steps */
function codeOf(z: number, lowest: number, highest: number): number {
  const code = Math.floor(z - lowest + 0.5) + lowest;
  return code < lowest ? lowest : code > highest ? highest : code;
}

/** A step near that of the least squared error of an output's weights. */
function bestStep(weights: Float32Array, { values, lowest, normal: inMean }: Codes): number {
  const highest = lowest + values - 1;
  let [sum, most] = [0, 0];
  for (const weight of weights) {
    const size = Math.abs(weight);
    sum += size;
    if (size > most) most = size;
  }
  const largest = most / highest;
  const normal = (inMean * sum) / weights.length;
  const low = Math.max(LEAST_STEP, 0.8 * Math.min(largest, normal));
  let [step, least] = [low, Infinity];
  for (let candidate = 0; candidate < CANDIDATES; candidate++) {
    const size = low * Math.max(1, largest / low) ** (candidate / (CANDIDATES - 1));
    let error = 0;
    for (const weight of weights) {
      const off = weight - size * codeOf(weight / size, lowest, highest);
      error += off * off;
    }
    if (error < least) [step, least] = [size, error];
  }
  for (let turn = 0; turn < TURNS; turn++) {
    let [along, square] = [0, 0];
    for (const weight of weights) {
      const code = codeOf(weight / step, lowest, highest);
      along += code * weight;
      square += code * code;
    }
    if (along > 0) step = Math.max(LEAST_STEP, along / square);
  }
  return step;
}

/** [out] */
function steps(weights: Float32Array, inputs: number, outputs: number, codes: Codes): Float32Array {
  const own = new Float32Array(inputs);
  return Float32Array.from({ length: outputs }, (_, output) => {
    for (let input = 0; input < inputs; input++) own[input] = weights[input * outputs + output];
    return bestStep(own, codes);
  });
}

function rows(name: string, description: string, storedBits: number, codes: Codes): Quantiser {
  const nearest = (z: Expr): Expr => add(codes.lowest, min(codes.values - 1, max(0, floor(add(z, 0.5 - codes.lowest)))));
  const form = levelCodes(codes.values, codes.lowest);
  return defineQuantiser({
    name,
    description,
    states: {
      step: {
        description: 'distance of two values of an output',
        scope: 'channel',
        measure: (weights, inputs, outputs) => steps(weights, inputs, outputs, codes),
      },
    },
    storedBits,
    codes: { size: 'step', form: () => form },
    value: (raw, { step }) => straightThrough(mul(step, nearest(div(raw, step))), raw),
  });
}

const BITS = { two: [2, 1.25], three: [3, 0.73], four: [4, 0.42], six: [6, 0.13] } as const;

/** `two-bit-rows` and so on. */
export const bitRows: readonly Quantiser[] = Object.entries(BITS).map(([word, [bits, normal]]) => {
  const values = 2 ** bits;
  return rows(`${word}-bit-rows`, `${word} bits a weight, a step for each output`, bits, { values, lowest: (1 - values) / 2, normal });
});

export const ternaryRows = rows('ternary-rows', 'three values a weight, a step for each output', 8 / 5, {
  values: 3,
  lowest: -1,
  normal: 1.53,
});
