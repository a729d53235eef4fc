/**
 * What backends are compared on: the cross product that matters, as fixtures. Seeds are those for which `tfjs` takes no discrete decision
 * within `EPSILON` of the other (the tests check it), so that backends which round differently must still agree in every spike.
 */
import type { TotalVariation } from '../../src/model/total-variation.ts';
import { NO_LOSS_TERMS } from '../../src/engine/backend.ts';
import type { FixtureOptions } from '../helpers/field-fixtures.ts';
import { contracted, ndc, planes } from './case-options.ts';

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

/** As strong as the photometric gradients; without samples at the faces of the box, where gradients are 0 up to rounding. */
function variation(dense: boolean, weights: Partial<TotalVariation> = {}): FixtureOptions {
  return { loss: { totalVariation: { density: 30, features: 20, ...weights, dense } }, emptyFaces: true };
}

/** Temporal modes, inputs, loss terms and spaces, of dense grids and the neurons that runs have most. */
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
