import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../../src/node/node-files.ts';
import { InputError, StorageError } from '../../src/base/errors.ts';
import { checkFolderFree } from '../../src/run/check-folder-free.ts';
import { createRun, openRun } from '../../src/run/run-folder.ts';
import type { RunRecord } from '../../src/run/run-record.ts';
import type { StepMetrics } from '../../src/base/events.ts';
import { sampleCheckpoint } from './checkpoint-sample.ts';
import { fullDisk } from './failing-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const record: RunRecord = {
  spikeray: '0.1.0',
  node: 'v20',
  created: '2026-01-01T00:00:00.000Z',
  scene: { path: '/scene', name: 'scene', format: 'blender', fingerprint: 'abc123', frame: null },
  backend: { name: 'wasm', description: 'wasm, 2 threads', threads: 2, gpu: null },
  teacher: null,
  config: sampleCheckpoint().config,
};

const at = (step: number) => sampleCheckpoint({ step });
const metrics = (seconds: number) => ({ stage: 'fine', seconds, loss: 1 }) as StepMetrics;

let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), 'run');
});

async function failureOf(action: Promise<unknown>): Promise<InputError> {
  const failure: unknown = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof InputError)) throw new Error(`expected an InputError, found ${String(failure)}`);
  return failure;
}

describe('run folder', () => {
  it('gives back its record', async () => {
    await createRun(nodeFiles, folder, record, false);
    expect((await openRun(nodeFiles, folder)).record).toEqual(record);
  });

  it('does not take a folder that is in use', async () => {
    mkdirSync(folder);
    await checkFolderFree(nodeFiles, folder, false, 'run');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    expect((await failureOf(createRun(nodeFiles, folder, record, false))).message).toContain(folder);
    expect(readdirSync(folder)).toEqual(['notes.txt']);
    writeFileSync(join(folder, 'file'), '');
    expect((await failureOf(checkFolderFree(nodeFiles, join(folder, 'file'), true, 'run'))).message).toContain('found a file');
  });

  it('replaces a run with force, but nothing else that lies there', async () => {
    const run = await createRun(nodeFiles, folder, record, false);
    await run.save(at(10));
    await run.appendMetrics(metrics(1));
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await createRun(nodeFiles, folder, record, true);
    expect(readdirSync(folder)).toEqual(['config.json', 'notes.txt']);
  });

  it('keeps the last two checkpoints', async () => {
    const run = await createRun(nodeFiles, folder, record, false);
    for (const step of [10, 20, 30]) await run.save(at(step));
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['fine-00000020.safetensors', 'fine-00000030.safetensors']);
    expect((await run.load()).checkpoint.state.step).toBe(30);
  });

  it('tells the SHA-256 of the file that it read, and refuses that of another one', async () => {
    const run = await createRun(nodeFiles, folder, record, false);
    await run.save(at(10));
    const { path, sha256 } = await run.load();
    const read = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(await sha256()).toBe(read);
    truncateSync(path, 5000);
    await expect(sha256()).rejects.toThrow(`${path}: another file since it was opened`);
  });

  it('removes checkpoints of a future that was given up', async () => {
    const run = await createRun(nodeFiles, folder, record, false);
    for (const step of [20, 30]) await run.save(at(step));
    await run.save(at(25));
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['fine-00000020.safetensors', 'fine-00000025.safetensors']);
  });

  it('deletes nothing when the disk is full', async () => {
    await createRun(nodeFiles, folder, record, false);
    const run = await openRun(nodeFiles, folder);
    for (const step of [10, 20]) await run.save(at(step));
    const full = await openRun(fullDisk('fine-00000030'), folder);
    await expect(full.save(at(30))).rejects.toThrow(StorageError);
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['fine-00000010.safetensors', 'fine-00000020.safetensors']);
    expect((await run.load()).checkpoint.state.step).toBe(20);
  });

  it('names the good checkpoint before a damaged one, and does not take it by itself', async () => {
    const run = await createRun(nodeFiles, folder, record, false);
    for (const step of [10, 20]) await run.save(at(step));
    truncateSync(join(folder, 'checkpoints/fine-00000020.safetensors'), 5000);
    const failure = await failureOf(run.load());
    expect(failure.message).toContain('fine-00000020.safetensors');
    expect(failure.fix).toContain(`--checkpoint ${folder}/checkpoints/fine-00000010.safetensors`);
    expect((await run.load(`${folder}/checkpoints/fine-00000010.safetensors`)).checkpoint.state.step).toBe(10);
    truncateSync(join(folder, 'checkpoints/fine-00000010.safetensors'), 5000);
    expect((await failureOf(run.load())).fix).not.toContain('--checkpoint');
  });

  it('refuses a checkpoint of another model', async () => {
    const run = await createRun(nodeFiles, folder, { ...record, config: { ...record.config, seed: 5 } }, false);
    await run.save(at(10));
    expect((await failureOf(run.load())).message).toContain('another model: its seed is 777');
  });

  it('takes a checkpoint of a shorter plan, made with less room', async () => {
    const { field, fine, budget } = record.config;
    const config = {
      ...record.config,
      field: { ...field, share: 0.875 },
      fine: { ...fine, steps: 99_000 },
      budget: { ...budget, maxMinutes: 3 },
    };
    const run = await createRun(nodeFiles, folder, { ...record, config }, false);
    await run.save(at(10));
    expect((await run.load()).checkpoint.state.step).toBe(10);
  });

  it('says when there is no checkpoint yet', async () => {
    const run = await createRun(nodeFiles, folder, record, false);
    expect((await failureOf(run.load())).message).toContain('found none');
  });

  it('drops what was written after the checkpoint it continues from', async () => {
    const run = await createRun(nodeFiles, folder, record, false);
    await run.appendMetrics(metrics(2));
    await run.appendMetrics(metrics(12));
    await run.save(at(10));
    await run.appendMetrics(metrics(14));
    await nodeFiles.append(join(folder, 'metrics.jsonl'), '{"stage":"fi');
    writeFileSync(join(folder, 'checkpoints/.fine-00000020.safetensors.12-0.tmp'), 'half');
    const changed = { ...record, created: 'later' };
    const continued = await run.continueFrom(at(10), changed);
    await continued.appendMetrics(metrics(13));
    const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as StepMetrics).seconds)).toEqual([2, 12, 13]);
    expect((await openRun(nodeFiles, folder)).record.created).toBe('later');
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['fine-00000010.safetensors']);
  });

  it('tells the last line of metrics that is whole, of however many', async () => {
    const run = await createRun(nodeFiles, folder, record, false);
    expect(await run.lastMetrics()).toBeNull();
    const figures = {
      step: 1,
      steps: 9,
      progress: 0.1,
      secondsLeft: null,
      raysPerSecond: 2,
      samplesPerRay: 3,
      psnr: 30,
      firingRates: null,
    };
    const line = (seconds: number): string => `${JSON.stringify({ ...metrics(seconds), ...figures })}\n`;
    writeFileSync(join(folder, 'metrics.jsonl'), line(1).repeat(1000));
    await nodeFiles.append(join(folder, 'metrics.jsonl'), `${line(2)}damaged\n{"stage":"fi`);
    expect((await run.lastMetrics())?.seconds).toBe(2);
  });

  it('refuses what is not a run', async () => {
    expect((await failureOf(openRun(nodeFiles, folder))).message).toContain('no such run folder');
    mkdirSync(folder);
    expect((await failureOf(openRun(nodeFiles, folder))).message).toContain('config.json');
    const file = join(folder, 'config.json');
    for (const text of ['', '{"version":1', 'null', '{}', '[]']) {
      writeFileSync(file, text);
      expect((await failureOf(openRun(nodeFiles, folder))).message, text).toContain(file);
    }
    const good = await createRun(nodeFiles, join(folder, 'good'), record, false);
    const json = JSON.parse(readFileSync(join(good.folder, 'config.json'), 'utf8')) as { version: number; config: { fine: object } };
    writeFileSync(file, JSON.stringify({ ...json, version: 9 }));
    expect((await failureOf(openRun(nodeFiles, folder))).message).toContain('newer');
    writeFileSync(file, JSON.stringify({ ...json, config: { ...json.config, fine: {} } }));
    expect((await failureOf(openRun(nodeFiles, folder))).message).toContain('fine.steps');
  });

  it('does not confuse other files with checkpoints', async () => {
    const run = await createRun(nodeFiles, folder, record, false);
    await run.save(at(10));
    const saved = join(folder, 'checkpoints/fine-00000010.safetensors');
    copyFileSync(saved, join(folder, 'checkpoints/zz-best.safetensors'));
    await run.save(at(20));
    await run.save(at(30));
    expect(existsSync(join(folder, 'checkpoints/zz-best.safetensors'))).toBe(true);
    renameSync(join(folder, 'checkpoints/zz-best.safetensors'), join(folder, 'best.safetensors'));
    expect((await run.load(join(folder, 'best.safetensors'))).checkpoint.state.step).toBe(10);
  });
});
