/** `eval` and `render` in parts by several processes at once, joined: what one process would have made. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { EvalReport } from '../../src/eval/eval-report.ts';
import { cli, succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { tinyRuns, workFolder } from './tiny.ts';

const folder = workFolder();
const run = join(folder, 'spiking');

beforeAll(() => tinyRuns(folder));

const bytesOf = (of: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(of)
      .filter((name) => !name.endsWith('.json'))
      .map((name) => [name, readFileSync(join(of, name)).toString('base64')]),
  );

/** A measurement without what the clock decides. */
function reportIn(of: string): EvalReport {
  const report = JSON.parse(readFileSync(join(of, 'metrics.json'), 'utf8')) as EvalReport;
  return { ...report, secondsPerImage: 0, perView: report.perView.map((row) => ({ ...row, seconds: 0 })) };
}

it('eval: parts that anybody makes, and that say what is missing', async () => {
  const [whole, parts] = ['whole', 'parts'].map((name) => join(folder, name));
  const evaluate = (out: string, ...more: string[]): string[] => ['eval', run, '--split', 'train', '--out', out, '--quiet', ...more];
  await succeed(evaluate(whole));
  await Promise.all(['1/3', '3/3'].map((part) => succeed(evaluate(parts, '--part', part))));
  await expectError(evaluate(parts, '--join', '3'), { says: ['2-of-3: this part is missing', '--part 2/3'], notWritten: parts });
  await succeed(evaluate(parts, '--part', '2/3', '--threads', '1'));
  await expectError(evaluate(parts, '--every', '2', '--join', '3'), {
    says: ['1-of-3/part.json: cameras: expected 4, found 8'],
    notWritten: parts,
  });
  await succeed(evaluate(parts, '--join', '3'));
  expect(bytesOf(parts)).toEqual(bytesOf(whole));
  expect(reportIn(parts)).toEqual(reportIn(whole));
  expect(existsSync(`${parts}.parts`)).toBe(false);
  await expectError(evaluate(parts, '--part', '3/2', '--force'), { says: ['--part 3/2: expected I/N'] });
  await expectError(evaluate(parts, '--parallel', '2', '--force'), { says: ['--parallel has no meaning without --parts'] });
  await expectError(evaluate(parts, '--part', '1/2', '--on', 'slurm', '--force'), { says: ['--on has no meaning without --parts'] });
  const both = await cli(evaluate(parts, '--part', '1/2', '--join', '2'));
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('cannot be used with')]);
});

it('render: shared between processes of this machine by one command', async () => {
  const [whole, parts] = ['frames', 'frames in parts'].map((name) => join(folder, name));
  const render = (out: string, ...more: string[]): string[] => ['render', run, '--frames', '5', '--size', '24x16', '--out', out, ...more];
  const { stdout } = await succeed(render(whole));
  const shared = await succeed(render(parts, '--parts=3', '--on', 'local', '--parallel', '2'));
  expect(shared.stderr).toContain('part 3 of 3: done');
  expect(shared.stdout.replace(parts, whole).replace(/\d+\.\d\d s/, '')).toBe(stdout.replace(/\d+\.\d\d s/, ''));
  expect(bytesOf(parts)).toEqual(bytesOf(whole));
  expect(Object.keys(bytesOf(whole))).toContain('colour.webp');
  for (const own of ['parts', 'logs']) expect(existsSync(`${parts}.${own}`)).toBe(false);
});
