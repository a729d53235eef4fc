/** One writer a run: real processes that train, measure and export at once, and that are killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/jobs/run-result.ts';
import { cli, MAIN, succeed, type Finished } from './cli.ts';
import { expectError } from './expect-error.ts';
import { openCheckpoint } from './run-files.ts';
import { TINY, tinyRun, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
const run = join(folder, 'run');
/** Far more steps than a test waits for. */
const ENDLESS = ['--set', 'fine.steps=100000000'];

beforeAll(async () => {
  await tinyScene(scene);
  await tinyRun(scene, run);
});

/** A process that holds the lock, once it says `text`. */
async function started(args: readonly string[], text: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8');
  for await (const part of child.stderr as AsyncIterable<string>) {
    stderr += part;
    if (stderr.includes(text)) break;
  }
  // Breaking off closes the pipe: progress has no reader any more, which stops no training.
  if (!stderr.includes(text)) throw new Error(`expected "${text}", found ${stderr}`);
  return child;
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const end = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  return (await end)[0];
}

const linesOf = (text: string): number[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { step: number }).step);

describe('a run that is trained', () => {
  it("is refused to every other writer with the holder's name, read by readers, and free when it has ended", async () => {
    const out = join(folder, 'held');
    const child = await started(['train', scene, '--out', out, ...TINY, ...ENDLESS, '--verbose'], 'firing');
    const says = [`${out} is in use by \`spikeray train ${scene} --out ${out}`, `process ${child.pid} on `, 'Wait until it has ended'];
    await expectError(['resume', out], { says });
    await expectError(['eval', out], { says });
    await expectError(['render', out, '--frames', '1'], { says });
    await expectError(['export', out], { says });
    await expectError(['energy', out], { says });
    await expectError(['train', scene, '--out', out, '--force', ...TINY], { says });
    const elsewhere = join(folder, 'read');
    await succeed(['eval', out, '--out', elsewhere, '--quiet']);
    expect(existsSync(join(elsewhere, 'metrics.json'))).toBe(true);
    expect(existsSync(join(elsewhere, 'lock.json'))).toBe(false);
    expect(await ended(child, 'SIGTERM')).toBe(130);
    expect(existsSync(join(out, 'lock.json'))).toBe(false);
    expect(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'))).toMatchObject({ status: 'interrupted' });
    await succeed(['eval', out, '--quiet']);
  });

  it('is taken over from a process that was killed', async () => {
    const out = join(folder, 'killed');
    const child = await started(['train', scene, '--out', out, ...TINY, ...ENDLESS, '--verbose'], 'firing');
    await ended(child, 'SIGKILL');
    expect(JSON.parse(readFileSync(join(out, 'lock.json'), 'utf8'))).toMatchObject({ pid: child.pid });
    await succeed(['resume', out, '--max-steps', '5', '--quiet']);
    expect(existsSync(join(out, 'lock.json'))).toBe(false);
  });

  it('saves when its terminal is closed, as on Ctrl-C', async () => {
    const out = join(folder, 'hung up');
    const child = await started(['train', scene, '--out', out, ...TINY, ...ENDLESS, '--verbose'], 'firing');
    expect(await ended(child, 'SIGHUP')).toBe(130);
    const { state } = await openCheckpoint(out);
    expect(state.step).toBeGreaterThan(0);
    expect(readdirSync(out)).not.toContain('lock.json');
  });

  it('by two at once writes every step once', async () => {
    const before = linesOf(readFileSync(join(run, 'metrics.jsonl'), 'utf8'));
    const both = await Promise.all([1, 2].map(() => cli(['resume', run, '--max-steps', '60', '--quiet'])));
    expectOneRefused(both);
    const steps = linesOf(readFileSync(join(run, 'metrics.jsonl'), 'utf8'));
    expect(steps.slice(0, before.length)).toEqual(before);
    expect(new Set(steps.slice(before.length)).size).toBe(steps.length - before.length);
    expect((await openCheckpoint(run)).state.step).toBe(60);
  });
});

describe('a run that is measured', () => {
  it('by two at once has all files of one', async () => {
    const both = await Promise.all([1, 2].map(() => cli(['eval', run, '--split', 'train', '--quiet'])));
    expectOneRefused(both);
    // Picture, depth, coloured depth and error of eight views, and metrics.json.
    expect(readdirSync(join(run, 'eval/train'))).toHaveLength(8 * 4 + 1);
    expect(readdirSync(join(run, 'eval'))).toEqual(['train']);
  });

  it('and stopped leaves nothing half done', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const child = await started(['eval', run, '--split', 'train', '--verbose'], '1/8');
      expect([130, 143, 129]).toContain(await ended(child, signal));
      expect(readdirSync(join(run, 'eval'))).toEqual(['train']);
      expect(readdirSync(run)).not.toContain('lock.json');
    }
  });

  it('on another scene keeps the numbers of its own, unless it is asked to replace them', async () => {
    await succeed(['eval', run, '--quiet']);
    const own = readFileSync(join(run, 'eval/test/metrics.json'), 'utf8');
    const other = await tinyScene(join(folder, 'other scene'), 6);
    const { stdout } = await succeed(['eval', run, '--scene', other]);
    expect(stdout).toContain(`${run}/eval/test-of-other_scene`);
    expect(readFileSync(join(run, 'eval/test/metrics.json'), 'utf8')).toBe(own);
    const there = ['eval', run, '--scene', other, '--out', join(run, 'eval/test')];
    writeFileSync(join(run, 'eval/test/notes.txt'), 'mine');
    await expectError(there, { says: ['eval/test', 'in use', '--force'] });
    await succeed([...there, '--force', '--quiet']);
    expect(readFileSync(join(run, 'eval/test/notes.txt'), 'utf8'), 'files of others stay').toBe('mine');
    expect(readFileSync(join(run, 'eval/test/metrics.json'), 'utf8')).not.toBe(own);
    await succeed(['eval', run, '--scene', scene, '--quiet']);
    const again = JSON.parse(readFileSync(join(run, 'eval/test/metrics.json'), 'utf8')) as { psnr: number };
    expect(again.psnr).toBe((JSON.parse(own) as { psnr: number }).psnr);
  });
});

describe('the result of a run', () => {
  it('is the same trained at once, resumed, or found finished', async () => {
    const out = join(folder, 'result');
    const first = JSON.parse((await succeed(['train', scene, '--out', out, ...TINY, '--json', '--quiet'])).stdout) as Record<
      string,
      unknown
    >;
    expect(first.trainPsnr).toBeGreaterThan(5);
    const again = JSON.parse((await succeed(['resume', out, '--json', '--quiet'])).stdout) as Record<string, unknown>;
    expect(again).toEqual(first);
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
    const { seconds, step, trainPsnr } = first;
    expect(result).toMatchObject({ schema: 1, status: 'trained', training: { seconds, step, trainPsnr } });
    const damaged = join(out, 'metrics.jsonl');
    writeFileSync(damaged, `${readFileSync(damaged, 'utf8')}{"stage":`);
    expect(JSON.parse((await succeed(['resume', out, '--json', '--quiet'])).stdout)).toEqual(first);
  });
});

function expectOneRefused(both: readonly Finished[]): void {
  const [code, other] = both.map((finished) => finished.code).sort((a, b) => a! - b!);
  // Two that take turns are both right: the second finds the first one's work.
  if (code === 0 && other === 0) return;
  expect([code, other], both.map(({ stderr }) => stderr).join('\n')).toEqual([0, 2]);
  expect(both.find((finished) => finished.code === 2)!.stderr).toContain('is in use by');
}
