/** `spikeray compare` as a user types it: what it writes, what it does not train again, what it refuses. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/jobs/comparison.ts';
import { cli, succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { checkpointPath, contentOf, openCheckpoint } from './run-files.ts';
import { TINY, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
const out = join(folder, 'out');
const compare = (neurons: string, ...more: string[]): string[] => ['compare', scene, '--neurons', neurons, '--out', out, ...TINY, ...more];

beforeAll(() => tinyScene(scene));

describe('compare', () => {
  it('trains, measures and writes table, chart, page and JSON, with means over seeds', async () => {
    const { stdout } = await succeed(compare('lif+spikePenalty=1e-4,ann', '--seeds', '2', '--json', '--quiet'));
    const comparison = JSON.parse(stdout) as Comparison;
    expect(comparison.entries.map(({ name, runs }) => [name, runs.length])).toEqual([
      ['ann', 2],
      ['lif+spikePenalty=1e-4', 2],
    ]);
    const [ann, lif] = comparison.entries;
    expect(lif.runs.map(({ seed, step }) => [seed, step])).toEqual([
      [777, 40],
      [778, 40],
    ]);
    expect(lif.figures.psnr.mean).toBeCloseTo((lif.runs[0].report.psnr + lif.runs[1].report.psnr) / 2, 10);
    expect(lif.figures.millijoules.mean).toBeLessThan(ann.figures.millijoules.mean);
    expect(JSON.parse(readFileSync(join(out, 'compare.json'), 'utf8'))).toMatchObject({ schema: 2, split: 'test' });
    const table = readFileSync(join(out, 'compare.md'), 'utf8');
    expect(table).toContain('| lif+spikePenalty=1e-4 |');
    expect(table).toContain('![Energy against quality](compare.svg)');
    expect(readFileSync(join(out, 'compare.html'), 'utf8')).toContain('<svg');
    // The same numbers as `spikeray eval` gives.
    const evaluated = JSON.parse((await succeed(['eval', lif.runs[0].run, '--json', '--quiet'])).stdout) as { psnr: number };
    expect(evaluated.psnr).toBe(lif.runs[0].report.psnr);
  });

  it('does not train again what is trained, and teaches with the twin that is there', async () => {
    const twin = checkpointPath(join(out, 'ann/seed-777'));
    const before = statSync(twin).mtimeMs;
    const { stdout, stderr } = await succeed(compare('ternary+spikePenalty=1e-4+distill+potential=0.5'));
    expect(statSync(twin).mtimeMs).toBe(before);
    expect(stderr).toContain('ann/seed-777: trained before');
    expect(stderr).toContain(`teacher: ${twin}`);
    expect(stdout).toMatch(/\| ternary\+spikePenalty=1e-4\+distill\+potential=0\.5 \| \d+\.\d\d \|/);
    const student = await openCheckpoint(join(out, 'ternary+spikePenalty=1e-4+distill+potential=0.5/seed-777'));
    expect(student.spec.grid).toEqual((await openCheckpoint(join(out, 'ann/seed-777'))).spec.grid);
  });

  it('goes on after an interruption with the same command, to the same bits', async () => {
    const command = compare('plif', '--set', 'fine.steps=400');
    let asked = false;
    const stopped = await cli(command, {
      onStderr: (text, child) => {
        if (!asked && text.includes('fine stage')) asked = child.kill('SIGINT');
      },
    });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stdout).toContain(`to go on: spikeray ${command.slice(0, 4).join(' ')}`);
    await succeed([...command, '--quiet']);
    const straight = join(folder, 'straight');
    await succeed(['train', scene, '--out', straight, ...TINY, '--neuron', 'plif', '--set', 'fine.steps=400', '--quiet']);
    expect(await contentOf(join(out, 'plif/seed-777'))).toEqual(await contentOf(straight));
  });

  it('refuses runs that were trained otherwise, and entries that cannot be, before anything is trained', async () => {
    await expectError(compare('ann', '--steps', '41'), { says: ['ann/seed-777', 'fine.steps is 40', '41', '--out'] });
    const fresh = join(folder, 'fresh');
    await expectError(['compare', scene, '--neurons', 'lif,lfi', '--out', fresh], { says: ['Did you mean lif?'], notWritten: fresh });
    await expectError(['compare', scene, '--neurons', 'lif+speed=1', '--out', fresh], {
      says: ['speed', 'unknown key'],
      notWritten: fresh,
    });
    await expectError(['compare', scene, '--seeds', '0', '--out', fresh], { says: ['--seeds 0'], notWritten: fresh });
    expect(existsSync(fresh)).toBe(false);
  });
});
