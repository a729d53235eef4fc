/** What a network may be made of: every neuron and surrogate, quantised weights, synapses with time. Seeds as in cases.ts. */
import { NO_LOSS_TERMS } from '../../src/engine/backend.ts';
import { builtInNeurons } from '../../src/neurons/index.ts';
import type { NetworkSpec } from '../../src/model/field-spec.ts';
import { lif } from '../../src/neurons/lif.ts';
import { regulatedLif } from '../../src/neurons/regulated-lif.ts';
import { relu } from '../../src/neurons/relu.ts';
import { SURROGATE_NAMES } from '../../src/neurons/surrogates.ts';
import '../helpers/step-quantiser.ts';
import { teacherColour } from './case-options.ts';
import type { ConformanceCase } from './cases.ts';

/** Seeds of trainings where 2 will not do. */
const TRAIN_SEEDS: Readonly<Record<string, number>> = { 'glif-layer': 3, ternary: 4 };

/** Seeds of cases where 1 will not do. */
const SEEDS: Readonly<Record<string, number>> = {
  'ternary, repeat, 48 neurons': 2,
  'glif-layer, repeat, 48 neurons': 2,
  'learned-bits, condense': 4,
  'learned-bits, far to near': 2,
  'learned-bits, repeat, 48 neurons': 5,
};

export function caseSeed(name: string): number {
  return SEEDS[name] ?? 1;
}

/**
 * The other neurons in the modes in which their states, lists and starts differ; one of them with every surrogate, at a threshold where the
 * edges of the surrogates do not fall on the silence of padding.
 */
export const otherNeuronCases: readonly ConformanceCase[] = [
  ...builtInNeurons.filter((neuron) => ![lif, relu, regulatedLif].includes(neuron)).flatMap(({ name }) => neuronCases(name)),
  ...SURROGATE_NAMES.map((surrogate) => ({
    name: `ternary, ${surrogate}`,
    options: { seed: 1, network: { neuron: 'ternary', surrogate, neuronParameters: { threshold: 0.6 } } },
  })),
];

/** Kernels are generated for a width, and some for repeats: the two are seen together, the other modes share most of theirs. */
function neuronCases(neuron: string): ConformanceCase[] {
  // With sixteen places where its gradient jumps, few rays leave none of them to rounding for ten steps; what leaks quickly comes near 0 in gaps.
  const learnsBits = neuron === 'learned-bits';
  const training = { trainSeed: TRAIN_SEEDS[neuron] ?? 2, trainRays: learnsBits ? 8 : 18 };
  const slow = learnsBits ? { neuronParameters: { tau: 1.1 } } : {};
  const one = (mode: string, network: Partial<NetworkSpec>): ConformanceCase => {
    const name = `${neuron}, ${mode}`;
    return { name, options: { rays: 18, seed: caseSeed(name), network: { neuron, ...network } } };
  };
  return [
    { ...one('condense', {}), ...training },
    one('far to near', { order: 'far-to-near' }),
    one('pad', { temporal: 'pad', ...slow }),
    one('repeat, 48 neurons', { temporal: 'repeat', width: 48 }),
  ];
}

/** Too few bits of weights, too many of spikes. */
const budget = {
  weights: { target: 5, penalty: 0.03, settles: false },
  spikes: { target: 2, penalty: 0.05, settles: false },
  repeats: null,
};
/** Nothing has more bits. */
const atRest = { target: 8, penalty: 0.1, settles: true };

/** Weights that kernels see through a quantiser with a learned parameter and a state; one that a program brings along. */
export const quantiserCases: readonly ConformanceCase[] = [
  { name: 'LIF, all layers quantised', options: { seed: 1, network: { quantiser: 'steps' } }, trainSeed: 2 },
  {
    name: 'PLIF, pad, the first and the last quantised',
    options: { seed: 1, network: { neuron: 'plif', temporal: 'pad', quantiser: ['steps', null, 'steps'] } },
  },
  {
    name: 'learned bits of weights and spikes, with a budget',
    options: {
      rays: 18,
      seed: 12,
      network: { neuron: 'learned-bits', quantiser: 'learned-bits' },
      loss: { ...NO_LOSS_TERMS, bits: budget },
    },
  },
  {
    name: 'LIF, weights of learned bits, with a budget',
    options: { seed: 1, network: { quantiser: 'learned-bits' }, loss: { ...NO_LOSS_TERMS, bits: budget } },
    trainSeed: 2,
  },
  {
    name: 'LIF, weights of learned bits at rest within their budget',
    options: { seed: 1, network: { quantiser: 'learned-bits' }, loss: { ...NO_LOSS_TERMS, bits: { ...budget, weights: atRest } } },
    trainSeed: 2,
  },
  { name: 'LIF, half a bit a weight', options: { seed: 1, network: { quantiser: ['sub-bit', 'sub-bit', null] } }, trainSeed: 11 },
  {
    name: 'ternary, half a bit a weight, most neurons fire',
    options: { seed: 2, network: { neuron: 'ternary', neuronParameters: { threshold: 0.02 }, quantiser: ['sub-bit', 'sub-bit', null] } },
  },
  {
    name: 'ternary, few bits a weight, a step for each output',
    options: { seed: 1, network: { neuron: 'ternary', quantiser: ['three-bit-rows', 'ternary-rows', 'six-bit-rows'] } },
    trainSeed: 1,
  },
  {
    name: 'ternary, half a bit a weight in layer 2, a fixed codebook',
    options: { seed: 1, network: { neuron: 'ternary', quantiser: ['two-bit-rows', 'hadamard', 'six-bit-rows'] } },
    trainSeed: 2,
  },
  { name: 'ReLU, 48 neurons, quantised', options: { seed: 1, network: { neuron: 'relu', width: 48, quantiser: 'steps' } } },
];

const synaptic = (first: string, second: string, width = 16): Partial<NetworkSpec> => ({
  neuron: 'hetsyn',
  width,
  layers: [first, second].map((kind) => ({ kind, width })),
});

/** Synapses with their own time. webgpu has the factorised form (synapses.gpu.test.ts), and says so where it is asked for the exact one. */
export const synapseCases: readonly ConformanceCase[] = [
  { name: 'HetSyn, condense', options: { seed: 1, rays: 18, network: synaptic('hetsyn', 'hetsyn') }, trainSeed: 1 },
  {
    name: 'HetSyn, pad, far to near',
    options: { seed: 1, rays: 18, network: { ...synaptic('hetsyn', 'hetsyn'), temporal: 'pad', order: 'far-to-near' } },
  },
  {
    name: 'HetSyn behind a dense layer, ternary, dropout',
    options: { seed: 2, rays: 8, network: { ...synaptic('dense', 'hetsyn', 48), neuron: 'ternary' }, settings: { dropout: 0.3 } },
  },
  {
    name: 'HetSyn behind a dense layer, three-bit',
    options: { seed: 1, rays: 8, network: { ...synaptic('dense', 'hetsyn'), neuron: 'three-bit' } },
  },
  {
    name: 'HetSyn in front of a dense layer, LIF, input spikes',
    options: { seed: 1, rays: 12, network: { ...synaptic('hetsyn', 'dense'), neuron: 'lif', featureLevels: 3, viewLevels: 4 } },
  },
  {
    name: 'HetSyn, repeat with Poisson encoding',
    options: { seed: 1, rays: 12, network: { ...synaptic('hetsyn', 'hetsyn'), temporal: 'repeat', encoding: 'poisson' } },
  },
  { name: 'HetSyn, two decays, condense', options: { seed: 1, rays: 18, network: synaptic('hetsyn-2', 'hetsyn-2') }, trainSeed: 1 },
  {
    name: 'HetSyn, four decays behind two, pad, far to near, ternary, dropout',
    options: {
      seed: 3,
      rays: 10,
      network: { ...synaptic('hetsyn-2', 'hetsyn-4', 48), neuron: 'ternary', temporal: 'pad', order: 'far-to-near' },
      settings: { dropout: 0.3 },
    },
  },
  {
    name: 'HetSyn, two decays behind exact, three-bit, input spikes',
    options: { seed: 1, rays: 12, network: { ...synaptic('hetsyn', 'hetsyn-2'), neuron: 'three-bit', featureLevels: 3, viewLevels: 4 } },
  },
  {
    name: 'HetSyn, one decay in front of a dense layer, repeat',
    options: { seed: 1, rays: 12, network: { ...synaptic('hetsyn-1', 'dense'), temporal: 'repeat' } },
    onGpu: false,
  },
  {
    name: 'HetSyn, two decays, repeat with Poisson encoding',
    options: { seed: 1, rays: 12, network: { ...synaptic('hetsyn-2', 'hetsyn-2'), temporal: 'repeat', encoding: 'poisson' } },
  },
  {
    name: 'HetSyn, two decays, quantised, colours of a teacher',
    options: { ...teacherColour, seed: 1, rays: 12, network: { ...synaptic('hetsyn-2', 'hetsyn-2'), quantiser: 'sub-bit' } },
    onGpu: false,
  },
  {
    name: 'HetSyn, two decays, with ReLU, which has no time',
    options: { seed: 1, network: { ...synaptic('hetsyn-2', 'hetsyn-2'), neuron: 'relu' } },
  },
  { name: 'HetSyn, colours of a teacher', options: { ...teacherColour, seed: 1, rays: 12, network: synaptic('hetsyn', 'hetsyn') } },
  { name: 'HetSyn with ReLU, which has no time', options: { seed: 1, network: { ...synaptic('hetsyn', 'hetsyn'), neuron: 'relu' } } },
];
