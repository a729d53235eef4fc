/**
 * Weights below one bit (S2NN: codebooks of sign patterns, outlier-aware choice). A group is 8 consecutive inputs of an output; each is replaced by the
 * nearest of 16 patterns of signs, so that an index of 4 bits stands for 8 weights:
 *
 *     seen = scale code,   scale = mean |w| of the output,   code: the pattern b with the greatest <w', b>       d seen / dw = 1 (straight through)
 *
 * w' is the group with its outliers divided (OS-Quant): entries beyond the quartiles by 1.5 times their distance, by the mean distance to their
 * neighbours where that exceeds the scale; else they alone would choose the pattern.
 *
 * What the paper leaves open, or we could not read, and has not been compared with other choices here: groups along the inputs (its are 3x3 kernels),
 * neighbours within the group, linear quartiles, the scale, the gradient, and the codebook: the sign patterns that are most frequent among the matrix's
 * groups now, so that it is a function of the weights and nothing else has to be kept. The last layer is small and usually left as it is:
 * `network.quantiser=[sub-bit,sub-bit,null]`.
 */
import { mul, straightThrough } from '../neurons/graph.ts';
import { defineQuantiser } from './quantiser.ts';

/** Weights of a group. */
const GROUP = 8;
const INDEX_BITS = 4;

/** The entries of a group with what would dominate it divided. @param unit entries nearer to their neighbours than this are left */
export function scaleOutliers(group: Float32Array, neighbours: (entry: number) => readonly number[], unit: number): Float32Array {
  const [low, high] = fences(group);
  return group.map((value, entry) => {
    if (value >= low && value <= high) return value;
    const around = neighbours(entry);
    const distance = around.reduce((sum, other) => sum + Math.abs(value - group[other]), 0) / around.length;
    return value / Math.max(1, distance / unit);
  });
}

/** Quartiles, by linear interpolation, moved outwards by 1.5 times their distance. */
function fences(values: Float32Array): [low: number, high: number] {
  const sorted = values.slice().sort();
  const quartile = (share: number): number => {
    const at = share * (sorted.length - 1);
    const below = Math.floor(at);
    return sorted[below] + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
  };
  const [first, third] = [quartile(0.25), quartile(0.75)];
  const reach = 1.5 * (third - first);
  return [first - reach, third + reach];
}

/** Index of the pattern with the greatest inner product; the first of equals. */
export function nearestPattern(group: Float32Array, codebook: readonly (readonly number[])[]): number {
  let best = 0;
  let most = -Infinity;
  codebook.forEach((pattern, index) => {
    let product = 0;
    for (let i = 0; i < group.length; i++) product += group[i] * pattern[i];
    if (product > most) [best, most] = [index, product];
  });
  return best;
}

/** The most frequent sign patterns of whole groups; of equals the one whose bits, + for 0, are the smaller number. */
function codebookOf(groups: readonly Float32Array[]): number[][] {
  const counts = new Map<number, number>();
  for (const group of groups) {
    let pattern = 0;
    group.forEach((value, i) => (pattern |= value < 0 ? 1 << i : 0));
    counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  }
  const kept = [...counts].sort(([p, a], [q, b]) => b - a || p - q).slice(0, 2 ** INDEX_BITS);
  return kept.map(([pattern]) => Array.from({ length: GROUP }, (_, i) => ((pattern >> i) & 1 ? -1 : 1)));
}

function meanMagnitudes(weights: Float32Array, inputs: number, outputs: number): Float32Array {
  const sums = new Float64Array(outputs);
  weights.forEach((weight, i) => (sums[i % outputs] += Math.abs(weight)));
  return Float32Array.from(sums, (sum) => sum / inputs);
}

/** [in,out] of -1 and 1. The last group of an output is filled up with zeros. */
function codes(weights: Float32Array, inputs: number, outputs: number): Float32Array {
  const scales = meanMagnitudes(weights, inputs, outputs);
  const groups: { readonly values: Float32Array; readonly first: number; readonly output: number }[] = [];
  for (let output = 0; output < outputs; output++)
    for (let first = 0; first < inputs; first += GROUP) {
      const values = Float32Array.from({ length: GROUP }, (_, i) => (first + i < inputs ? weights[(first + i) * outputs + output] : 0));
      groups.push({ values, first, output });
    }
  const codebook = codebookOf(groups.map(({ values }) => values));
  const beside = (entry: number): number[] => [entry - 1, entry + 1].filter((other) => other >= 0 && other < GROUP);
  const seen = new Float32Array(weights.length);
  for (const { values, first, output } of groups) {
    const pattern = codebook[nearestPattern(scaleOutliers(values, beside, scales[output]), codebook)];
    for (let i = 0; i < GROUP && first + i < inputs; i++) seen[(first + i) * outputs + output] = pattern[i];
  }
  return seen;
}

export const subBit = defineQuantiser({
  name: 'sub-bit',
  description: 'half a bit a weight: groups of eight signs out of a codebook of sixteen',
  states: {
    code: { description: 'sign that stands for the weight', scope: 'weight', measure: codes },
    scale: { description: 'mean magnitude of the weights of an output', scope: 'channel', measure: meanMagnitudes },
  },
  storedBits: INDEX_BITS / GROUP,
  value: (raw, { code, scale }) => straightThrough(mul(scale, code), raw),
});
