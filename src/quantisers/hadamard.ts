/**
 * Half a bit a weight with a codebook that never changes: a group of 8 consecutive inputs of an output becomes a row of the Hadamard matrix of order 8, or
 * its negative (the Reed-Muller code of first order), which are 16 patterns of signs, any two of them equal in half of their signs or in none:
 *
 *     c = H w,   k = argmax |c_k|,   code = sign(c_k) H_k      seen = scale code,   scale: of the least squared error, sum |c_k| / inputs
 *
 *     d seen / dw = 1 (straight through)
 *
 * The nearest pattern is found by the fast transform, 24 additions a group. What files hold and kernels look up is that of `sub-bit` (sign-groups.ts),
 * whose codebook follows the weights: there a step of training may change groups all over the matrix, whose own weights hardly moved, here the signs of
 * a group follow its own weights alone (docs/results.md compares them). S2NN says nothing of such a codebook that we know.
 */
import { mul, straightThrough } from '../neurons/graph.ts';
import { defineQuantiser } from './quantiser.ts';
import { GROUP, groupsOf, INDEX_BITS, signCodes } from './sign-groups.ts';

/** In place: c_k = sum over i of (-1)^(bits that k and i share) w_i. */
function transform(group: Float32Array): void {
  for (let half = 1; half < group.length; half *= 2)
    for (let i = 0; i < group.length; i++) {
      if ((i & half) !== 0) continue;
      const [a, b] = [group[i], group[i + half]];
      group[i] = a + b;
      group[i + half] = a - b;
    }
}

/** Sign i of row k. */
function signOf(k: number, i: number): number {
  const shared = k & i;
  return ((shared ^ (shared >> 1) ^ (shared >> 2)) & 1) === 0 ? 1 : -1;
}

/** Calls `found` with the row nearest to each group, and c_k; the first of equals. */
function eachNearest(
  weights: Float32Array,
  inputs: number,
  outputs: number,
  found: (output: number, first: number, row: number, product: number) => void,
): void {
  const group = new Float32Array(GROUP);
  for (let at = 0; at < groupsOf(inputs) * outputs; at++) {
    const output = at % outputs;
    const first = GROUP * Math.floor(at / outputs);
    for (let i = 0; i < GROUP; i++) group[i] = first + i < inputs ? weights[(first + i) * outputs + output] : 0;
    transform(group);
    let row = 0;
    for (let k = 1; k < GROUP; k++) if (Math.abs(group[k]) > Math.abs(group[row])) row = k;
    found(output, first, row, group[row]);
  }
}

/** [in,out] of -1 and 1 */
function codes(weights: Float32Array, inputs: number, outputs: number): Float32Array {
  const seen = new Float32Array(weights.length);
  eachNearest(weights, inputs, outputs, (output, first, row, product) => {
    const sign = product < 0 ? -1 : 1;
    for (let i = 0; i < GROUP && first + i < inputs; i++) seen[(first + i) * outputs + output] = sign * signOf(row, i);
  });
  return seen;
}

/** [out] */
function scales(weights: Float32Array, inputs: number, outputs: number): Float32Array {
  const sums = new Float64Array(outputs);
  eachNearest(weights, inputs, outputs, (output, _first, _row, product) => (sums[output] += Math.abs(product)));
  return Float32Array.from(sums, (sum) => sum / inputs);
}

export const hadamard = defineQuantiser({
  name: 'hadamard',
  description: 'half a bit a weight: groups of eight signs, rows of a Hadamard matrix and their negatives',
  states: {
    code: { description: 'sign that stands for the weight', scope: 'weight', measure: codes },
    scale: { description: 'size of the signs of an output', scope: 'channel', measure: scales },
  },
  storedBits: INDEX_BITS / GROUP,
  codes: signCodes,
  coarse: true,
  value: (raw, { code, scale }) => straightThrough(mul(scale, code), raw),
});
