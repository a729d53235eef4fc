/** `spikeray sweep` on this machine, as a user types it: planned, run side by side, interrupted, killed, collected. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SweepTable } from '../../src/jobs/sweep-table.ts';
import { Random } from '../../src/math/random.ts';
import { nodeMachine } from '../../src/node/node-machine.ts';
import { cli, MAIN, succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { contentOf } from './run-files.ts';
import { TINY, tinyScene, tinySweepSettings, workFolder } from './tiny.ts';

const folder = workFolder();
const sweepFile = join(folder, 'sweep.yaml');
const RUNS = ['ann/seed-777', 'ann/seed-778', 'lif/seed-777', 'lif/seed-778', 'ternary+distill/seed-777', 'ternary+distill/seed-778'];

const ENDLESS = ['ann/seed-777', 'lif/seed-777'];

beforeAll(async () => {
  await tinyScene(join(folder, 'scene'));
  writeFileSync(sweepFile, `title: tiny\nscenes: [scene]\nentries: [lif, ternary+distill, ann]\nseeds: 2\nset:\n${tinySweepSettings(300)}`);
});

it('paper: a published table measured again on those of its scenes that are there, with the published numbers beside', async () => {
  const [scenes, out] = [join(folder, 'scenes'), join(folder, 'table')];
  cpSync(join(folder, 'scene'), join(scenes, 'lego'), { recursive: true });
  const tiny = [...TINY, ...['--set', 'scene.downscale=1']];
  const planned = await succeed(['paper', 'spik-nerf-synthetic', scenes, '--out', out, ...tiny]);
  expect(planned.stdout).toMatch(/^3 runs: /);
  expect(planned.stderr).toContain('ship: no such scene; it is left out');
  await succeed(['sweep', 'submit', out, '--quiet']);
  const { stdout } = await succeed(['sweep', 'collect', out, '--strict']);
  const psnr = stdout.split('## PSNR, dB')[1].split('##')[0];
  expect(psnr).toMatch(/\| ann \| \d+\.\d\d \|\n\| ternary \| \d+\.\d\d \|\n\| lif \| \d+\.\d\d \|\n/);
  const [published] = /\| Spik-NeRF, ternary, T = 2 \[1\] \| (\d\d\.\d\d) \|/.exec(psnr)!.slice(1);
  expect(readFileSync(new URL('../../sweeps/spik-nerf-synthetic.yaml', import.meta.url), 'utf8')).toContain(`lego: ${published}`);
  // The table of one scene has nobody's mean of eight.
  expect(stdout.split('## PSNR, dB')[0]).toContain(`| Spik-NeRF, ternary, T = 2 [1] | ${published} |`);
  expect(stdout).toContain('| [1] | Spik-NeRF, ternary, T = 2 | Spik-NeRF (NeurIPS 2025), tables 1 and 2, without distillation |');
});

/** The table without what the clock decides. */
async function tableOf(out: string): Promise<unknown> {
  const table = JSON.parse((await succeed(['sweep', 'collect', out, '--json', '--strict'])).stdout) as SweepTable;
  return table.rows.map(({ values, ...row }) => ({ ...row, values: { ...values, minutes: 0, bytes: 0 } }));
}

const straight = join(folder, 'straight');

describe('a sweep on this machine', () => {
  it('is planned without writing on a dry run, once, and not over another plan', async () => {
    const { stdout } = await succeed(['sweep', 'plan', sweepFile, '--out', straight, '--dry-run', '--quiet']);
    expect(stdout).toMatch(/\n5 +scene, ternary\+distill, seed 778 +\d+ MiB +\d\.\d\n6 runs: up to \d+ MiB each; about 0\.0 core-hours/);
    expect(existsSync(straight)).toBe(false);
    await succeed(['sweep', 'plan', sweepFile, '--out', straight, '--quiet']);
    await succeed(['sweep', 'plan', sweepFile, '--out', straight, '--quiet']);
    const other = join(folder, 'other.yaml');
    writeFileSync(other, readFileSync(sweepFile, 'utf8').replace('seeds: 2', 'seeds: 3'));
    await expectError(['sweep', 'plan', other, '--out', straight], { says: ['there is another plan', '--force'] });
    await expectError(['sweep', 'status', join(folder, 'nothing')], { says: ['there is no plan', 'spikeray sweep plan'] });
    await expectError(['sweep', 'submit', straight, '--on', 'slrum'], { says: ['--on slrum: unknown'] });
  });

  it('says "try again" of a run whose teacher is not trained yet, and of one that another process has', async () => {
    const early = await cli(['sweep', 'run', straight, '4']);
    expect([early.code, early.stdout]).toEqual([75, 'run 4: not yet\n']);
    expect(early.stderr).toContain('its teacher');
    const lock = await nodeMachine.lockFolder(join(straight, RUNS[0]));
    const held = await cli(['sweep', 'run', straight, '0']);
    await lock.release();
    expect(held.code, held.stderr).toBe(75);
    expect(held.stderr).toContain('is in use by');
    await expectError(['sweep', 'run', straight, '6'], { says: ['there is no job 6', '0 to 5'] });
  });

  it('trains and measures every run once, to the bits of `train`, and writes one table', async () => {
    const { stdout } = await succeed(['sweep', 'submit', straight, '--quiet']);
    expect(stdout).toContain('6 of 6 runs are done');
    const alone = join(folder, 'alone');
    const set = TINY.map((word) => word.replace('fine.steps=40', 'fine.steps=300'));
    await succeed([
      'train',
      join(folder, 'scene'),
      '--out',
      alone,
      ...set,
      '--ann',
      '--seed',
      '778',
      '--set',
      'checkpoint.everyMinutes=0.005',
      '--quiet',
    ]);
    expect(await contentOf(join(straight, RUNS[1]))).toEqual(await contentOf(alone));
    const again = await succeed(['sweep', 'run', straight, '5', '--json', '--quiet']);
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(readFileSync(join(straight, RUNS[5], 'result.json'), 'utf8')));
    expect((await succeed(['sweep', 'submit', straight])).stdout).toContain('6 of 6 runs are done after 0:00');
    const { stdout: status } = await succeed(['sweep', 'status', straight]);
    expect(status).toBe('6 runs: 6 done\n');
    const { stdout: table } = await succeed(['sweep', 'collect', straight]);
    expect(table).toMatch(/\| ternary\+distill \| \d+\.\d\d ± \d\.\d\d \| 0\.\d{4} ± 0\.\d{4} \|.*% \|.*% \|.*% \|/);
    for (const name of ['table.md', 'table.tex', 'table.csv', 'table.json', 'table.html', 'chart.svg'])
      expect(existsSync(join(straight, name))).toBe(true);
    const result = JSON.parse(readFileSync(join(straight, RUNS[0], 'result.json'), 'utf8')) as { training: { peakMemory: number } };
    expect(result.training.peakMemory).toBeGreaterThan(2 ** 25);
  });

  it('saves everything on Ctrl-C, which ends no run by itself, and goes on with the same command', async () => {
    const out = join(folder, 'interrupted');
    const endless = join(folder, 'endless.yaml');
    writeFileSync(endless, `scenes: [scene]\nentries: [lif, ann]\nset:\n${tinySweepSettings(100_000_000)}`);
    await succeed(['sweep', 'plan', endless, '--out', out, '--quiet']);
    /** It runs, and has reported since it began or went on. */
    const grown = (run: string, from: number): boolean =>
      existsSync(join(out, run, 'lock.json')) && sizeOf(join(out, run, 'metrics.jsonl')) > from;
    const stop = async (end: (pid: number) => unknown): Promise<string> => {
      const before = ENDLESS.map((run) => sizeOf(join(out, run, 'metrics.jsonl')));
      const child = spawn(process.execPath, [MAIN, 'sweep', 'submit', out, '--parallel', '2'], { stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      child.stdout.on('data', (part: Buffer) => (text += part.toString()));
      const code = new Promise((resolve) => child.on('close', resolve));
      while (!ENDLESS.every((run, i) => grown(run, before[i]))) await setTimeout(50);
      await end(child.pid!);
      expect(await code).toBe(130);
      return text;
    };
    expect(await stop((pid) => process.kill(pid, 'SIGINT'))).toContain(`to go on: spikeray sweep submit ${out} --parallel 2`);
    const states = async (): Promise<unknown> =>
      (JSON.parse((await succeed(['sweep', 'status', out, '--json'])).stdout) as { counts: unknown }).counts;
    expect(await states()).toEqual({ interrupted: 2 });
    const before = readdirSync(join(out, 'lif/seed-777/checkpoints'));
    await stop(async () => {
      expect(await states()).toEqual({ running: 2 });
      expect((await succeed(['sweep', 'cancel', out])).stdout).toBe('everything that ran is saved\n');
    });
    expect(readdirSync(join(out, 'lif/seed-777/checkpoints'))).not.toEqual(before);
    expect(await states()).toEqual({ interrupted: 2 });
  });

  it('killed ten times at random ends with the same table', async () => {
    const out = join(folder, 'killed');
    await succeed(['sweep', 'plan', sweepFile, '--out', out, '--quiet']);
    const random = new Random(17);
    for (let kill = 0; kill < 10; kill++) {
      const child = spawn(process.execPath, [MAIN, 'sweep', 'submit', out, '--quiet'], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('close', resolve));
      await setTimeout(300 + random.float() * 1200);
      child.kill('SIGKILL');
      // Every second time its runs go with it; else they find out, and save.
      if (kill % 2 === 0) for (const pid of writers(out)) killIfThere(pid);
      await ended;
    }
    const { stdout } = await succeed(['sweep', 'submit', out, '--quiet']);
    expect(stdout).toContain('6 of 6 runs are done');
    expect(await tableOf(out)).toEqual(await tableOf(straight));
    expect(await contentOf(join(out, RUNS[4]))).not.toEqual(await contentOf(join(out, RUNS[5])));
    expect(await contentOf(join(out, RUNS[2]))).toEqual(await contentOf(join(straight, RUNS[2])));
  });
});

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** Processes that write a run of the sweep. */
function writers(out: string): number[] {
  return RUNS.flatMap((run) => {
    try {
      const { pid } = JSON.parse(readFileSync(join(out, run, 'lock.json'), 'utf8')) as { pid: number };
      process.kill(pid, 0);
      return [pid];
    } catch {
      return [];
    }
  });
}
