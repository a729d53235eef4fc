/**
 * Weights below one bit (S2NN: codebooks of sign patterns, outlier-aware choice). A group is 8 consecutive inputs of an output; each is replaced by the
 * nearest of 16 patterns of signs, so that an index of 4 bits stands for 8 weights:
 *
 *     seen = scale code,   scale = mean |w| of the output,   code: the pattern b with the greatest <w', b>       d seen / dw = 1 (straight through)
 *
 * w' is the group with its outliers divided (OS-Quant): entries beyond the quartiles by 1.5 times their distance, by the mean distance to their
 * neighbours where that exceeds the scale; else they alone would choose the pattern.
 *
 * What the paper leaves open, or we could not read, chosen here (docs/results.md compares other scales, gradients and codebooks): groups along the inputs
 * (its are 3x3 kernels), neighbours within the group, linear quartiles, the scale, the gradient, and the codebook: the sign patterns that are most
 * frequent among the matrix's groups now, so that it is a function of the weights and nothing else has to be kept. The last layer is small and usually
 * left as it is: `network.quantiser=[sub-bit,sub-bit,null]`.
 */
import { mul, straightThrough } from '../neurons/graph.ts';
import { defineQuantiser, type Quantiser } from './quantiser.ts';
import { GROUP, INDEX_BITS, PATTERNS, signCodes } from './sign-groups.ts';

/** The entries of a group with what would dominate it divided. @param unit entries nearer to their neighbours than this are left */
export function scaleOutliers(group: Float32Array, neighbours: (entry: number) => readonly number[], unit: number): Float32Array {
  const [low, high] = fences(group);
  if (group.every((value) => value >= low && value <= high)) return group;
  return group.map((value, entry) => {
    if (value >= low && value <= high) return value;
    const around = neighbours(entry);
    const distance = around.reduce((sum, other) => sum + Math.abs(value - group[other]), 0) / around.length;
    return value / Math.max(1, distance / unit);
  });
}

/** Quartiles, by linear interpolation, moved outwards by 1.5 times their distance. */
function fences(values: Float32Array): [low: number, high: number] {
  const sorted = inserted(values);
  const first = quartile(sorted, 0.25);
  const third = quartile(sorted, 0.75);
  const reach = 1.5 * (third - first);
  return [first - reach, third + reach];
}

function quartile(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
}

/** Sorted by insertion: groups are small, and there are thousands of them in every training step. */
function inserted(values: Float32Array): Float32Array {
  const sorted = values.slice();
  for (let i = 1; i < sorted.length; i++) {
    const value = sorted[i];
    let at = i;
    for (; at > 0 && sorted[at - 1] > value; at--) sorted[at] = sorted[at - 1];
    sorted[at] = value;
  }
  return sorted;
}

/** Index of the pattern with the greatest inner product; the first of equals. */
export function nearestPattern(group: Float32Array, codebook: readonly (readonly number[])[]): number {
  let best = 0;
  let most = -Infinity;
  for (let index = 0; index < codebook.length; index++) {
    const pattern = codebook[index];
    let product = 0;
    for (let i = 0; i < group.length; i++) product += group[i] * pattern[i];
    if (product > most) [best, most] = [index, product];
  }
  return best;
}

/** The most frequent sign patterns of whole groups; of equals the one whose bits, + for 0, are the smaller number. */
function codebookOf(groups: readonly Float32Array[]): number[][] {
  const counts = new Map<number, number>();
  for (const group of groups) {
    let pattern = 0;
    for (let i = 0; i < group.length; i++) if (group[i] < 0) pattern |= 1 << i;
    counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  }
  const kept = [...counts].sort(([p, a], [q, b]) => b - a || p - q).slice(0, PATTERNS);
  return kept.map(([pattern]) => Array.from({ length: GROUP }, (_, i) => ((pattern >> i) & 1 ? -1 : 1)));
}

function meanMagnitudes(weights: Float32Array, inputs: number, outputs: number): Float32Array {
  const sums = new Float64Array(outputs);
  for (let i = 0; i < weights.length; i++) sums[i % outputs] += Math.abs(weights[i]);
  return Float32Array.from(sums, (sum) => sum / inputs);
}

/**
 * [in,out] of -1 and 1. The last group of an output is filled up with zeros.
 *
 * @param aware whether outliers are divided first
 */
function codes(weights: Float32Array, inputs: number, outputs: number, aware: boolean): Float32Array {
  const scales = meanMagnitudes(weights, inputs, outputs);
  const groups: { readonly values: Float32Array; readonly first: number; readonly output: number }[] = [];
  for (let output = 0; output < outputs; output++)
    for (let first = 0; first < inputs; first += GROUP) {
      const values = new Float32Array(GROUP);
      for (let i = 0; i < GROUP && first + i < inputs; i++) values[i] = weights[(first + i) * outputs + output];
      groups.push({ values, first, output });
    }
  const codebook = codebookOf(groups.map(({ values }) => values));
  const beside = (entry: number): number[] => [entry - 1, entry + 1].filter((other) => other >= 0 && other < GROUP);
  const seen = new Float32Array(weights.length);
  for (const { values, first, output } of groups) {
    const pattern = codebook[nearestPattern(aware ? scaleOutliers(values, beside, scales[output]) : values, codebook)];
    for (let i = 0; i < GROUP && first + i < inputs; i++) seen[(first + i) * outputs + output] = pattern[i];
  }
  return seen;
}

function signs(name: string, description: string, aware: boolean): Quantiser {
  return defineQuantiser({
    name,
    description,
    states: {
      code: {
        description: 'sign that stands for the weight',
        scope: 'weight',
        measure: (weights, inputs, outputs) => codes(weights, inputs, outputs, aware),
      },
      scale: { description: 'mean magnitude of the weights of an output', scope: 'channel', measure: meanMagnitudes },
    },
    storedBits: INDEX_BITS / GROUP,
    codes: signCodes,
    coarse: true,
    value: (raw, { code, scale }) => straightThrough(mul(scale, code), raw),
  });
}

export const subBit = signs('sub-bit', 'half a bit a weight: groups of eight signs out of a codebook of sixteen', true);

/** Without OS-Quant, to see what it does. */
export const subBitPlain = signs('sub-bit-plain', 'as sub-bit, outliers as they are', false);
