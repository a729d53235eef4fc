import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { presets } from '../../src/config/presets.ts';
import { processStart, thisPlace } from '../../src/node/process-start.ts';
import { LOCK_FILE } from '../../src/run/folder-lock.ts';
import { encodeRecord } from '../../src/run/run-record.ts';
import { RunLibrary } from '../../src/server/run-library.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

it('a folder that went away is one error, which the caller gets', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', note);
  await expect(new RunLibrary(['/nowhere']).list()).rejects.toThrow(InputError);
  // Node tells of the others when nothing else is to be done at once.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

it('a run is in training while the lock of its folder says so, whichever process holds it', async () => {
  const folder = temporaryFolder();
  const record = encodeRecord({
    ...{ spikeray: '0.0.0', node: 'v20', created: '2026-01-01T00:00:00Z', teacher: null, config: presets.blender },
    scene: { path: '/nowhere', name: 'scene', format: 'blender', fingerprint: 'f', frame: null },
    backend: { name: 'wasm', description: '', threads: null, gpu: null },
  });
  const holder = {
    ...(await thisPlace()),
    pid: process.pid,
    started: (await processStart(process.pid)) ?? '',
    since: '2026-01-01T00:00:00Z',
  };
  const locks: Readonly<Record<string, object | null>> = {
    free: null,
    trained: { ...holder, command: 'spikeray train scene --out run' },
    swept: { ...holder, command: 'spikeray sweep run out 0' },
    measured: { ...holder, command: 'spikeray eval run' },
    left: { ...holder, command: 'spikeray train scene', pid: 2 ** 22 + 1, started: 'long ago' },
  };
  for (const [name, lock] of Object.entries(locks)) {
    mkdirSync(join(folder, name, 'checkpoints'), { recursive: true });
    writeFileSync(join(folder, name, 'config.json'), record);
    if (lock !== null) writeFileSync(join(folder, name, LOCK_FILE), JSON.stringify(lock));
  }
  const training = (await new RunLibrary([folder]).list()).map((run) => [run.name, 'problem' in run ? run.problem : run.training]);
  expect(Object.fromEntries(training)).toEqual({ free: false, trained: true, swept: true, measured: false, left: false });
});
