import { describe, expect, it } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import { comparisonOf, type Comparison, type ComparedRun } from '../../src/jobs/comparison.ts';
import { onFrontier } from '../../src/energy/frontier.ts';
import { standaloneSvg } from '../../src/energy/report/page.ts';
import { comparisonChart, comparisonMarkdown, comparisonPage } from '../../src/jobs/comparison-page.ts';
import type { EvalReport } from '../../src/eval/eval-report.ts';

function run(seed: number, psnr: number, millijoules: number, firingRates = [0.05, 0.04]): ComparedRun {
  const executed = { macs: 2e6, acs: 3e5 };
  const report = {
    views: 2,
    psnr,
    ssim: 0.9,
    imageSize: { width: 40, height: 30 },
    firingRates,
    counts: { samplesPerRay: 3.5 },
    bits: { meanWeight: 32, meanSpike: 1, weightBytes: 87040 },
    energy: {
      operationsPerImage: { executed },
      millijoulesPerImage: {
        executed: millijoules,
        shifted: millijoules / 4,
        published: 4 * millijoules,
        effective: Math.min(millijoules, 10),
      },
    },
  } as unknown as EvalReport;
  return { seed, run: `out/x/seed-${seed}`, checkpoint: 'c', step: 10, trainSeconds: 90, report };
}

const about: Omit<Comparison, 'schema' | 'entries'> = {
  spikeray: '0',
  commit: null,
  created: '2026-01-01T00:00:00.000Z',
  command: 'spikeray compare <scene>',
  scene: { path: '/scene', name: 'scene', fingerprint: '' },
  backend: 'wasm',
  split: 'val',
  every: 1,
  seeds: [1, 2],
  config: presets.blender,
};

describe('a comparison', () => {
  const comparison = comparisonOf(
    [
      { name: 'ann', settings: {}, runs: [run(1, 34, 50), run(2, 34.2, 50)] },
      { name: 'lif', settings: {}, runs: [run(1, 32, 5), run(2, 32.4, 6)] },
      { name: 'worse', settings: {}, runs: [run(1, 31, 7), run(2, 31, 7)] },
    ],
    about,
  );

  it('has means, spreads, and those that no other beats', () => {
    const [, lif] = comparison.entries;
    expect(lif.figures.psnr.mean).toBeCloseTo(32.2, 12);
    expect(lif.figures.psnr.spread).toBeCloseTo(0.2, 12);
    expect(lif.figures.trainMinutes).toEqual({ mean: 1.5, spread: 0 });
    expect(comparison.entries.map((entry) => entry.onFrontier)).toEqual([true, true, false]);
  });

  it('is shown as a table, a page and a picture, the best first', () => {
    const lines = comparisonMarkdown(comparison, 'compare.svg').split('\n');
    const rows = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|').map((cell) => cell.trim()));
    expect(rows.slice(2).map(([, name]) => name)).toEqual(['ann', 'lif', 'worse']);
    expect(rows[3].slice(2, 4)).toEqual(['32.20 ± 0.20', '−1.90']);
    // Shares of the twin: 5.5 of 10 mJ where it skips its zeros, of 50 where it does not.
    expect(rows[3].slice(14, 19)).toEqual(['55.0 %', '11.0 %', '11.0 %', '13.8 %', '2.8 %']);
    expect(rows[3].slice(8, 11)).toEqual(['32.00 ± 0.00', '1.00 ± 0.00', '87,040 ± 0']);
    expect(rows[0].slice(14, 19)).toEqual([
      ...['of a skipping twin', 'as published', 'of a dense twin'],
      ...['skipping twin, shifted', 'dense twin, shifted'],
    ]);
    expect(rows[0].slice(5, 8)).toEqual(['firing, layer 1', 'layer 2', 'samples a ray']);
    const chart = comparisonChart(comparison);
    expect(comparisonPage(comparison, chart)).toContain('spikeray compare &lt;scene&gt;');
    const picture = standaloneSvg(chart);
    expect(picture).not.toContain('var(');
    for (const name of ['ann', 'lif', 'worse']) expect(picture).toContain(`>${name}</text>`);
  });
});

it('shows as many hidden layers as the deepest network has', () => {
  const entries = [
    { name: 'deep', settings: {}, runs: [run(1, 33, 5, [0.05, 0.04, 0.02])] },
    { name: 'lif', settings: {}, runs: [run(1, 32, 5)] },
  ];
  const lines = comparisonMarkdown(comparisonOf(entries, about), '').split('\n');
  const rows = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|').map((cell) => cell.trim()));
  expect([0, 2, 3].map((row) => rows[row].slice(5, 8))).toEqual([
    ['firing, layer 1', 'layer 2', 'layer 3'],
    ['5.0 %', '4.0 %', '2.0 %'],
    ['5.0 %', '4.0 %', '–'],
  ]);
  expect(rows[1]).toHaveLength(rows[0].length);
});

describe('the frontier', () => {
  it('keeps equals, and nothing without an energy', () => {
    const points = [
      { quality: 1, energy: 1 },
      { quality: 1, energy: 1 },
      { quality: 2, energy: null },
      { quality: 0.5, energy: 1 },
    ];
    expect(onFrontier(points)).toEqual([true, true, false, false]);
  });
});
