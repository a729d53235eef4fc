import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { ProgressEvent } from '../../src/base/events.ts';
import type { Config } from '../../src/config/schema.ts';
import { trainInto } from '../../src/jobs/train-into.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { nodeMachine } from '../../src/node/node-machine.ts';
import { createRun } from '../../src/run/run-folder.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { leastConfig, tinyScene } from '../train/tiny-scene.ts';

/** What a training warns of. */
async function warnings(change: (config: Config) => Config): Promise<string[]> {
  const config = change(leastConfig());
  const scene = tinyScene();
  const backend = await createWasmBackend({ threads: 1 });
  const record = {
    spikeray: '0.0.0',
    node: 'v20',
    created: '2026-01-01T00:00:00Z',
    scene: { path: '/scene', name: scene.name, format: scene.format, fingerprint: scene.fingerprint, frame: null },
    backend: { name: 'wasm', description: backend.description, threads: 1, gpu: null },
    teacher: null,
    config,
  } as const;
  const run = await createRun(nodeFiles, `${temporaryFolder()}/run`, record, false);
  const events: ProgressEvent[] = [];
  const report = (event: ProgressEvent): number => events.push(event);
  const lock = await nodeMachine.lockFolder(run.folder);
  await trainInto({ machine: nodeMachine, lock, run, scene, backend, signal: new AbortController().signal, report, secondsBefore: 0 });
  await lock.release();
  return events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
}

describe('training under a time limit', () => {
  const limited = (steps: number) => (config: Config) => ({
    ...config,
    fine: { ...config.fine, steps },
    budget: { ...config.budget, maxMinutes: 0.05 },
  });

  it('warns at its end where that allowed a small part of the plan', async () => {
    expect(await warnings(limited(10_000_000))).toEqual([
      expect.stringMatching(/^the time limit of 0\.05 minutes allowed \d+ of 10000000 planned steps .*--max-minutes/),
    ]);
  });

  it('is silent where there was none, or it was enough', async () => {
    expect(await warnings((config) => config)).toEqual([]);
  });
});
