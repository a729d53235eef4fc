import { expect, it } from 'vitest';
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
