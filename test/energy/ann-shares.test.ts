/** Shares of the ANN twin: what each compares, in one order and in the same words everywhere. */
import { expect, it } from 'vitest';
import { energyRows } from '../../src/cli/terminal/energy-rows.ts';
import { ANN_SHARES, annShares, shareCells, shareText, toldShares } from '../../src/energy/ann-shares.ts';
import { comparedEnergies, energyReport } from '../../src/energy/energy-report.ts';
import { emptyCounts } from '../../src/engine/counts.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';

const twin = { published: 200, executed: 100, skipping: 25 };

it('compare with the twin that skips inactive ReLUs first, beside it with the dense one as published', () => {
  const shares = annShares({ published: 20, executed: 10, skipping: 10, shifted: 5 }, twin);
  expect(shares).toEqual({ skipping: 0.4, published: 0.1, executed: 0.1, shifted: 0.2, shiftedOfDense: 0.05 });
  expect(toldShares(shares).map(({ twin: of, text }) => `${text} of ${of}`)).toEqual([
    '40.0 % of the twin that skips inactive ReLUs',
    '10.0 % of the dense twin, as published',
    '10.0 % of the dense twin, as executed',
    '20.0 % of the twin that skips inactive ReLUs, in shifted additions',
    '5.0 % of the dense twin, in shifted additions',
  ]);
  expect(shareCells(shares)).toEqual(['40.0 %', '10.0 %', '10.0 %', '20.0 %', '5.0 %']);
});

it('in shifted additions are not told where no spike is larger than one, nor where a report does not have them', () => {
  const ones = annShares({ published: 20, executed: 10, skipping: 10, shifted: 10 }, twin);
  expect(toldShares(ones).map(({ share }) => share)).toEqual(['skipping', 'published', 'executed']);
  const older = { skipping: 0.4, published: 0.1, executed: 0.1 };
  expect(ANN_SHARES.map(({ share }) => shareText(older, share))).toEqual(['40.0 %', '10.0 %', '10.0 %', null, null]);
  // A table has the same columns for all networks; comparisons of older versions have no shifted additions.
  expect(shareCells(ones)).toEqual(['40.0 %', '10.0 %', '10.0 %', '40.0 %', '10.0 %']);
  expect(shareCells(annShares({ published: 20, executed: 10, skipping: 10, shifted: NaN }, twin)).slice(2)).toEqual(['10.0 %', '–', '–']);
  expect(shareCells(null)).toEqual(['–', '–', '–', '–', '–']);
});

it('are finite where the twin costs nothing', () => {
  const shares = annShares({ published: 0, executed: 10, skipping: 10, shifted: 5 }, { published: 0, executed: 0, skipping: 0 });
  expect(shares).toEqual({ skipping: 1, published: 1, executed: 1, shifted: 1, shiftedOfDense: 1 });
});

it('stand in the tables of the terminal below the energies, beside a computed and beside a trained twin', () => {
  const { spec } = fieldFixture({ network: { neuron: 'four-bit' } });
  const { width } = spec.network!;
  const counts = {
    ...emptyCounts(),
    samples: 4e6,
    timeSteps: 4e6,
    activeRays: 1e6,
    rays: 1e6,
    spikes: [6e6, 4e6],
    bits: [3e6, 2e6],
    active: [2e6, 1e6],
  };
  const spiking = energyReport(counts, 1, spec.network!, 12);
  const ann = energyReport({ ...counts, spikes: [8e6, 4e6], active: [8e6, 4e6] }, 1, { ...spec.network!, neuron: 'relu' }, 12);
  const rows = energyRows([spiking], spiking.shareOfAnn);
  expect(rows.map(([label]) => label)).toEqual([
    'energy an image, as executed',
    '  as published',
    '  in shifted additions',
    ...ANN_SHARES.map(({ twin: of }) => `  of ${of}`),
  ]);
  // Half as many additions behind layer 1 where a spike is one for every one of its binary number.
  const additions = (6e6 * width + 4e6 * 3) * 0.9e-9;
  expect(spiking.millijoulesPerImage.executed - spiking.millijoulesPerImage.shifted).toBeCloseTo(additions / 2, 9);
  expect(rows[2]).toEqual(['  in shifted additions', `${spiking.millijoulesPerImage.shifted.toFixed(2)} mJ`]);
  const { executed, annExecuted } = spiking.millijoulesPerImage;
  expect(rows[5][1]).toBe(`${((100 * executed) / annExecuted).toFixed(1)} %`);

  const both = energyRows(
    [spiking, ann],
    annShares(comparedEnergies(spiking.millijoulesPerImage), comparedEnergies(ann.millijoulesPerImage)),
  );
  expect(both.every((row) => row.length === 3)).toBe(true);
  const ofSkipping = both.find(([label]) => label === '  of the twin that skips inactive ReLUs')!;
  const share = (100 * executed) / ann.millijoulesPerImage.effective;
  expect(ofSkipping.slice(1)).toEqual([`${share.toFixed(1)} %`, '100.0 %']);
  expect(energyRows([ann], null).map(([label]) => label)).toEqual([
    'energy an image, as executed',
    '  as published',
    '  skipping inactive ReLUs',
  ]);
});
