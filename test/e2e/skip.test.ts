/** A skip mask from the run to the results made with it: in folders of their own, named in every report, refused with another field. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { EnergyStudy } from '../../src/energy/study.ts';
import type { EvalReport } from '../../src/eval/eval-report.ts';
import { succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { tinyRuns, workFolder } from './tiny.ts';

const folder = workFolder();
const run = join(folder, 'spiking');
const mask = join(run, 'skip-mask.json');
const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

it('is trained, used by eval, render and energy, and refused with another checkpoint', async () => {
  await tinyRuns(folder);
  const { work } = JSON.parse((await succeed(['skip', run, '--places', '400', '--alpha', '0.0003', '--json', '--quiet'])).stdout) as {
    work: { places: number; kept: number };
  };
  expect(work.kept).toBeLessThan(work.places);
  const origin = { file: mask, sha256: createHash('sha256').update(readFileSync(mask)).digest('hex') };

  await succeed(['eval', run, '--quiet']);
  await succeed(['eval', run, '--skip-mask', mask, '--quiet']);
  const [plain, skipped] = ['test', 'test-skipped'].map((name) => read<EvalReport>(join(run, 'eval', name, 'metrics.json')));
  expect([plain.skipMask, skipped.skipMask]).toEqual([null, origin]);
  expect(skipped.counts.total.densityEvaluations).toBeLessThan(plain.counts.total.densityEvaluations);

  await succeed(['render', run, '--skip-mask', mask, '--frames', '2', '--size', '16x16', '--quiet']);
  expect(existsSync(join(run, 'render/orbit-skipped/frame_0001.png'))).toBe(true);

  await succeed(['energy', run, '--skip-mask', mask, '--format', 'html,json', '--quiet']);
  const study = read<EnergyStudy>(join(run, 'report-skipped/energy.json'));
  expect(study.run.origin.skipMask).toEqual(origin);
  for (const { executed } of [study.run, study.twin]) {
    const [row] = executed.filter(({ stage }) => stage === 'skip mask');
    expect(row.work.weightBytes).toBe(4 * row.work.acs);
    expect(row.work.acs).toBeGreaterThan(0);
  }
  const page = readFileSync(join(run, 'report-skipped/energy.html'), 'utf8');
  expect(page).toContain(`--skip-mask ${mask}`);
  expect(page).toContain(origin.sha256);

  await succeed(['resume', run, '--max-steps', '45', '--quiet']);
  await expectError(['eval', run, '--skip-mask', mask], { says: ['another step of this one', 'spikeray skip'] });
});
