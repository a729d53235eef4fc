/** What is drawn and printed says what was counted. */
import { describe, expect, it } from 'vitest';
import { renderImage } from '../../renderer/render-image.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { horowitz45nmFp32 } from '../../src/energy/hardware/horowitz-45nm-fp32.ts';
import { spikesimRram } from '../../src/energy/hardware/spikesim-rram.ts';
import { price } from '../../src/energy/hardware/price.ts';
import { ledgerOf, twinLedger } from '../../src/energy/work/ledger.ts';
import { barChart } from '../../src/energy/report/charts.ts';
import { html } from '../../src/energy/report/html.ts';
import { pixelEnergy, pixelFiring } from '../../src/energy/report/maps.ts';
import { percent } from '../../src/base/format.ts';
import { grouped, si, three } from '../../src/energy/report/numbers.ts';
import { ternaryTable } from '../../src/energy/report/study-tables.ts';
import type { EnergyStudy } from '../../src/energy/study.ts';
import { drawnFixture, fieldFixture, loadFixture } from '../helpers/field-fixtures.ts';
import { tinyCamera } from '../train/tiny-scene.ts';

describe('maps', () => {
  it.each([
    ['condense', {}],
    ['repeat', { temporal: 'repeat' }],
    ['Poisson encoding', { temporal: 'repeat', encoding: 'poisson' }],
    ['input spikes', { featureLevels: 3, viewLevels: 4 }],
    ['three bits', { neuron: 'three-bit' }],
  ] as const)('add up to the energy and the spikes of the image (%s)', async (_, network) => {
    const fixture = fieldFixture({ network });
    const { spec } = fixture;
    const backend = await createWasmBackend({ threads: 1 });
    const engine = await backend.createField(spec, { voxels: fixture.occupancy.length, trainRays: 0 });
    await loadFixture(engine, drawnFixture(fixture));
    const image = await renderImage(engine, tinyCamera(0.4, 0.3, 24), { background: [1, 1, 1] });
    const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
    const { counts } = image;
    const mine = price(horowitz45nmFp32, { spiking: true, counts, spec, ledger: ledgerOf(counts, spec, 'executed') })!;
    const theirs = price(horowitz45nmFp32, { spiking: false, counts, spec, ledger: twinLedger(counts, spec, 'executed') })!;
    expect(sum(pixelEnergy(horowitz45nmFp32, spec, image, false)!) / (mine.synapses * 1e6)).toBeCloseTo(1, 5);
    expect(sum(pixelEnergy(horowitz45nmFp32, spec, image, true)!) / (theirs.synapses * 1e6)).toBeCloseTo(1, 5);
    expect(pixelEnergy(spikesimRram, spec, image, true)).toBeNull();
    const firing = pixelFiring(spec, image);
    expect(Math.max(...firing)).toBeLessThanOrEqual(1);
    // Sizes of spikes do not count: over the picture it is the firing rate.
    const active = counts.active.reduce((a, b) => a + b, 0) / (2 * spec.network!.width * counts.timeSteps);
    const weighted = sum(firing.map((share, i) => share * image.samples[i])) / counts.samples;
    expect(weighted / active).toBeCloseTo(1, 5);
    expect(firing.every((share, i) => share > 0 === image.spikes[i] > 0)).toBe(true);
    await engine.dispose();
  });
});

describe('text', () => {
  it('is escaped', () => {
    expect(html`<p>${'<img src="x">&'}${[html`<b>${1}</b>`, 2]}</p>`.text).toBe('<p>&lt;img src=&quot;x&quot;&gt;&amp;<b>1</b>2</p>');
    const chart = barChart({
      description: '"><script>',
      categories: ['</text><script>'],
      series: [{ label: 'a', colour: 'run', values: [1] }],
      format: three,
      unit: 'mJ',
    });
    expect(chart.text).not.toContain('<script');
    expect(chart.text).toContain('var(--run)');
  });

  it('has numbers of three digits', () => {
    expect([0, 0.0123456, 0.5, 9.999, 71.812, 436.4, 12_345.6].map(three)).toEqual([
      '0',
      '0.0123',
      '0.500',
      '10.0',
      '71.8',
      '436',
      '12,346',
    ]);
    expect([0, 1, 999.6, 1234, 4.49e9, 3.2e-6].map((value) => si(value))).toEqual(['0', '1.00', '1000', '1.23 k', '4.49 G', '3.20 µ']);
    expect(si(87_040, 'B')).toBe('87.0 kB');
    expect([percent(0.1653), grouped(1_234_567)]).toEqual(['16.5 %', '1,234,567']);
  });
});

describe('layers behind spikes 0, 1, 2', () => {
  const study = (ternaryForms: EnergyStudy['run']['ternaryForms']): EnergyStudy => ({ run: { ternaryForms, images: 2 } }) as EnergyStudy;

  it('are listed with both counts and the one that is published', () => {
    const table = ternaryTable(
      study([
        { trained: 4000, shifted: 16_000 },
        { trained: 9000, shifted: 1200 },
      ]),
    )!.text;
    for (const cell of ['2.00 k', '8.00 k', '4.50 k', '600']) expect(table).toContain(`>${cell}<`);
    expect(table).toMatch(/layer 2.*>0, 1, 2<.*layer 3.*>−1, 0, 1</s);
    expect(ternaryTable(study([]))).toBeNull();
  });
});
