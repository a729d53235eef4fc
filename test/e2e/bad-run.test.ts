/** Checkpoints that cannot be used: an error that says what to do, the run left as it is. */
import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../src/io/safetensors.ts';
import { CHECKPOINT_VERSION } from '../../src/train/checkpoint.ts';
import { succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { checkpointNames, checkpointPath, openCheckpoint } from './run-files.ts';
import { tinyRun, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
const good = join(folder, 'good');
const run = join(folder, 'run');
let newest: string;

beforeAll(async () => {
  await tinyScene(scene);
  await tinyRun(scene, good, '--max-steps', '10');
  await succeed(['resume', good, '--max-steps', '20', '--quiet']);
});

beforeEach(() => {
  rmSync(run, { recursive: true, force: true });
  cpSync(good, run, { recursive: true });
  newest = checkpointPath(run);
});

/** resume, eval and render all refuse, and change nothing. */
async function refused(says: readonly string[]): Promise<void> {
  const before = readdirSync(run, { recursive: true }).sort();
  await expectError(['resume', run, '--max-steps', '30'], { says });
  await expectError(['eval', run], { says });
  await expectError(['render', run, '--frames', '1'], { says });
  expect(readdirSync(run, { recursive: true }).sort()).toEqual(before);
}

describe('a checkpoint that cannot be used', () => {
  it('is truncated: the one before it is named, not taken', async () => {
    truncateSync(newest, 4000);
    const older = join(run, 'checkpoints/fine-00000010.safetensors');
    await refused([newest, 'truncated', `--checkpoint ${older}`]);
    await succeed(['eval', run, '--checkpoint', older, '--quiet']);
    await succeed(['resume', run, '--checkpoint', older, '--max-steps', '15', '--quiet']);
    expect(checkpointNames(run)).toEqual(['fine-00000010.safetensors', 'fine-00000015.safetensors']);
    await succeed(['resume', run, '--max-steps', '16', '--quiet']);
  });

  it('is empty, or not a checkpoint at all', async () => {
    writeFileSync(newest, '');
    await refused([newest, 'truncated']);
    writeFileSync(newest, readFileSync(join(scene, 'train/r_0.png')));
    await refused([newest]);
  });

  it('was altered by one bit', async () => {
    const bytes = readFileSync(newest);
    bytes[bytes.length - 50] ^= 1;
    writeFileSync(newest, bytes);
    await refused([newest, 'altered', 'checksum']);
  });

  it('is newer than the program', async () => {
    const content = decodeSafetensors(Uint8Array.from(readFileSync(newest)), newest);
    const metadata = { ...content.metadata, version: String(CHECKPOINT_VERSION + 1) };
    writeFileSync(newest, Buffer.concat(encodeSafetensors({ ...content, metadata })));
    await refused([newest, `version ${CHECKPOINT_VERSION + 1}`, 'newer']);
  });

  it('is of another model', async () => {
    const other = await tinyRun(scene, join(folder, 'other'), '--max-steps', '20', '--ann');
    copyFileSync(checkpointPath(other), newest);
    await refused([newest, 'another model', 'network.neuron', 'relu', 'four-bit']);
  });

  it('is gone', async () => {
    rmSync(join(run, 'checkpoints'), { recursive: true });
    await refused(['expected a checkpoint', 'found none']);
  });
});

describe('a config.json that cannot be used', () => {
  const edit = (change: (json: { version: number; config: { fine: { rays: number } } }) => void): void => {
    const json = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')) as Parameters<typeof change>[0];
    change(json);
    writeFileSync(join(run, 'config.json'), JSON.stringify(json));
  };

  it('is truncated', async () => {
    truncateSync(join(run, 'config.json'), 100);
    await refused(['config.json', 'JSON']);
  });

  it('has a value out of range', async () => {
    edit((json) => (json.config.fine.rays = -1));
    await refused(['config.json', 'fine.rays']);
  });

  it('is newer than the program', async () => {
    edit((json) => (json.version = 99));
    await refused(['config.json', 'newer']);
  });
});

describe('the disk is full while saving', () => {
  const preload = `--import=${new URL('./full-disk.mjs', import.meta.url).href}`;

  it('keeps the last good checkpoint, and the run goes on once there is room', async () => {
    const before = checkpointNames(run);
    const env = { NODE_OPTIONS: preload, FULL_DISK_PATH: 'fine-00000030' };
    await expectError(['resume', run, '--max-steps', '30'], {
      code: 1,
      says: [join(run, 'checkpoints/fine-00000030.safetensors'), 'bytes', 'the disk is full', 'resume'],
      env,
    });
    expect(readdirSync(join(run, 'checkpoints')).sort(), 'nothing lost, nothing left behind').toEqual(before);
    expect((await openCheckpoint(run)).state.step).toBe(20);
    await succeed(['resume', run, '--max-steps', '30', '--quiet']);
    expect((await openCheckpoint(run)).state.step).toBe(30);
  });

  it('of the metrics: what was trained is saved first', async () => {
    rmSync(join(run, 'metrics.jsonl'));
    mkdirSync(join(run, 'metrics.jsonl'));
    await expectError(['resume', run, '--max-steps', '30'], {
      code: 1,
      says: [join(run, 'metrics.jsonl'), 'which is saved in', 'fine-00000030', `spikeray resume ${run}`],
    });
    expect((await openCheckpoint(run)).state.step).toBe(30);
  });

  it('is a failure from the start when not even config.json fits', async () => {
    const out = join(folder, 'no room');
    await expectError(['train', scene, '--out', out], {
      code: 1,
      says: ['config.json', 'the disk is full'],
      env: { NODE_OPTIONS: preload, FULL_DISK_PATH: out },
    });
    expect(readdirSync(out)).toEqual([]);
  });
});
