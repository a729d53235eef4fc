/** Inputs of the network that features make: the variants of SpikingNeRF-T. */
import { describe, expect, it } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { emptyCounts } from '../../src/engine/counts.ts';
import { renderWork } from '../../src/energy/work/render-work.ts';
import { encodeFeatures, featureInputs } from '../../src/model/feature-encoding.ts';
import { viewInputs } from '../../src/model/field-spec.ts';
import { layersOf } from '../../src/model/network-layers.ts';
import { vmSpec } from '../../src/model/representations/vm.ts';
import { checkTeacherFits } from '../../src/train/teacher.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';

const { network } = presets['tensorf-paper'];

describe('features and their sines and cosines', () => {
  it.each([
    [150, 2, 2],
    [42, 0, 2],
    [36, 0, 1],
    [30, 0, 0],
  ])('make the %i inputs of SpikingNeRF-T with fea_pe %i, view_pe %i', (inputs, featureFrequencies, viewFrequencies) => {
    const spec = { representation: vmSpec(27), network: { ...network, featureFrequencies, viewFrequencies } };
    expect(featureInputs(spec) + viewInputs(spec.network)).toBe(inputs);
    expect(layersOf(spec)[0].inputs).toBe(inputs);
  });

  it('stand behind the features, frequency by frequency of each', () => {
    const [a, b] = [0.3, -1.2];
    const expected = [
      a,
      b,
      Math.sin(a),
      Math.sin(2 * a),
      Math.sin(b),
      Math.sin(2 * b),
      Math.cos(a),
      Math.cos(2 * a),
      Math.cos(b),
      Math.cos(2 * b),
    ];
    encodeFeatures(Float32Array.of(a, b), 2, 2).forEach((value, i) => expect(value, `${i}`).toBeCloseTo(expected[i], 6));
    const rows = Float32Array.of(1, 2, 3, 4);
    expect(encodeFeatures(rows, 2, 0)).toBe(rows);
  });

  it('are counted: two special functions a feature, frequency and sample, and the doubled arguments', () => {
    const spec = { ...fieldFixture().spec, representation: vmSpec(27), network: { ...network, featureFrequencies: 2 } };
    const row = renderWork({ ...emptyCounts(), samples: 10 }, spec).find(({ stage }) => stage === 'feature encoding')!;
    expect(row.work.specialFunctions).toBe(10 * 27 * 2 * 2);
    expect(row.work.multiplications).toBe(10 * 27);
  });

  it('cannot be spikes, and a teacher has to have the same', () => {
    const set = (value: string) => [{ key: 'network.featureFrequencies', value, source: '--set' }];
    expect(() => resolveConfig('blender', set('2'))).toThrow(/network.featureFrequencies=2 has no meaning with network.featureLevels=15/);
    expect(resolveConfig('tensorf-paper', set('2')).network.featureFrequencies).toBe(2);
    const teacher = { ...network, neuron: 'relu', featureFrequencies: 2 };
    expect(() => checkTeacherFits(teacher, network, 'RUN')).toThrow(/RUN: .*featureFrequencies=2; this run has .*featureFrequencies=0/);
  });
});
