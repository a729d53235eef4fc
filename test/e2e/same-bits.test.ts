import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StepMetrics } from '../../src/base/events.ts';
import { cli, succeed } from './cli.ts';
import { checkpointNames, contentOf, openCheckpoint } from './run-files.ts';
import { TINY, tinyRun, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
const straight = join(folder, 'straight');
let reference: Record<string, unknown>;

beforeAll(async () => {
  await tinyScene(scene);
  await tinyRun(scene, straight, '--threads', '2');
  reference = await contentOf(straight);
});

describe('a run is a function of scene, settings and seed', () => {
  it('gives the same bits again, with one thread too', async () => {
    const again = await tinyRun(scene, join(folder, 'again'), '--threads', '2');
    expect(await contentOf(again)).toEqual(reference);
    const single = await tinyRun(scene, join(folder, 'single'), '--threads', '1');
    expect(await contentOf(single)).toEqual(reference);
  });

  it('gives other bits with another seed', async () => {
    const other = await contentOf(await tinyRun(scene, join(folder, 'seed'), '--seed', '1'));
    expect(other.w1).not.toEqual(reference.w1);
  });

  it.each([4, 20, 39])('N steps are %i steps, saved, loaded, and the rest', async (steps) => {
    const run = await tinyRun(scene, join(folder, `half-${steps}`), '--max-steps', String(steps));
    expect((await openCheckpoint(run)).state.step).toBe(steps);
    await succeed(['resume', run, '--max-steps', '40', '--quiet']);
    expect(await contentOf(run)).toEqual(reference);
    expect(checkpointNames(run)).toEqual([`fine-${String(steps).padStart(8, '0')}.safetensors`, 'fine-00000040.safetensors']);
  });

  it.each(['coarse', 'fine'])('Ctrl-C in the %s stage saves, exits with 130 and prints the command that goes on', async (stage) => {
    const long = [...TINY, '--set', `${stage}.steps=1000000`, '--max-steps', '1000000'];
    const run = join(folder, `stop in ${stage}`);
    let asked = false;
    const { code, stdout, stderr } = await cli(['train', scene, '--out', run, ...long], {
      onStderr: (text, child) => {
        if (asked || !text.includes(`${stage} stage`)) return;
        asked = child.kill('SIGINT');
      },
    });
    expect(code, stderr).toBe(130);
    expect(stdout).toContain(`interrupted; to go on: spikeray resume '${run}'`);
    const { state } = await openCheckpoint(run);
    expect(state.stage).toBe(stage);
    // The fine stage saves as it begins: a stop that comes during that is a stop at step 0.
    expect(state.step).toBeGreaterThan(stage === 'coarse' ? 0 : -1);
    expect(state.step).toBeLessThan(1_000_000);
  });

  it('a run that was interrupted and resumed is the same run', async () => {
    const run = join(folder, 'interrupted');
    let asked = false;
    const settings = [...TINY, '--set', 'coarse.steps=3000', '--json'];
    const { code, stdout } = await cli(['train', scene, '--out', run, ...settings], {
      onStderr: (text, child) => {
        if (!asked && text.includes('coarse stage')) asked = child.kill('SIGINT');
      },
    });
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, stage: 'coarse', resume: `spikeray resume ${run}` });
    await succeed(['resume', run, '--quiet']);
    const whole = join(folder, 'not interrupted');
    await succeed(['train', scene, '--out', whole, ...settings, '--quiet']);
    expect(await contentOf(run)).toEqual(await contentOf(whole));
  });
});

describe('resume', () => {
  it('does nothing to a finished run, and says so', async () => {
    const run = await tinyRun(scene, join(folder, 'finished'));
    const before = readFileSync(join(run, 'metrics.jsonl'), 'utf8');
    const { stdout, stderr } = await succeed(['resume', run, '--json']);
    expect(stderr).toContain('40 of 40 planned steps are done');
    expect(JSON.parse(stdout)).toMatchObject({ step: 40, plannedSteps: 40, interrupted: false });
    const lower = await succeed(['resume', run, '--max-steps', '10', '--json']);
    expect(lower.stderr).toContain('nothing to do');
    expect(readFileSync(join(run, 'metrics.jsonl'), 'utf8')).toBe(before);
    expect(checkpointNames(run)).toEqual(['fine-00000000.safetensors', 'fine-00000040.safetensors']);
  });

  it('stops at the planned steps, and goes beyond them only when asked', async () => {
    const run = await tinyRun(scene, join(folder, 'plan'), '--max-steps', '12');
    await succeed(['resume', run, '--max-steps', '20', '--quiet']);
    await succeed(['resume', run, '--quiet']);
    expect((await openCheckpoint(run)).state.step).toBe(20);
    await succeed(['resume', run, '--max-steps', '50', '--quiet']);
    expect((await openCheckpoint(run)).state.step).toBe(50);
  });

  it('keeps one rising line of metrics', async () => {
    const lines = readFileSync(join(folder, 'plan/metrics.jsonl'), 'utf8').trimEnd().split('\n');
    const metrics = lines.map((line) => JSON.parse(line) as StepMetrics);
    expect(metrics.at(-1)).toMatchObject({ stage: 'fine', step: 50 });
    for (let i = 1; i < metrics.length; i++) expect(metrics[i].seconds).toBeGreaterThan(metrics[i - 1].seconds);
    for (const { loss, psnr } of metrics) expect(Number.isFinite(loss) && Number.isFinite(psnr)).toBe(true);
  });
});
