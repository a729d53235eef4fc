import { expect, it } from 'vitest';
import { bitReport } from '../../src/energy/bit-report.ts';
import { emptyCounts, type Counts } from '../../src/engine/counts.ts';
import type { NetworkSpec } from '../../src/model/field-spec.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';

/** Bits of the learned ones by tensor. */
const learned = { 'q1.bits': 4, 'q2.bits': 2, 'q3.bits': 8, 'n1.bits': 3, 'n2.bits': 1 };
const read = (name: string): Promise<Float32Array> =>
  Promise.resolve(Float32Array.of(learned[name as keyof typeof learned] / (name.startsWith('q') ? 0.2 : 1)));

function report(network: Partial<NetworkSpec>, counts: Partial<Counts> = {}) {
  const { spec } = fieldFixture({ network });
  return bitReport(spec, read, { ...emptyCounts(), timeSteps: 1000, ...counts }, 4);
}

it('counts memory and S-ACE of learned bits by hand', async () => {
  const { spec } = fieldFixture();
  const inputs = 12 + 3 + 6 * spec.network!.viewFrequencies;
  const sizes = [inputs * 16, 16 * 16, 16 * 3];
  const all = sizes[0] + sizes[1] + sizes[2];
  const bits = 4 * sizes[0] + 2 * sizes[1] + 8 * sizes[2];
  expect(await report({ neuron: 'learned-bits', quantiser: 'learned-bits' })).toEqual({
    weights: [4, 2, 8],
    spikes: [3, 1],
    steps: [1, 1],
    meanWeight: bits / all,
    meanSpike: 2,
    budget: (2 * bits) / all,
    // Of two bits there are three values, five of which take a byte; a step and the bits themselves.
    weightBytes: (4 * sizes[0] + 8 * sizes[2]) / 8 + Math.ceil(sizes[1] / 5) + 3 * 8,
    sAce: ((16 * 16 * 2 * 3 + 16 * 3 * 8 * 1) * 1000) / 4,
  });
});

it('counts the time steps that each layer has learned', async () => {
  const network = { neuron: 'learned-bits', temporal: 'repeat', learnRepeats: true } as const;
  const found = await report(network, { samples: 500, timeSteps: 2000, layerSteps: [2000, 500] });
  expect(found).toMatchObject({ steps: [4, 1], meanSpike: 2, budget: 32 * 2 * 2.5 });
  // Spikes of four steps in front of layer 2, of one in front of layer 3.
  expect(found!.sAce).toBe((16 * 16 * 32 * 3 * 2000 + 16 * 3 * 32 * 1 * 500) / 4);
});

it('knows the bits of what learns none', async () => {
  expect(await report({ neuron: 'learned-bits' })).toMatchObject({ weights: [32, 32, 32], spikes: [3, 1] });
  expect(await report({ neuron: 'lif', quantiser: ['learned-bits', null, null] })).toMatchObject({ weights: [4, 32, 32], spikes: [1, 1] });
  expect(await report({ neuron: 'ternary', quantiser: 'learned-bits' })).toMatchObject({ spikes: [2, 2] });
  expect(await report({ neuron: 'relu', quantiser: 'learned-bits' })).toMatchObject({ spikes: [32, 32] });
  const inputs = 12 + 3 + 6 * fieldFixture().spec.network!.viewFrequencies;
  const weights = 16 * (inputs + 16 + 3);
  expect(await report({ neuron: 'three-bit' })).toMatchObject({ meanWeight: 32, spikes: [3, 3], weightBytes: 4 * weights });
});

it('counts the steps of outputs, and five weights of three values in a byte', async () => {
  const inputs = 12 + 3 + 6 * fieldFixture().spec.network!.viewFrequencies;
  expect(await report({ neuron: 'ternary', quantiser: ['three-bit-rows', 'ternary-rows', 'six-bit-rows'] })).toMatchObject({
    weights: [3, 1.6, 6],
    weightBytes: (inputs * 16 * 3) / 8 + Math.ceil((16 * 16) / 5) + (16 * 3 * 6) / 8 + 4 * (16 + 16 + 3),
  });
});

it('counts the decays of synapses, and of weights below one bit their codebook and scales', async () => {
  const inputs = 12 + 3 + 6 * fieldFixture().spec.network!.viewFrequencies;
  const layers = ['hetsyn-2', 'dense'].map((kind) => ({ kind, width: 16 }));
  expect(await report({ neuron: 'hetsyn', layers })).toMatchObject({ weightBytes: 4 * (inputs * 32 + 32 + 16 * 16 + 16 * 3) });
  const groups = 16 * (Math.ceil(inputs / 8) + 2);
  expect(await report({ neuron: 'lif', quantiser: ['sub-bit', 'sub-bit', null] })).toMatchObject({
    weights: [0.5, 0.5, 32],
    weightBytes: groups / 2 + 2 * (16 + 4 * 16) + 4 * 16 * 3,
  });
});
