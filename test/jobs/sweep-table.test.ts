/** What `sweep collect` makes of results, beside numbers computed by hand. */
import { expect, it } from 'vitest';
import type { Published } from '../../src/jobs/published.ts';
import { sweepFiles } from '../../src/jobs/sweep-report.ts';
import { tabulate } from '../../src/jobs/sweep-table.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { finish, measuredResult, plannedSweep } from './sweep-fixture.ts';

const published: Published = {
  network: 'Theirs & co',
  source: 'A. Author 2023, table 1',
  certainty: 'unverified',
  psnr: { a: 31.5, mean: 31.25 },
  millijoules: { mean: 110.8 },
};

it('has means and deviations over seeds, shares of the twin, published numbers with their source, and what is missing with the reason', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'ann,lif', {}, { title: 'Two_scenes', published: [published] });
  // Scene a: ann 40 and 42, lif 30 and 32; scene b: ann 20 and 24, lif 10 and failed.
  const psnrs = [40, 42, 30, 32, 20, 24, 10];
  for (const [index, psnr] of psnrs.entries()) await finish(sweep, index, measuredResult(psnr));
  await finish(sweep, 7, { schema: 1, status: 'failed', error: { name: 'StorageError', message: 'the disk is full | really', fix: null } });
  const table = await tabulate(nodeFiles, sweep);
  const [ann, lif] = table.networks;
  expect(ann.cells.map(({ figures }) => figures?.psnr)).toEqual([
    { mean: 41, deviation: Math.SQRT2 },
    { mean: 22, deviation: Math.sqrt(8) },
  ]);
  // The seeds' means over scenes are 30 and 33.
  expect(ann.mean?.psnr).toEqual({ mean: 31.5, deviation: Math.sqrt(4.5) });
  // A seed is missing in b: the mean of what there is, and no deviation.
  expect(lif.mean?.psnr).toEqual({ mean: 20.5, deviation: null });
  expect(table.rows[7]).toMatchObject({ values: null, missing: 'failed: the disk is full | really' });

  const files = sweepFiles(table, 'spikeray sweep collect out', '2026-01-01T00:00:00Z');
  const markdown = files['table.md'];
  expect(markdown).toContain('# Two_scenes\n\n7 of 8 runs; seeds 1, 2; 1 test views of 800x800');
  // 2.05 mJ of 3.15, each as published four times as much, and skipping half of it.
  expect(markdown).toContain('| lif | 20.50 | 0.2050 | 2.05 | 65.1 % | 65.1 % | 65.1 % | 32.5 % | 16.3 % | 2.0 | 300 |');
  expect(markdown).toContain('| ann | 31.50 ± 2.12 | 0.3150 ± 0.0212 | 3.15 ± 0.212 | – | – | – | – | – | 2.0 ± 0.0 | 300 |');
  expect(markdown).toContain('| lif | 31.00 ± 1.41 | 10.00 (1 seed) | 20.50 |');
  expect(markdown).toContain('| Theirs & co [1] | 31.50 | – | 31.25 |');
  expect(markdown).toContain('| [1] | Theirs & co | A. Author 2023, table 1 | reported, not verified: the table itself was not read |');
  expect(markdown).toContain('| 7 | b | lif | 2 | failed: the disk is full \\| really |');
  expect(files['table.tex']).toContain('Theirs \\& co [1] & 31.50 & -- & 31.25 \\\\');
  expect(files['table.tex']).toContain('lif & 20.50 & 0.2050 & 2.05 & 65.1 \\% &');
  const lines = files['table.csv'].trimEnd().split('\n');
  expect(lines).toHaveLength(9);
  expect(lines[3]).toBe(`2,a,,lif,1,30,0.3,3,1.5,0.75,12,2,${300 * 2 ** 20},6,`);
  expect(lines[8]).toBe('7,b,,lif,2,,,,,,,,,,failed: the disk is full | really');
  expect(JSON.parse(files['table.json'])).toMatchObject({ schema: 1, scenes: ['a', 'b'], rows: { 7: { network: 'lif' } } });
  expect(files['table.html']).toContain('<svg');
  expect(files['table.html']).toContain('Theirs &amp; co');
  expect(files['chart.svg']).toContain('<svg');
});

it('of nothing says so, without a chart', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'lif', { variants: [{ name: 'short', requests: [] }] });
  const table = await tabulate(nodeFiles, sweep);
  expect(table.networks).toMatchObject([{ name: 'lif (short)', mean: null, cells: [{ seeds: 0, figures: null }, { seeds: 0 }] }]);
  const files = sweepFiles(table, 'x', '2026-01-01T00:00:00Z');
  expect(files['table.md']).toContain('0 of 4 runs');
  expect(files['table.md']).toContain('| 0 | a | lif (short) | 1 | not begun |');
  expect(Object.keys(files)).not.toContain('chart.svg');
});
