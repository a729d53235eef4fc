import { expect, it } from 'vitest';
import type { NetworkSpec } from '../../src/model/field-spec.ts';
import { quantisedLayers, seenMatrix, type QuantisedName } from '../../src/model/quantised-layers.ts';
import { learnedBits } from '../../src/quantisers/learned-bits.ts';
import { Random } from '../../src/math/random.ts';
import { spikeOf } from '../../src/model/input-spikes.ts';
import { layersOf } from '../../src/model/network-layers.ts';
import { convertedWeights } from '../../src/train/convert-field.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';
import { tinyScene } from './tiny-scene.ts';

it('an ANN whose inputs become spikes gets steps that lose little of its features', () => {
  const { spec, tensors, occupancy } = fieldFixture({ seed: 1, network: { neuron: 'relu' } });
  const weights = new Map(layersOf(spec).flatMap((layer) => layer.tensors.map(({ name }) => [name, tensors[name]!] as const)));
  const values = { density: tensors.density!, features: tensors.features! };
  const network = { ...spec.network!, neuron: 'three-bit', neuronParameters: {}, featureLevels: 7, viewLevels: 4 };
  const field = { spec, values, occupancy, weights };
  const views = tinyScene().splits.train!;
  const converted = convertedWeights(field, { network, fine: { handoverScale: null } }, views, new Random(1));
  const steps = converted.get('inputSteps')!;
  expect(steps).toHaveLength(12);
  const error = values.features.map((x, i) => x - steps[i % 12] * spikeOf(x, steps[i % 12], 7));
  const power = (all: Float32Array): number => all.reduce((sum, x) => sum + x * x, 0);
  // Normal numbers in 15 levels lose about 1 % of their power.
  expect(power(error) / power(values.features)).toBeLessThan(0.02);
  const real = convertedWeights(field, { network: { ...network, featureLevels: 0 }, fine: { handoverScale: null } }, views, new Random(1));
  expect(real.has('inputSteps')).toBe(false);
});

it('learned bits of an ANN go on: the same bits, and steps that grow with the weights', () => {
  const { spec, tensors, occupancy } = fieldFixture({ seed: 1, network: { neuron: 'relu', quantiser: 'learned-bits' } });
  const layers = quantisedLayers(spec);
  const weights = new Map(Object.entries(tensors)) as Map<QuantisedName, Float32Array>;
  const bits = learnedBits.parameters.bits.learned!;
  for (const number of [1, 2, 3] as const) weights.set(`q${number}.bits`, Float32Array.of(bits.raw(number + 1)));
  const values = { density: tensors.density!, features: tensors.features! };
  const network: NetworkSpec = { ...spec.network!, neuron: 'ternary', neuronParameters: {} };
  const settings = { network, fine: { handoverScale: null } };
  const converted = convertedWeights({ spec, values, occupancy, weights }, settings, tinyScene().splits.train!, new Random(1));
  for (const layer of layers) {
    const [before, after] = [weights, converted as typeof weights].map((all) => seenMatrix(layer, all));
    const largest = before.reduce((most, _, i) => (Math.abs(before[i]) > Math.abs(before[most]) ? i : most), 0);
    const factor = after[largest] / before[largest];
    expect(Math.abs(factor - 1)).toBeGreaterThan(0.01);
    after.forEach((value, i) => expect(value).toBeCloseTo(factor * before[i], 4));
    const number = Number(layer.weight[1]);
    expect(converted.get(`q${number}.bits` as QuantisedName)).toEqual(weights.get(`q${number}.bits` as QuantisedName));
  }
});
