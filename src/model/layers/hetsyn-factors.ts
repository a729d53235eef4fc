/**
 * HetSyn, factorised (Deng et al., NeurIPS 2025, with few decays in place of one a synapse): every input has P weights to a neuron, one for each of
 * the neuron's P learned decays, so that what is learned of a synapse is which of them it uses, and how much of each,
 *
 *     I_jp,t = r_jp I_jp,t-1 + sum_i w_ijp x_i,t        X_j,t = sum_p I_jp,t        r in [0, 1], clamped after every step of training
 *
 * A decay is linear, so that it may follow the sum: sum_i w_ijp F_r(x_i) = F_r(sum_i w_ijp x_i) with the filter F_r. P numbers a neuron are carried in
 * place of one a synapse, and a spike adds rows of weights as in front of any layer, P of them. The exact form is the case of as many decays as inputs.
 *
 * Chosen here: the decays are those of the neuron that is reached. Were they the input's, what is filtered would be spikes that have become real
 * numbers, and each of the P weights a multiplication. Decays begin as those of the exact form, weights so that X has the variance of a dense layer.
 */
import { firstDecay } from './hetsyn.ts';
import type { LayerKind } from './layer-kind.ts';

export function hetsynFactors(decays: number): LayerKind {
  return {
    name: `hetsyn-${decays}`,
    description: `${decays} learned ${decays === 1 ? 'decay' : 'decays'} a neuron, and a weight for each of a synapse (HetSyn, factorised)`,
    tensors: ({ inputs, outputs }) => [
      { suffix: '', shape: [inputs, decays * outputs], bound: 1 / Math.sqrt(decays * inputs) },
      { suffix: '.decay', shape: [decays * outputs], bound: 0, drawn: firstDecay, range: [0, 1] },
    ],
    currents: ({ multiply, sumParts }, rows, [matrix]) => sumParts(multiply(rows, matrix), decays),
    memory: {
      sums: decays,
      floats: ({ outputs }) => decays * outputs,
      step: ({ multiply, add, scale, sumParts }, rows, before, [matrix, decay]) => {
        const added = multiply(rows, matrix);
        const state = before === null ? added : add(scale(before, decay), added);
        return { currents: sumParts(state, decays), state };
      },
    },
  };
}

/** What a time step of an ANN, which carries nothing, sees of a matrix [in, parts*out]: [in, out]. */
export function summedParts(matrix: Float32Array, parts: number, outputs: number): Float32Array {
  const columns = parts * outputs;
  return Float32Array.from({ length: matrix.length / parts }, (_, i) => {
    const first = Math.floor(i / outputs) * columns + (i % outputs);
    let sum = 0;
    for (let part = 0; part < parts; part++) sum += matrix[first + part * outputs];
    return sum;
  });
}
