import { emptyCounts, type Counts, firingRates } from '../../../src/engine/counts.ts';
import { describe, expect, it } from 'vitest';
import { presets } from '../../../src/config/presets.ts';
import { DEFAULT_COSTS, energyOf, energyReport } from '../../../src/energy/energy-report.ts';
import { horowitz45nmInt8 } from '../../../src/energy/hardware/horowitz-45nm-int8.ts';
import { networkWork, spikesByValue, ternaryForms } from '../../../src/energy/work/network-work.ts';
import { countOperations } from '../../../src/energy/work/operations.ts';

const { network } = presets.paper;
const counts: Counts = {
  ...emptyCounts(),
  rays: 1000,
  activeRays: 400,
  samples: 3000,
  timeSteps: 3000,
  spikes: [50_000, 20_000],
  active: [50_000, 20_000],
  bits: [50_000, 20_000],
  inputSpikes: 9000,
};

describe('operations', () => {
  it('of the spiking network, by hand', () => {
    const { published, executed, annPublished, annExecuted, annSkipping, effective } = countOperations(counts, network, 12);
    expect(published).toEqual({ macs: 3000 * 4992, acs: 128 * 50_000 + 3 * 20_000 });
    expect(annPublished).toEqual({ macs: 3000 * 21_760, acs: 0 });
    expect(executed).toEqual({ macs: 400 * 27 * 128 + 3000 * 12 * 128, acs: 6_460_000 });
    expect(annExecuted).toEqual({ macs: 400 * 3456 + 3000 * (1536 + 16_384 + 384), acs: 0 });
    expect(annSkipping).toEqual({ macs: executed.macs + executed.acs, acs: 0 });
    expect(effective).toEqual(executed);
  });

  it('of the twin: no accumulates, and only active ReLUs are effective', () => {
    const { published, executed, effective } = countOperations(counts, { ...network, neuron: 'relu' }, 12);
    expect(published).toEqual({ macs: 3000 * 21_760, acs: 0 });
    expect(executed).toEqual({ macs: 400 * 3456 + 3000 * 18_304, acs: 0 });
    expect(effective).toEqual({ macs: 400 * 3456 + 3000 * 1536 + 128 * 50_000 + 3 * 20_000, acs: 0 });
  });

  it('of repeated samples: layer 1 every time as published, once as executed', () => {
    const repeat = { ...network, temporal: 'repeat', repeats: 4 } as const;
    const { published, executed, annPublished, annSkipping } = countOperations({ ...counts, timeSteps: 12_000 }, repeat, 12);
    expect(published.macs).toBe(4 * 3000 * 4992);
    expect(executed.macs).toBe(400 * 3456 + 3000 * 1536);
    expect(annPublished.macs).toBe(3000 * 21_760);
    // A ReLU has one time step in place of four: it is active as often as a neuron fires in one of them.
    expect(annSkipping.macs).toBe(400 * 3456 + 3000 * 1536 + (128 * 50_000 + 3 * 20_000) / 4);
  });

  it('of synapses with their own time: a MAC for every current and step besides; as executed two, and no additions', () => {
    const layers = ['hetsyn', 'hetsyn'].map((kind) => ({ kind, width: 128 }));
    // Gaps of padding are time steps as well.
    const { published, executed, annPublished } = countOperations(
      { ...counts, timeSteps: 5000 },
      { ...network, temporal: 'pad', layers },
      12,
    );
    const currents = 5000 * (39 * 128 + 128 * 128);
    expect(published).toEqual({ macs: 3000 * 4992 + currents, acs: 128 * 50_000 + 3 * 20_000 });
    expect(executed).toEqual({ macs: 2 * currents, acs: 3 * 20_000 });
    expect(annPublished).toEqual({ macs: 3000 * 21_760, acs: 0 });
  });

  it('of synapses with two decays a neuron: two rows a spike, a MAC and an addition for every sum and step; the ANN adds up its weights', () => {
    const layers = ['hetsyn-2', 'hetsyn-2'].map((kind) => ({ kind, width: 128 }));
    const { published, annPublished } = countOperations({ ...counts, timeSteps: 5000 }, { ...network, temporal: 'pad', layers }, 12);
    const sums = 2 * 5000 * 128;
    expect(published).toEqual({ macs: 3000 * 2 * 4992 + 2 * sums, acs: 2 * 128 * 50_000 + 3 * 20_000 + sums });
    expect(annPublished).toEqual({ macs: 3000 * 21_760, acs: 0 });
  });

  it('of Poisson coded samples: additions for input spikes, no multiplication', () => {
    const poisson = { ...network, temporal: 'repeat', encoding: 'poisson' } as const;
    const { published, executed } = countOperations(counts, poisson, 12);
    expect(published).toEqual({ macs: 0, acs: 6_460_000 + 128 * 9000 });
    expect(executed).toEqual(published);
  });

  it('of spikes in front of layer 1: no multiplication where both are spikes; as published the ones of their binary numbers', () => {
    const inputs = { ...counts, inputSpikes: 70_000, inputBits: 60_000, repeatedViewBits: 30_000 };
    const both = countOperations(inputs, { ...network, featureLevels: 7, viewLevels: 4 }, 12);
    expect(both.executed).toEqual({ macs: 0, acs: 6_460_000 + 128 * 70_000 });
    expect(both.published).toEqual({ macs: 0, acs: 6_460_000 + 128 * 90_000 });
    expect(both.shifted).toEqual({ macs: 0, acs: 6_460_000 + 128 * 60_000 });
    expect(both.annExecuted).toEqual(countOperations(counts, network, 12).annExecuted);
    const features = countOperations(inputs, { ...network, featureLevels: 7 }, 12);
    expect(features.executed).toEqual({ macs: 400 * 3456, acs: 6_460_000 + 128 * 70_000 });
    expect(features.published).toEqual({ macs: 3000 * 3456, acs: 6_460_000 + 128 * 90_000 });
  });
});

describe('spikes as shifted additions', () => {
  it('are as many as their binary numbers have ones; of spikes of one as many as spikes', () => {
    const large = countOperations({ ...counts, bits: [30_000, 15_000] }, { ...network, neuron: 'three-bit' }, 12);
    expect(large.executed.acs).toBe(128 * 50_000 + 3 * 20_000);
    expect(large.shifted).toEqual({ macs: large.executed.macs, acs: 128 * 30_000 + 3 * 15_000 });
    const ones = countOperations(counts, network, 12);
    expect(ones.shifted).toEqual(ones.executed);
  });
});

describe('energy', () => {
  it('reproduces the published averages of SpikingNeRF within a percent', () => {
    // Synthetic-NeRF: 374.72 mJ for the ANN means 3.744 M samples an image; 110.80 mJ then means 7 371 additions a sample.
    const samples = 374.72e9 / (4.6 * 21_760);
    const spikes: [number, number] = [(7371 * samples) / 128, 0];
    const { millijoulesPerImage, shareOfAnn } = energyReport({ ...counts, samples, spikes }, 1, network, 12);
    expect(millijoulesPerImage.annPublished).toBeCloseTo(374.72, 6);
    expect(Math.abs(millijoulesPerImage.published - 110.8)).toBeLessThan(1.1);
    expect(shareOfAnn.published).toBeCloseTo(0.2957, 2);
  });

  it('is per image and in millijoules', () => {
    expect(energyOf({ macs: 1e9, acs: 0 }, DEFAULT_COSTS)).toBeCloseTo(4.6, 12);
    expect(energyOf({ macs: 0, acs: 1e9 }, { ...DEFAULT_COSTS, ...horowitz45nmInt8.picojoules })).toBeCloseTo(0.03, 12);
    const one = energyReport(counts, 1, network, 12);
    const ten = energyReport(counts, 10, network, 12);
    expect(ten.millijoulesPerImage.executed).toBeCloseTo(one.millijoulesPerImage.executed / 10, 15);
    expect(ten.operationsPerImage.published.macs).toBe(300 * 4992);
    expect(one.shareOfAnn.skipping).toBeCloseTo(one.millijoulesPerImage.executed / one.millijoulesPerImage.annSkipping, 12);
    const relu = energyReport(counts, 1, { ...network, neuron: 'relu' }, 12);
    const shiftedOfDense = relu.millijoulesPerImage.annSkipping / relu.millijoulesPerImage.annExecuted;
    expect(relu.shareOfAnn).toEqual({ published: 1, executed: 1, skipping: 1, shifted: 1, shiftedOfDense });
    expect(one.shareOfAnn.executed).toBeCloseTo(one.millijoulesPerImage.executed / one.millijoulesPerImage.annExecuted, 12);
  });

  it('of images without samples is zero', () => {
    const { millijoulesPerImage, shareOfAnn } = energyReport(emptyCounts(), 2, network, 12);
    expect(millijoulesPerImage.executed).toBe(0);
    expect(shareOfAnn.published).toBe(1);
  });
});

describe('firing rates', () => {
  it('are the share of neurons that fire in a time step', () => {
    expect(firingRates(counts, network)).toEqual([50_000 / (3000 * 128), 20_000 / (3000 * 128)]);
    expect(firingRates(emptyCounts(), network)).toEqual([0, 0]);
  });
});

describe('spikes 0, 1 and 2', () => {
  const ternary = { ...network, neuron: 'ternary', width: 16 };
  const half: Counts = { ...emptyCounts(), samples: 100, timeSteps: 100, spikes: [900, 1900], active: [800, 1500] };

  it('are told apart by value', () => {
    expect(spikesByValue(half, ternary)).toEqual([
      [
        { value: 1, count: 700 },
        { value: 2, count: 100 },
      ],
      [
        { value: 1, count: 1100 },
        { value: 2, count: 400 },
      ],
    ]);
    const signed = { ...half, spikes: [800, 1500] as [number, number], negative: [300, 0] as [number, number] };
    expect(spikesByValue(signed, { ...ternary, neuron: 'ternary-signed' })[0]).toEqual([
      { value: -1, count: 300 },
      { value: 1, count: 500 },
    ]);
  });

  it('count in the cheaper form as published, as trained when executed', () => {
    // Layer 2: 900 * 16 additions; shifted 800 silent, 100 twos, 100 biases: 1000 * 16. Layer 3: 1900 * 3; shifted (100 + 400 + 100) * 3.
    expect(ternaryForms(half, ternary)).toEqual([
      { trained: 14_400, shifted: 16_000 },
      { trained: 5700, shifted: 1800 },
    ]);
    const { published, executed } = countOperations(half, ternary, 12);
    expect(published.acs).toBe(14_400 + 1800);
    expect(executed.acs).toBe(14_400 + 5700);
    const parts = networkWork(half, ternary, 12, 'published').map(({ part }) => part);
    expect(parts).toEqual(expect.arrayContaining(['synapses, spikes 0, 1, 2', 'synapses, spikes −1, 0, 1 and bias']));
  });

  it('need nothing in the gaps of padding', () => {
    expect(ternaryForms({ ...half, timeSteps: 250 }, { ...ternary, temporal: 'pad' })).toEqual(ternaryForms(half, ternary));
  });
});

describe('spikes of three bits', () => {
  it('are additions as executed, shifted additions as published', () => {
    const threeBit = { ...network, neuron: 'three-bit', width: 16 };
    const counted: Counts = { ...emptyCounts(), samples: 100, timeSteps: 100, spikes: [900, 1900], active: [300, 500], bits: [500, 800] };
    const { published, executed } = countOperations(counted, threeBit, 12);
    expect(executed.acs).toBe(900 * 16 + 1900 * 3);
    expect(published.acs).toBe(500 * 16 + 800 * 3);
  });
});
