/**
 * Synapses with their own time (HetSyn; Deng et al., NeurIPS 2025, sections 3.1 to 3.3, rebuilt from the authors' hetsyn_base.py): integration
 * happens in the current of each synapse, which has a decay of its own, learned,
 *
 *     I_ji,t = r_ji I_ji,t-1 + w_ji x_i,t        X_j,t = sum_i I_ji,t        r in [0, 1], clamped after every step of training
 *
 * and the neuron behind has no membrane besides (src/neurons/hetsyn.ts). With equal decays it is a layer in front of LIF neurons with soft
 * reset, with one decay a neuron one of neurons with time constants of their own (test/model/hetsyn.test.ts).
 *
 * Chosen here, for time steps are samples of a ray: time constants begin uniform in 1 to 5 samples, r = exp(-1/tau) (the authors have 5 to 20 ms
 * at 1 ms; docs/results.md compares four ranges); weights begin as those of a dense layer.
 */
import { dense } from './dense.ts';
import type { LayerKind } from './layer-kind.ts';

/** Samples. */
const FIRST_TIME_CONSTANTS = [1, 5] as const;

/** The decay with which a synapse begins. @param uniform in [0, 1) */
export function firstDecay(uniform: number): number {
  const [shortest, longest] = FIRST_TIME_CONSTANTS;
  return Math.exp(-1 / (shortest + uniform * (longest - shortest)));
}

export const hetsyn: LayerKind = {
  name: 'hetsyn',
  description: 'a current for every synapse, with a learned decay of its own (HetSyn)',
  tensors: (size) => [
    ...dense.tensors(size),
    { suffix: '.decay', shape: [size.inputs, size.outputs], bound: 0, drawn: firstDecay, range: [0, 1] },
  ],
  currents: (ops, rows, tensors) => dense.currents(ops, rows, tensors),
  memory: {
    floats: ({ inputs, outputs }) => inputs * outputs,
    step: ({ add, scale, perSynapse, sumOverInputs }, rows, before, [matrix, decay]) => {
      const added = perSynapse(rows, matrix);
      const state = before === null ? added : add(scale(before, decay), added);
      return { currents: sumOverInputs(state), state };
    },
  },
};
