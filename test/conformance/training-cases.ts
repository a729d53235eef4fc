/** How a spiking network may be trained: terms of the loss, dropout, raised thresholds, gradients through rates. Seeds as in cases.ts. */
import { coefficients, contracted, dropout, ndc, teacherColour, teacherGram, teacherPotential } from './case-options.ts';
import { NO_LOSS_TERMS } from '../../src/engine/backend.ts';
import type { ConformanceCase } from './cases.ts';

const potentials = { loss: { ...NO_LOSS_TERMS, potentials: coefficients(16) } };
const everything = { loss: { potentials: coefficients(16), teacherColour: 0.5, teacherPotential: 0.1 }, teacher: true, ...dropout };

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

const rates = { temporal: 'repeat', repeats: 5, backward: 'rate' } as const;
const squeezed = { temporal: 'repeat', learnRepeats: true } as const;

/** Gram matrices of potentials beside a teacher's. webgpu is left out: its kernels see a row at a time, and it says so. */
export const gramCases: readonly ConformanceCase[] = [
  { name: 'LIF, Gram matrices of a teacher', options: { ...teacherGram, seed: 1 }, trainSeed: 2 },
  {
    name: 'ternary, half a bit a weight, Gram matrices, potentials of a teacher, pad, far to near',
    options: {
      seed: 1,
      loss: { ...NO_LOSS_TERMS, teacherGram: 0.05, teacherPotential: 0.1 },
      teacher: true,
      network: { neuron: 'ternary', quantiser: ['sub-bit', 'sub-bit', null], temporal: 'pad', order: 'far-to-near' },
    },
  },
  {
    name: 'ternary, all terms of a teacher of spikes, pad, far to near',
    options: {
      seed: 1,
      loss: { ...NO_LOSS_TERMS, teacherColour: 0.5, teacherGram: 0.05, teacherPotential: 0.1 },
      teacher: 'spiking',
      network: { neuron: 'ternary', temporal: 'pad', order: 'far-to-near' },
    },
    trainSeed: 1,
  },
  {
    name: 'learned bits, input spikes, dropout, all terms of a teacher of spikes, repeat',
    options: {
      seed: 1,
      loss: { ...NO_LOSS_TERMS, teacherColour: 0.5, teacherGram: 0.05, teacherPotential: 0.1 },
      teacher: 'spiking',
      ...dropout,
      network: { neuron: 'learned-bits', temporal: 'repeat', featureLevels: 15, viewLevels: 8 },
    },
  },
  {
    name: 'LIF, decaying sums, half a bit a weight, colours of a teacher of spikes',
    options: {
      seed: 1,
      loss: { ...NO_LOSS_TERMS, teacherColour: 0.5 },
      teacher: 'spiking',
      network: {
        layers: [
          { kind: 'hetsyn-2', width: 16 },
          { kind: 'hetsyn', width: 16 },
        ],
        quantiser: ['sub-bit', null, null],
      },
    },
  },
  { name: 'LIF, repeat, Gram matrices of a teacher', options: { ...teacherGram, seed: 1, network: { temporal: 'repeat' } } },
];

/**
 * Gradients through rates, and through the means of layers that learn their time steps. webgpu is left out: it refuses to train so (check-layers.ts), and the
 * pictures of the former do not depend on it.
 */
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
  {
    name: 'learned bits and time steps, under a budget',
    options: {
      seed: 1,
      loss: {
        bits: {
          weights: { target: 2, penalty: 0.1, settles: false },
          spikes: null,
          repeats: { target: 1.5, penalty: 0.05, settles: true },
        },
        spikes: [0.4, 0.3],
      },
      network: { ...squeezed, neuron: 'learned-bits', neuronParameters: { tau: 1 }, quantiser: ['learned-bits', null, 'learned-bits'] },
    },
    trainSeed: 3,
    trainRays: 18,
  },
  {
    name: 'GLIF, learned time steps, features as spikes, 48 neurons',
    options: { seed: 1, rays: 18, network: { ...squeezed, neuron: 'glif', featureLevels: 3, width: 48 } },
  },
  {
    name: 'PLIF, learned time steps, colours of a teacher of spikes',
    options: { seed: 1, loss: { ...NO_LOSS_TERMS, teacherColour: 0.5 }, teacher: 'spiking', network: { ...squeezed, neuron: 'plif' } },
  },
  { name: 'ReLU, which has no time', options: { seed: 1, network: { ...rates, neuron: 'relu' } } },
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
