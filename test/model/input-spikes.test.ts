import { describe, expect, it } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import { FIRST_STEP, fittedSteps, inputLevels, seenInputs, spikeOf } from '../../src/model/input-spikes.ts';

describe('a spike in front of layer 1', () => {
  it('is the nearest whole number of steps, halves to even, within its levels', () => {
    expect([-9, -1.3, -1.25, -0.75, 0.2, 0.25, 0.75, 1.3, 9].map((x) => spikeOf(x, 0.5, 3) + 0)).toEqual([-3, -3, -2, -2, 0, 0, 2, 3, 3]);
  });

  it('is for spiking networks with real inputs alone', () => {
    const network = { ...presets.blender.network, featureLevels: 7, viewLevels: 4 };
    expect(inputLevels(network)).toEqual({ features: 7, views: 4 });
    expect(inputLevels({ ...network, neuron: 'relu' })).toEqual({ features: 0, views: 0 });
    expect(inputLevels({ ...network, temporal: 'repeat', encoding: 'poisson' })).toEqual({ features: 0, views: 0 });
    expect(inputLevels(null)).toEqual({ features: 0, views: 0 });
  });
});

describe('the steps of features', () => {
  it('are those of the least squared error', () => {
    // Channel 0 lies on a lattice of 0.3 with three steps either way, channel 1 is 0, channel 2 is a view term.
    const rows = [-0.9, -0.6, -0.3, 0, 0.3, 0.6, 0.9].flatMap((x) => [x, 0, 0.4]);
    const steps = fittedSteps(Float32Array.from(rows), 3, 2, 3);
    expect(steps[0]).toBeCloseTo(0.3, 6);
    expect(steps[1]).toBe(FIRST_STEP);
  });

  it('leave out a rare large value rather than coarsen all others', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i === 0 ? 100 : Math.sin(i)));
    expect(fittedSteps(values, 1, 1, 7)[0]).toBeLessThan(100 / 7);
  });

  it('make what layer 1 sees; real inputs stay', () => {
    const inputs = Float32Array.of(0.7, -5, 0.3, -1);
    expect([...seenInputs(inputs, 4, Float32Array.of(0.5, 0.5), { features: 3, views: 4 })]).toEqual([0.5, -1.5, 0.25, -1]);
    expect([...seenInputs(inputs, 4, Float32Array.of(0.5, 0.5), { features: 0, views: 0 })]).toEqual([...inputs]);
  });
});
