/**
 * What backends are compared on: the cross product that matters, as fixtures. Seeds are those for which `tfjs` takes no discrete decision
 * within `EPSILON` of the other (the tests check it), so that backends which round differently must still agree in every spike.
 */
import type { TotalVariation } from '../../src/model/total-variation.ts';
import { NO_LOSS_TERMS } from '../../src/engine/backend.ts';
import { planeSteps } from '../../src/spaces/planes.ts';
import { builtInNeurons } from '../../src/neurons/index.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { vmSpec } from '../../src/model/representations/vm.ts';
import type { NetworkSpec } from '../../src/model/field-spec.ts';
import { lif } from '../../src/neurons/lif.ts';
import { regulatedLif } from '../../src/neurons/regulated-lif.ts';
import { relu } from '../../src/neurons/relu.ts';
import { SURROGATE_NAMES } from '../../src/neurons/surrogates.ts';
import type { FixtureOptions } from '../helpers/field-fixtures.ts';
import '../helpers/step-quantiser.ts';

export interface ConformanceCase {
  readonly name: string;
  readonly options: FixtureOptions;
  /** Seed of the fixture for ten training steps; none: only one step is compared. */
  readonly trainSeed?: number;
  /** Its rays; default: those of the options. */
  readonly trainRays?: number;
  /** false: other cases have all of its kernels, of which compiling once more takes a software adapter many seconds. */
  readonly onGpu?: false;
}

/** Least margins, see `Margins` of the tfjs backend. */
export const EPSILON = { spike: 1e-5, noise: 1e-6, marching: 1e-5 } as const;

/** Where 2 will not do. */
const TRAIN_SEEDS: Readonly<Record<string, number>> = { 'glif-layer': 3, ternary: 4 };

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

/** Where 1 will not do. */
export function condenseSeed(neuron: string): number {
  return neuron === 'learned-bits' ? 4 : 1;
}

function neuronCases(neuron: string): ConformanceCase[] {
  // With sixteen places where its gradient jumps, few rays leave none of them to rounding for ten steps; what leaks quickly comes near 0 in gaps.
  const learnsBits = neuron === 'learned-bits';
  const training = { trainSeed: TRAIN_SEEDS[neuron] ?? 2, trainRays: learnsBits ? 8 : 18 };
  const slow = learnsBits ? { neuronParameters: { tau: 1.1 } } : {};
  return [
    { name: `${neuron}, condense`, options: { rays: 18, seed: condenseSeed(neuron), network: { neuron } }, ...training },
    { name: `${neuron}, far to near, 48 neurons`, options: { rays: 18, seed: 1, network: { neuron, width: 48, order: 'far-to-near' } } },
    { name: `${neuron}, pad`, options: { rays: 18, seed: 1, network: { neuron, temporal: 'pad', ...slow } } },
    { name: `${neuron}, repeat`, options: { rays: 18, seed: neuron === 'ltmd' ? 4 : 1, network: { neuron, temporal: 'repeat' } } },
  ];
}

/** Coefficients of the mean potentials of both layers. */
export function coefficients(width: number): [Float32Array, Float32Array] {
  const layer = (first: number): Float32Array => Float32Array.from({ length: width }, (_, c) => Math.cos(first + 2.3 * c) / 100);
  return [layer(1), layer(2)];
}

/** As strong as the photometric gradients; without samples at the faces of the box, where gradients are 0 up to rounding. */
function variation(dense: boolean, weights: Partial<TotalVariation> = {}): FixtureOptions {
  return { loss: { totalVariation: { density: 30, features: 20, ...weights, dense } }, emptyFaces: true };
}

const rates = { temporal: 'repeat', repeats: 5, backward: 'rate' } as const;
const potentials = { loss: { ...NO_LOSS_TERMS, potentials: coefficients(16) } };
const teacherColour = { loss: { ...NO_LOSS_TERMS, teacherColour: 0.5 }, teacher: true };
const teacherPotential = { loss: { ...NO_LOSS_TERMS, teacherPotential: 0.2 }, teacher: true };
const dropout = { settings: { dropout: 0.3 } };
const everything = { loss: { potentials: coefficients(16), teacherColour: 0.5, teacherPotential: 0.1 }, teacher: true, ...dropout };

/** Rays whose steps are units of their directions, and whose network sees other directions. */
const ndc = { spec: { space: { kind: 'ndc' }, near: 0, stepLength: 0.0413 } } as const;

/** From plane to plane of the seven, but for rays that enter the box from the side. */
const planes = { ...ndc, spec: { ...ndc.spec, ...planeSteps(7, 1) }, throughPlanes: true } as const;

/** Cameras outside of the cube, in it and on its faces; the photometric gradient's terms and the distortion, whose s is another. */
const contracted = {
  spec: {
    space: { kind: 'unbounded', centre: [0, 0, 0], radius: 3 },
    grid: { size: [9, 8, 7], min: [-1.2, -1.2, -1.2], max: [1.2, 1.2, 1.2] },
    stepLength: 0.11,
  },
  loss: { ...NO_LOSS_TERMS, entropy: 0.02, distortion: 0.5 },
} as const;

/** Too few bits of weights, too many of spikes. */
const budget = { weights: { target: 5, penalty: 0.03 }, spikes: { target: 2, penalty: 0.05 } };

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
  { name: 'LIF, half a bit a weight', options: { seed: 1, network: { quantiser: ['sub-bit', 'sub-bit', null] } }, trainSeed: 2 },
  {
    name: 'ternary, half a bit a weight, most neurons fire',
    options: { seed: 2, network: { neuron: 'ternary', neuronParameters: { threshold: 0.02 }, quantiser: ['sub-bit', 'sub-bit', null] } },
  },
  { name: 'ReLU, 48 neurons, quantised', options: { seed: 1, network: { neuron: 'relu', width: 48, quantiser: 'steps' } } },
];

const synaptic = (first: string, second: string, width = 16): Partial<NetworkSpec> => ({
  neuron: 'hetsyn',
  width,
  layers: [first, second].map((kind) => ({ kind, width })),
});

/** Synapses with their own time. webgpu is left out: it has dense layers alone and says so. */
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
  },
  {
    name: 'HetSyn, two decays, repeat with Poisson encoding',
    options: { seed: 1, rays: 12, network: { ...synaptic('hetsyn-2', 'hetsyn-2'), temporal: 'repeat', encoding: 'poisson' } },
  },
  {
    name: 'HetSyn, two decays, quantised, colours of a teacher',
    options: { ...teacherColour, seed: 1, rays: 12, network: { ...synaptic('hetsyn-2', 'hetsyn-2'), quantiser: 'sub-bit' } },
  },
  {
    name: 'HetSyn, two decays, with ReLU, which has no time',
    options: { seed: 1, network: { ...synaptic('hetsyn-2', 'hetsyn-2'), neuron: 'relu' } },
  },
  { name: 'HetSyn, colours of a teacher', options: { ...teacherColour, seed: 1, rays: 12, network: synaptic('hetsyn', 'hetsyn') } },
  { name: 'HetSyn with ReLU, which has no time', options: { seed: 1, network: { ...synaptic('hetsyn', 'hetsyn'), neuron: 'relu' } } },
];

/** Gradients through rates. webgpu is left out: it refuses to train so (check-layers.ts), and its pictures do not depend on it. */
export const rateCases: readonly ConformanceCase[] = [
  { name: 'LIF, rates', options: { seed: 1, network: { ...rates } }, trainSeed: 1 },
  { name: 'LIF, rates, far to near, 48 neurons', options: { seed: 1, network: { ...rates, width: 48, order: 'far-to-near' } } },
  { name: 'LIF, rates, Poisson encoding', options: { seed: 1, rays: 18, network: { ...rates, encoding: 'poisson' } } },
  {
    name: 'PLIF, rates, spike penalty, features as spikes',
    options: { seed: 1, network: { ...rates, neuron: 'plif', featureLevels: 3 }, loss: { spikes: [1, 0.6] } },
  },
  { name: 'GLIF, rates', options: { seed: 1, rays: 18, network: { ...rates, neuron: 'glif' } } },
  {
    name: 'ternary with signs, rates, spike penalty',
    options: { seed: 1, network: { ...rates, neuron: 'ternary-signed' }, loss: { spikes: [1, 0.6] } },
  },
  { name: 'three-bit, rates, arctan', options: { seed: 1, rays: 18, network: { ...rates, neuron: 'three-bit', surrogate: 'arctan' } } },
  { name: 'LIF, rates, colours of a teacher', options: { ...teacherColour, seed: 1, network: { ...rates } } },
  { name: 'ReLU, which has no time', options: { seed: 1, network: { ...rates, neuron: 'relu' } } },
];

/** How far thresholds are raised, [width] of two layers. */
function raised(width: number): Float32Array[] {
  return [0.3, 0.2].map((most) => Float32Array.from({ length: width }, (_, c) => (most * (c % 5)) / 4));
}

/** What training a spiking network adds to a step: terms of potentials, a teacher, dropout, another steepness. */
export const trainingTermCases: readonly ConformanceCase[] = [
  { name: 'LIF, potentials', options: { ...potentials, seed: 1 } },
  {
    name: 'LIF, raised thresholds',
    options: { seed: 1, network: { neuron: 'lif-regulated' }, settings: { thresholdRises: raised(16) } },
    trainSeed: 1,
  },
  {
    name: 'LIF, raised thresholds, potentials, pad',
    options: { ...potentials, seed: 1, network: { neuron: 'lif-regulated', temporal: 'pad' }, settings: { thresholdRises: raised(16) } },
  },
  { name: 'LIF, pad, potentials', options: { ...potentials, seed: 1, network: { temporal: 'pad' } } },
  { name: 'LIF, repeat, potentials', options: { ...potentials, seed: 1, network: { temporal: 'repeat' } } },
  { name: 'PLIF, far to near, potentials', options: { ...potentials, seed: 1, network: { neuron: 'plif', order: 'far-to-near' } } },
  { name: 'ternary with signs, potentials', options: { ...potentials, seed: 1, network: { neuron: 'ternary-signed' } } },
  { name: 'ReLU, potentials', options: { ...potentials, seed: 1, network: { neuron: 'relu' } } },
  { name: 'LIF, colours of a teacher', options: { ...teacherColour, seed: 1 }, trainSeed: 2 },
  { name: 'ReLU, colours of a teacher', options: { ...teacherColour, seed: 1, network: { neuron: 'relu' } } },
  { name: 'LIF, potentials of a teacher', options: { ...teacherPotential, seed: 1 } },
  {
    name: 'GLIF, pad, far to near, potentials of a teacher',
    options: { ...teacherPotential, seed: 1, network: { neuron: 'glif', temporal: 'pad', order: 'far-to-near' } },
  },
  { name: 'LIF, repeat, potentials of a teacher', options: { ...teacherPotential, seed: 1, network: { temporal: 'repeat' } } },
  {
    name: 'LIF, Poisson encoding, potentials of a teacher',
    options: { ...teacherPotential, seed: 1, rays: 18, network: { temporal: 'repeat', encoding: 'poisson' } },
  },
  {
    name: 'LIF, input spikes, potentials of a teacher',
    options: { ...teacherPotential, seed: 1, network: { featureLevels: 3, viewLevels: 4 } },
  },
  { name: 'LIF, dropout', options: { ...dropout, seed: 1 }, trainSeed: 2 },
  { name: 'GLIF, pad, dropout', options: { ...dropout, seed: 1, network: { neuron: 'glif', temporal: 'pad' } } },
  { name: 'LIF, repeat, most neurons dropped', options: { settings: { dropout: 0.9 }, seed: 1, network: { temporal: 'repeat' } } },
  { name: 'ternary, 48 neurons, dropout', options: { ...dropout, seed: 1, network: { neuron: 'ternary', width: 48 } } },
  { name: 'ternary with signs, dropout', options: { ...dropout, seed: 1, network: { neuron: 'ternary-signed' } } },
  { name: 'ReLU, dropout', options: { ...dropout, seed: 1, network: { neuron: 'relu' } } },
  { name: 'LIF, steepness of the step', options: { settings: { surrogateAlpha: 9 }, seed: 1 } },
  {
    name: 'LIF, colours of a teacher in normalised device coordinates',
    options: { ...teacherColour, ...ndc, seed: 1 },
  },
  { name: 'LIF, colours of a teacher in contracted space', options: { ...teacherColour, spec: contracted.spec, seed: 1 } },
  { name: 'ternary, all terms', options: { ...everything, seed: 1, rays: 18, network: { neuron: 'ternary' } }, trainSeed: 2 },
];

/**
 * Backward passes that wasm alone has: scans in closed form (src/neurons/staircase.ts) and what leads past them, changes from row to row of gradients
 * that few surrogates let through (assembly/row-changes.ts).
 */
export const closedFormCases: readonly ConformanceCase[] = [
  { name: 'LIF, narrow triangles', options: { seed: 1, network: { surrogate: 'triangle', surrogateAlpha: 5 } } },
  {
    name: 'ternary, narrow triangles, slow leak, far to near',
    options: {
      ...{ seed: 1, rays: 18 },
      network: { neuron: 'ternary', surrogate: 'triangle', surrogateAlpha: 6, neuronParameters: { tau: 3.7 }, order: 'far-to-near' },
    },
  },
  { name: 'three-bit, dropout', options: { ...dropout, seed: 1, rays: 12, network: { neuron: 'three-bit' } } },
  { name: 'three-bit, potentials of a teacher', options: { ...teacherPotential, seed: 1, rays: 12, network: { neuron: 'three-bit' } } },
  {
    name: 'three-bit, triangles of another steepness',
    options: { settings: { surrogateAlpha: 1.5 }, seed: 1, rays: 12, network: { neuron: 'three-bit' } },
  },
];

/** Dense grids with a number of features that is no multiple of 4, shown at once and as spikes. */
export const featureCases: readonly ConformanceCase[] = [
  {
    name: 'LIF, 15 features',
    options: { seed: 2, representation: denseSpec(15), teacher: true, loss: { ...NO_LOSS_TERMS, teacherColour: 0.5 } },
  },
  {
    name: 'LIF, 5 features, Poisson encoding',
    options: { seed: 1, rays: 18, representation: denseSpec(5), network: { temporal: 'repeat', encoding: 'poisson' } },
  },
];

/** Other ranks along every axis, a number of features that is no multiple of 4. */
const factors = (features = 13): FixtureOptions => ({ representation: vmSpec(features, [4, 12, 8], [20, 8, 12]) });
const { representation: colourFactors } = factors(3);

/** Vector-matrix factors in what differs for them: marching, features, the adjoint, penalties. */
export const factorCases: readonly ConformanceCase[] = [
  { name: 'factors, no network', options: { seed: 1, network: null, representation: colourFactors }, trainSeed: 1 },
  { name: 'factors, LIF, condense', options: { ...factors(), seed: 1 }, trainSeed: 1 },
  {
    name: 'factors of the standard ranks, 27 features, 42 inputs, 128 neurons',
    options: { representation: vmSpec(27), seed: 1, rays: 12, network: { width: 128, viewFrequencies: 2 } },
    onGpu: false,
  },
  {
    name: 'factors, LIF, pad, far to near',
    options: { ...factors(), seed: 1, network: { temporal: 'pad', order: 'far-to-near' } },
    onGpu: false,
  },
  {
    name: 'factors, LIF, repeat with Poisson encoding',
    options: { ...factors(), seed: 1, rays: 18, network: { temporal: 'repeat', encoding: 'poisson' } },
  },
  {
    name: 'factors, ReLU, total variation and L1',
    options: {
      ...factors(),
      seed: 1,
      network: { neuron: 'relu' },
      loss: { totalVariation: { density: 20, features: 10, dense: false }, densityL1: 2 },
    },
    trainSeed: 1,
  },
  { name: 'factors, LIF, spikes in front of layer 1', options: { ...factors(), seed: 1, network: { featureLevels: 3, viewLevels: 2 } } },
  { name: 'factors, LIF, colours of a teacher', options: { ...factors(), ...teacherColour, seed: 1 } },
  { name: 'factors, contracted space, LIF', options: { ...factors(), ...contracted, seed: 1 }, onGpu: false },
  { name: 'factors, steps on planes, LIF', options: { ...factors(), ...planes, seed: 1, network: { viewFrequencies: 0 } } },
];

const encoded = { viewFrequencies: 2, featureFrequencies: 2 } as const;

/**
 * Sines and cosines of the features as inputs, of TensoRF's 27 features 150 in all. webgpu is left out: it refuses them (webgpu-backend.ts). No training
 * steps: many gradients are far below Adam's epsilon, which would compare rounding.
 */
export const encodedCases: readonly ConformanceCase[] = [
  {
    name: 'encoded features, 150 inputs, LIF',
    options: { ...factors(27), ...teacherColour, seed: 1, rays: 12, network: encoded },
  },
  {
    name: 'encoded features, dense grids, three-bit, pad, view terms as spikes',
    options: {
      seed: 1,
      rays: 12,
      representation: denseSpec(5),
      network: { ...encoded, neuron: 'three-bit', temporal: 'pad', viewLevels: 4 },
    },
  },
  {
    name: 'encoded features, repeat with Poisson encoding',
    options: { seed: 1, rays: 12, representation: denseSpec(5), network: { ...encoded, temporal: 'repeat', encoding: 'poisson' } },
  },
];

export const conformanceCases: readonly ConformanceCase[] = [
  { name: 'no network', options: { seed: 1, network: null }, trainSeed: 1 },
  { name: 'no network, colour loss only', options: { seed: 1, network: null, loss: NO_LOSS_TERMS } },
  { name: 'LIF, condense', options: { seed: 1 }, trainSeed: 2 },
  { name: 'LIF, condense, far to near', options: { seed: 1, network: { order: 'far-to-near' } }, trainSeed: 1 },
  { name: 'LIF, pad', options: { seed: 1, network: { temporal: 'pad' } }, trainSeed: 1 },
  { name: 'LIF, pad, far to near', options: { seed: 1, network: { temporal: 'pad', order: 'far-to-near' } }, trainSeed: 1 },
  { name: 'LIF, repeat', options: { seed: 1, network: { temporal: 'repeat' } }, trainSeed: 1 },
  { name: 'LIF, repeat once', options: { seed: 1, network: { temporal: 'repeat', repeats: 1 } } },
  {
    name: 'LIF, repeat with Poisson encoding',
    options: { seed: 1, rays: 18, network: { temporal: 'repeat', encoding: 'poisson' } },
    trainSeed: 2,
  },
  { name: 'ReLU', options: { seed: 1, network: { neuron: 'relu' } }, trainSeed: 1 },
  { name: 'ReLU, pad, far to near', options: { seed: 1, network: { neuron: 'relu', temporal: 'pad', order: 'far-to-near' } } },
  {
    name: 'ReLU, repeat with Poisson encoding',
    options: { seed: 1, network: { neuron: 'relu', temporal: 'repeat', encoding: 'poisson' } },
  },
  { name: 'LIF, input spikes', options: { seed: 1, rays: 12, network: { featureLevels: 3, viewLevels: 4 } }, trainSeed: 1 },
  { name: 'LIF, repeat, features as spikes', options: { seed: 1, network: { temporal: 'repeat', featureLevels: 1 } } },
  {
    name: 'three-bit, pad, far to near, view terms as spikes',
    options: { seed: 1, rays: 18, network: { neuron: 'three-bit', temporal: 'pad', order: 'far-to-near', viewLevels: 7 } },
  },
  { name: 'four-bit, input spikes', options: { seed: 1, rays: 12, network: { neuron: 'four-bit', featureLevels: 15, viewLevels: 8 } } },
  {
    name: 'ReLU, inputs of a network that will have spikes',
    options: { seed: 1, network: { neuron: 'relu', featureLevels: 3, viewLevels: 4 } },
  },
  { name: 'LIF, colour loss only', options: { seed: 1, loss: NO_LOSS_TERMS } },
  { name: 'LIF, per-sample loss', options: { seed: 1, loss: { ...NO_LOSS_TERMS, perSample: 0.3 } } },
  { name: 'LIF, entropy loss', options: { seed: 1, loss: { ...NO_LOSS_TERMS, entropy: 0.3 } } },
  { name: 'LIF, spike penalty', options: { seed: 1, loss: { ...NO_LOSS_TERMS, spikes: [1, 0.6] } } },
  { name: 'LIF, pad, spike penalty', options: { seed: 1, network: { temporal: 'pad' }, loss: { ...NO_LOSS_TERMS, spikes: [0.7, 1] } } },
  {
    name: 'LIF, other constants',
    options: { seed: 1, network: { width: 48, viewFrequencies: 2, neuronParameters: { tau: 1.25, threshold: 0.6 }, surrogateAlpha: 2.5 } },
  },
  { name: 'LIF, distortion', options: { seed: 1, loss: { ...NO_LOSS_TERMS, distortion: 0.5 } }, trainSeed: 2 },
  { name: 'no network, distortion', options: { seed: 1, network: null, loss: { ...NO_LOSS_TERMS, distortion: 0.5 } } },
  { name: 'LIF, pad, total variation', options: { ...variation(false), seed: 1, network: { temporal: 'pad' } }, trainSeed: 1 },
  { name: 'no network, total variation of the density', options: { ...variation(false, { features: 0 }), seed: 1, network: null } },
  { name: 'LIF, dense total variation', options: { ...variation(true), seed: 1 }, trainSeed: 2 },
  {
    name: 'no network, dense total variation of the features',
    options: { ...variation(true, { density: 0 }), seed: 1, network: null },
    trainSeed: 1,
  },
  {
    name: 'LIF, pad, 128 neurons, low thresholds',
    options: { seed: 1, rays: 12, network: { width: 128, temporal: 'pad' }, spec: { alphaThreshold: 1e-4, weightThreshold: 1e-4 } },
  },
  { name: 'contracted space, no network', options: { ...contracted, seed: 1, network: null }, trainSeed: 1 },
  { name: 'contracted space, LIF', options: { ...contracted, seed: 1 }, trainSeed: 3 },
  { name: 'contracted space, ternary, pad', options: { ...contracted, seed: 1, network: { neuron: 'ternary', temporal: 'pad' } } },
  { name: 'normalised device coordinates, no network', options: { ...ndc, seed: 1, network: null }, trainSeed: 1 },
  { name: 'normalised device coordinates, LIF', options: { ...ndc, seed: 1, network: { viewFrequencies: 0 } }, trainSeed: 2 },
  { name: 'steps on planes, no network', options: { ...planes, seed: 1, network: null }, trainSeed: 1 },
  { name: 'steps on planes, LIF', options: { ...planes, seed: 1, network: { viewFrequencies: 0 } }, trainSeed: 2 },
  {
    name: 'normalised device coordinates, ternary, pad',
    options: { ...ndc, seed: 1, rays: 18, network: { neuron: 'ternary', temporal: 'pad' } },
  },
  {
    name: 'no network, one voxel in every direction',
    options: { seed: 1, network: null, size: [2, 2, 2], spec: { near: 0, interval: 1.5 } },
  },
];
