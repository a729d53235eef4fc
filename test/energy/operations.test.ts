import { describe, expect, it } from 'vitest';
import { emptyCounts, type Counts } from '../../src/backends/backend.ts';
import { presets } from '../../src/config/presets.ts';
import { DEFAULT_COSTS, energyOf, energyReport } from '../../src/energy/energy-report.ts';
import { horowitz45nmInt8 } from '../../src/energy/hardware/horowitz-45nm-int8.ts';
import { firingRates } from '../../src/energy/firing-rates.ts';
import { countOperations } from '../../src/energy/operations.ts';

const { network } = presets.paper;
const counts: Counts = {
  ...emptyCounts(),
  rays: 1000,
  activeRays: 400,
  samples: 3000,
  timeSteps: 3000,
  spikes: [50_000, 20_000],
  inputSpikes: 9000,
};

describe('operations', () => {
  it('of the spiking network, by hand', () => {
    const { published, executed, annPublished, annExecuted, effective } = countOperations(counts, network, 12);
    expect(published).toEqual({ macs: 3000 * 4992, acs: 128 * 50_000 + 3 * 20_000 });
    expect(annPublished).toEqual({ macs: 3000 * 21_760, acs: 0 });
    expect(executed).toEqual({ macs: 400 * 27 * 128 + 3000 * 12 * 128, acs: 6_460_000 });
    expect(annExecuted).toEqual({ macs: 400 * 3456 + 3000 * (1536 + 16_384 + 384), acs: 0 });
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
    const { published, executed, annPublished } = countOperations({ ...counts, timeSteps: 12_000 }, repeat, 12);
    expect(published.macs).toBe(4 * 3000 * 4992);
    expect(executed.macs).toBe(400 * 3456 + 3000 * 1536);
    expect(annPublished.macs).toBe(3000 * 21_760);
  });

  it('of Poisson coded samples: additions for input spikes, no multiplication', () => {
    const poisson = { ...network, temporal: 'repeat', encoding: 'poisson' } as const;
    const { published, executed } = countOperations(counts, poisson, 12);
    expect(published).toEqual({ macs: 0, acs: 6_460_000 + 128 * 9000 });
    expect(executed).toEqual(published);
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
    expect(one.shareOfAnn.executed).toBeCloseTo(one.millijoulesPerImage.executed / one.millijoulesPerImage.annExecuted, 12);
  });

  it('of images without samples is zero', () => {
    const { millijoulesPerImage, shareOfAnn } = energyReport(emptyCounts(), 2, network, 12);
    expect(millijoulesPerImage.executed).toBe(0);
    expect(shareOfAnn.published).toBe(1);
  });
});

describe('firing rates', () => {
  it('are spikes a neuron and time step', () => {
    expect(firingRates(counts, network)).toEqual([50_000 / (3000 * 128), 20_000 / (3000 * 128)]);
    expect(firingRates(emptyCounts(), network)).toEqual([0, 0]);
  });
});
