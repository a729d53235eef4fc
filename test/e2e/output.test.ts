/** stdout carries results, stderr progress. */
import type { Counts } from '../../src/engine/counts.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, MAIN, succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { checkpointNames } from './run-files.ts';
import { TINY, tinyRun, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
const run = join(folder, 'run');

beforeAll(async () => {
  await tinyScene(scene);
  await tinyRun(scene, run);
});

describe('--json writes exactly one document to stdout', () => {
  it.each<[string, string[], object]>([
    ['inspect', ['inspect', scene], { format: 'blender', splits: { train: { views: 8, width: 32 } } }],
    ['synth', ['synth', join(folder, 'synth'), '--views', '2', '--size', '16'], { scene: 'object', views: 2 }],
    ['train', ['train', scene, '--out', join(folder, 'json'), ...TINY], { step: 40, interrupted: false, resume: null }],
    ['resume', ['resume', join(folder, 'json'), '--max-steps', '45'], { step: 45 }],
    ['eval', ['eval', run], { split: 'test', views: 2 }],
    ['render', ['render', run, '--frames', '2', '--size', '16x16'], { frames: 2 }],
    ['config', ['config'], { config: { preset: 'blender' } }],
    ['doctor', ['doctor'], { problems: [] }],
  ])('%s', async (_, args, expected) => {
    const { stdout } = await succeed([...args, '--json']);
    expect(JSON.parse(stdout)).toMatchObject(expected);
  });

  it('for failures too', async () => {
    const { code, stdout, stderr } = await cli(['eval', join(folder, 'none'), '--json']);
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout) as { error: Record<string, string> };
    expect(error.name).toBe('InputError');
    expect(stderr).toContain(error.message);
    expect(stderr).toContain(error.fix);
    const usage = await cli(['train', '--json']);
    expect(usage.code).toBe(2);
    expect(JSON.parse(usage.stdout)).toHaveProperty('error.message');
  });
});

describe('eval', () => {
  it('reports what scripts rely on', async () => {
    const { stdout } = await succeed(['eval', run, '--split', 'val', '--json']);
    const report = JSON.parse(stdout) as { psnr: number; ssim: number; firingRates: number[]; counts: { total: Counts } };
    expect(report).toMatchObject({ split: 'val', views: 2 });
    expect(report.psnr).toBeGreaterThan(5);
    expect(report.ssim).toBeGreaterThan(0);
    const { spikes, active, timeSteps, rays } = report.counts.total;
    expect(rays).toBe(2 * 32 * 32);
    expect(spikes[0]).toBeGreaterThan(0);
    expect(report.firingRates).toEqual(active.map((count) => count / (timeSteps * 16)));
    const written = JSON.parse(readFileSync(join(run, 'eval/val/metrics.json'), 'utf8')) as typeof report;
    expect(written.psnr).toBe(report.psnr);
  });

  it('takes every k-th view', async () => {
    const { stdout } = await succeed(['eval', run, '--split', 'train', '--every', '3', '--json']);
    const { perView } = JSON.parse(stdout) as { perView: { name: string }[] };
    expect(perView.map(({ name }) => name)).toEqual(['r_0', 'r_3', 'r_6']);
  });
});

describe('earlier results', () => {
  it('of render do not mix with new ones, and are not replaced elsewhere without --force', async () => {
    const render = (frames: number, ...more: string[]) => [
      'render',
      run,
      '--frames',
      String(frames),
      '--size',
      '16x16',
      '--quiet',
      ...more,
    ];
    const framesIn = (path: string): string[] => readdirSync(path).filter((name) => /^frame_\d+\.png$/.test(name));
    await succeed(render(3));
    await succeed(render(2));
    expect(framesIn(join(run, 'render/orbit'))).toEqual(['frame_0000.png', 'frame_0001.png']);
    const out = join(folder, 'elsewhere');
    await succeed(render(2, '--out', out));
    writeFileSync(join(out, 'notes.txt'), 'mine');
    await expectError(render(1, '--out', out), { says: [out, 'in use', '--force'] });
    expect(framesIn(out)).toHaveLength(2);
    await succeed(render(1, '--out', out, '--force'));
    expect(framesIn(out)).toEqual(['frame_0000.png']);
    expect(readdirSync(out)).toContain('notes.txt');
  });

  it('of eval stay when the views cannot be measured', async () => {
    const small = await tinyRun(scene, join(folder, 'small'), '--downscale', '4', '--max-steps', '2');
    const results = join(small, 'eval/test');
    mkdirSync(results, { recursive: true });
    writeFileSync(join(results, 'metrics.json'), 'earlier');
    await expectError(['eval', small], { says: ['r_0: expected at least 11x11 pixels', 'found 8x8', '--downscale'] });
    expect(readdirSync(join(small, 'eval'))).toEqual(['test']);
    expect(readFileSync(join(results, 'metrics.json'), 'utf8')).toBe('earlier');
  });
});

describe('progress', () => {
  it('goes to stderr as plain lines without colour where there is no terminal', async () => {
    const { stdout, stderr } = await succeed(['train', scene, '--out', join(folder, 'progress'), ...TINY]);
    expect(stdout).toMatch(/fine step 40 of 40/);
    expect(stderr).toMatch(/^coarse 30\/30 .* ETA .*rays\/s {2}loss .* PSNR/m);
    expect(stderr).toMatch(/^fine 40\/40 .* firing \S+ % \S+ %$/m);
    expect(stderr).toMatch(/^saved .*fine-00000040\.safetensors/m);
    expect(stderr).toMatch(/^backend \(auto\): wasm/m);
    expect(stderr).not.toContain('\u001b');
  });

  it('is silent with --quiet', async () => {
    const { stderr } = await succeed(['train', scene, '--out', join(folder, 'quiet'), ...TINY, '--quiet']);
    expect(stderr).toBe('warning: only 8 training views; expect holes and floaters where no more photos are taken\n');
  });

  it('names a run after scene, preset and neuron, with a number if taken', async () => {
    await succeed(['train', scene, ...TINY, '--max-steps', '1', '--quiet'], { cwd: folder });
    const second = await succeed(['train', scene, ...TINY, '--max-steps', '1', '--quiet'], { cwd: folder });
    expect(second.stdout).toContain('runs/scene-blender-four-bit-2: fine step 1 of 1');
    const twin = await succeed(['train', scene, ...TINY, '--max-steps', '1', '--ann', '--json'], { cwd: folder });
    expect(JSON.parse(twin.stdout)).toMatchObject({ run: 'runs/scene-blender-relu' });
  });
});

describe('help', () => {
  it('groups the options of train, with ranges and defaults from the schema', async () => {
    const { stdout } = await succeed(['train', '--help']);
    for (const part of ['Run:', 'Model:', 'Training:', 'Output:', 'from 1 to 64 (default: 1)', 'one of lif, relu'])
      expect(stdout.replace(/\s+/g, ' ')).toContain(part);
  });

  it('config lists every setting', async () => {
    const { stdout } = await succeed(['config', '--preset', 'paper', '--set', 'fine.rays=77']);
    expect(stdout).toContain('fine.rays=77');
    expect(stdout).toContain('coarse.steps=5000');
    expect(stdout).toContain('rays a step; a whole number from 1 to 1048576');
  });

  it('gives the version of the package', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    expect((await succeed(['--version'])).stdout).toBe(`${manifest.version}\n`);
  });
});

describe('a reader that goes away', () => {
  it('of the result is no failure', async () => {
    const child = spawn(process.execPath, [MAIN, 'config', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number | null];
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('of the progress does not end the training', async () => {
    const out = join(folder, 'unwatched');
    const child = spawn(process.execPath, [MAIN, 'train', scene, '--out', out, ...TINY], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.once('data', () => child.stderr.destroy());
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(0);
    expect(checkpointNames(out)).toEqual(['fine-00000000.safetensors', 'fine-00000040.safetensors']);
  });
});

describe('a result that cannot be written', () => {
  it.skipIf(!existsSync('/dev/full'))('because the disk is full is a failure in words', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [MAIN, 'config'], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('error: the result cannot be written to stdout: the disk is full');
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

describe('demo', () => {
  it('shows the commands it runs, and ends as the first of them that fails', async () => {
    const taken = join(folder, 'taken');
    mkdirSync(join(taken, 'scene'), { recursive: true });
    writeFileSync(join(taken, 'scene/notes.txt'), '');
    const { code, stdout, stderr } = await cli(['demo', taken, '--json']);
    expect(code).toBe(2);
    expect(stderr).toContain('$ spikeray synth');
    expect(stderr).toContain(join(taken, 'scene'));
    expect(JSON.parse(stdout)).toMatchObject({ error: { message: 'a command ended with exit code 2' } });
  });
});
