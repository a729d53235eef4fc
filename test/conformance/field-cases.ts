/** What a field may be kept in, and how its features reach the network. Seeds as in cases.ts. */
import { NO_LOSS_TERMS } from '../../src/engine/backend.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { vmSpec } from '../../src/model/representations/vm.ts';
import type { FixtureOptions } from '../helpers/field-fixtures.ts';
import { contracted, planes, teacherColour } from './case-options.ts';
import type { ConformanceCase } from './cases.ts';

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
