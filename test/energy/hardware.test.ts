import { emptyCounts, type Counts } from '../../src/engine/counts.ts';
import { describe, expect, it } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import { hardwareSchema, unlikeTechnology } from '../../src/energy/hardware/hardware-model.ts';
import { horowitz45nmFp32 } from '../../src/energy/hardware/horowitz-45nm-fp32.ts';
import { horowitz45nmInt8Memory } from '../../src/energy/hardware/horowitz-45nm-int8-memory.ts';
import { HARDWARE_MODELS } from '../../src/energy/hardware/index.ts';
import { loihi2018 } from '../../src/energy/hardware/loihi-2018.ts';
import { parseHardware } from '../../src/energy/hardware/parse-hardware.ts';
import { price, rowEnergies } from '../../src/energy/hardware/price.ts';
import { spikesimRram } from '../../src/energy/hardware/spikesim-rram.ts';
import { ledgerOf, twinLedger, type Stage } from '../../src/energy/work/ledger.ts';
import type { FieldSpec } from '../../src/model/field-spec.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';

const spec: FieldSpec = { ...fieldFixture().spec, network: presets.paper.network };
const counts: Counts = {
  ...emptyCounts(),
  rays: 1000,
  activeRays: 400,
  densityEvaluations: 9000,
  densitySamples: 5000,
  samples: 3000,
  timeSteps: 3000,
  spannedSteps: 4500,
  spikes: [50_000, 20_000],
  active: [50_000, 20_000],
};
const subject = { spiking: true, counts, spec, ledger: ledgerOf(counts, spec, 'executed') };
const twin = { ...subject, spiking: false, ledger: twinLedger(counts, spec, 'executed') };

describe('rows of a ledger', () => {
  it.each(HARDWARE_MODELS.map((model) => [model.name, model] as const))('%s: they add up to the stages', (_, model) => {
    for (const each of [subject, twin]) {
      const whole = price(model, each);
      const rows = rowEnergies(model, each);
      if (whole === null) expect(rows.every((row) => row === null)).toBe(true);
      else expect(rows.reduce<number>((sum, row) => sum + (row ?? 0), 0) / whole.all).toBeCloseTo(1, 10);
    }
  });
});

describe('built-in hardware models', () => {
  it.each(HARDWARE_MODELS.map((model) => [model.name, model] as const))('%s is as complete as a file has to be', (_, model) => {
    expect(hardwareSchema.parse(model)).toEqual(model);
    expect(parseHardware(JSON.stringify(model), 'x.json')).toEqual(model);
  });

  it('say where spikes and twin are priced in different technologies', () => {
    expect(unlikeTechnology(loihi2018)).toBe('spikes 14 nm, twin 45 nm, 0.9 V');
    expect(unlikeTechnology({ ...loihi2018, macNode: undefined })).toBeNull();
    expect(unlikeTechnology(horowitz45nmFp32)).toBeNull();
  });

  it('have names of their own', () => {
    expect(new Set(HARDWARE_MODELS.map(({ name }) => name)).size).toBe(HARDWARE_MODELS.length);
  });

  it.each(HARDWARE_MODELS.map((model) => [model.name, model] as const))('%s: totals are sums of stages', (_, model) => {
    const { byStage, synapses, network, all } = price(model, subject)!;
    const sum = (stages: readonly string[]): number => stages.reduce((total, stage) => total + (byStage[stage as Stage] ?? 0), 0);
    expect(all).toBeCloseTo(sum(Object.keys(byStage)), 12);
    expect(synapses).toBeCloseTo(sum(['layer 1', 'layer 2', 'layer 3']), 12);
    expect(network).toBeCloseTo(sum(['layer 1', 'layer 2', 'layer 3', 'neurons 1', 'neurons 2']), 12);
    expect(synapses).toBeGreaterThan(0);
  });
});

describe('prices, by hand', () => {
  it('of arithmetic', () => {
    const macs = 400 * 27 * 128 + 3000 * 12 * 128;
    const estimate = price(horowitz45nmFp32, subject)!;
    expect(estimate.synapses).toBeCloseTo((macs * 4.6 + (128 * 50_000 + 3 * 20_000) * 0.9) * 1e-9, 12);
    expect(estimate.byStage['neurons 1']).toBeCloseTo(3000 * 128 * (3.7 + 2 * 0.9 + 0.9) * 1e-9, 12);
    expect(estimate.unpriced).toEqual(['special functions']);
    expect(price(horowitz45nmFp32, twin)!.synapses).toBeCloseTo((400 * 3456 + 3000 * 18_304) * 4.6e-9, 12);
  });

  it('of memory traffic: one byte a value, weights from SRAM, grids from DRAM', () => {
    const { byStage } = price(horowitz45nmInt8Memory, subject)!;
    const acs = 3 * 20_000;
    // Weights and spikes read, three sums written in every time step.
    expect(byStage['layer 3']).toBeCloseTo((acs * 0.03 + (acs + 20_000 + 3000 * 3) * 2.5) * 1e-9, 15);
    const arithmetic = (9000 * 7 + 3000 * 96) * 0.23 + (9000 * 7 + 3000 * 3) * 0.03 + 3000 * 16 * 0.2;
    expect(byStage.interpolation).toBeCloseTo((arithmetic + (9000 * 8 + 3000 * 96) * 162.5) * 1e-9, 12);
  });

  it('of a crossbar: 8 crossbars and 5.72 nJ a time step, padding as long as the rays span', () => {
    expect(spikesimRram.picojoules.crossbarCycle).toBeCloseTo(715.58, 2);
    const { network, timeSteps } = price(spikesimRram, subject)!;
    expect(network).toBeCloseTo(3000 * 8 * 715.5754272e-9, 12);
    expect(timeSteps!.condensed).toMatchObject({ steps: 3000, millijoules: network });
    expect(timeSteps!.padded.steps).toBe(4500);
    expect(timeSteps!.padded.millijoules).toBeCloseTo(1.5 * network, 12);
    expect(timeSteps!.padded.seconds).toBeCloseTo(4500 * 104e-9, 12);
    expect(price(spikesimRram, twin)).toBeNull();
  });

  it('of events', () => {
    const { byStage } = price(loihi2018, subject)!;
    expect(byStage['layer 2']).toBeCloseTo(128 * 50_000 * 23.6e-9, 12);
    expect(byStage['neurons 2']).toBeCloseTo((20_000 * (81 + 1.7) + (3000 * 128 - 20_000) * 52) * 1e-9, 12);
    expect(byStage.interpolation).toBeUndefined();
    expect(price(loihi2018, twin)!.network).toBeCloseTo((400 * 3456 + 3000 * 18_304) * 4.6e-9, 12);
  });
});

describe('a hardware model from a file', () => {
  const refused = (model: object, says: RegExp): void => expect(() => parseHardware(JSON.stringify(model), 'my.json')).toThrow(says);
  const { picojoules } = horowitz45nmFp32;

  it('names the key that is missing or wrong', () => {
    refused({ ...horowitz45nmFp32, picojoules: { ...picojoules, ac: -0.1 } }, /^my\.json: picojoules\.ac: .*-0\.1/);
    refused({ ...horowitz45nmFp32, picojoules: { ...picojoules, ac: 'cheap' } }, /picojoules\.ac: .*"cheap"/);
    refused({ ...horowitz45nmFp32, picojoules: { ...picojoules, ac: undefined } }, /picojoules\.ac: missing/);
    refused({ ...horowitz45nmFp32, picojoules: { ...picojoules, acc: 1 } }, /picojoules: .*acc/);
    refused({ ...horowitz45nmFp32, source: '' }, /source/);
    refused({ ...horowitz45nmFp32, leavesOut: [] }, /leavesOut/);
    refused({ ...spikesimRram, crossbar: { ...spikesimRram.crossbar, size: 0 } }, /crossbar\.size/);
    refused([], /my\.json/);
  });

  it('has only finite energies', () => {
    const text = JSON.stringify(horowitz45nmFp32).replace('"mac":4.6', '"mac":1e999');
    expect(() => parseHardware(text, 'my.json')).toThrow(/picojoules\.mac: .*Infinity/);
    expect(() => parseHardware('NaN', 'my.json')).toThrow(/JSON/);
  });
});
