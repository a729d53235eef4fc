/** Plan, run-one, collect: in memory but for the run folders, with the smallest of trainings. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { AUTO } from '../../src/backends/select-backend.ts';
import { InputError, LockedError } from '../../src/base/errors.ts';
import { parseEntries } from '../../src/config/compare-entries.ts';
import { collect, comparedEntries } from '../../src/jobs/collect.ts';
import { jobAt, planJobs, readPlan, writePlan } from '../../src/jobs/job-plan.ts';
import type { Machine } from '../../src/jobs/machine.ts';
import { runOne } from '../../src/jobs/run-one.ts';
import type { RunResult } from '../../src/jobs/run-result.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { nodeMachine } from '../../src/node/node-machine.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { leastConfig, tinyScene } from '../train/tiny-scene.ts';

const silent = (): void => undefined;

it('trains and measures each job once, goes on with what is there, and collects', async () => {
  const folder = temporaryFolder();
  const file = `${folder}/plan.json`;
  const scene = tinyScene();
  const backend = await createTfjsBackend();
  let trained = 0;
  const machine: Machine = {
    ...nodeMachine,
    openTrainingScene: () => Promise.resolve(scene),
    openHeldOutViews: () => Promise.resolve({ split: 'test', views: scene.splits.test! }),
    startBackend: () =>
      Promise.resolve({
        ...backend,
        createField: (spec, capacity) => {
          if (capacity.trainRays > 0) trained++;
          return backend.createField(spec, capacity);
        },
      }),
  };
  const shared = { ...leastConfig(), fine: { ...leastConfig().fine, annShare: 0 } };
  const scenes = [{ path: '/scene', name: 'ball', format: null, shared }];
  const jobs = planJobs({
    entries: parseEntries('lif,ann'),
    seeds: [1],
    scenes,
    folder,
    backend: AUTO,
    measure: { split: null, every: 1 },
  });
  await writePlan(nodeFiles, file, jobs);
  const stopped = new AbortController();
  const run = (index: number, signal = new AbortController().signal): Promise<RunResult> =>
    runOne({ machine, file, index, signal, report: silent });

  expect((await collect(nodeFiles, file)).map(({ result }) => result)).toEqual([null, null]);
  // Stopped before its first step, gone on with, and found finished: one result.
  stopped.abort();
  expect((await run(0, stopped.signal)).status).toBe('interrupted');
  const first = await run(0);
  expect(first).toMatchObject({
    status: 'measured',
    training: { stage: 'fine', step: 8 },
    measuring: { report: { split: 'test', views: 2 } },
  });
  const engines = trained;
  expect(await run(0)).toEqual(first);
  expect(trained, 'engines that train').toBe(engines);
  expect(JSON.parse(readFileSync(join(folder, 'ann/seed-1/result.json'), 'utf8'))).toEqual(first);

  // While another process writes the run, it is refused.
  const lock = await nodeMachine.lockFolder(`${folder}/lif/seed-1`);
  await expect(run(1)).rejects.toThrow(LockedError);
  await lock.release();
  expect((await collect(nodeFiles, file)).map(({ result }) => result?.status)).toEqual(['measured', undefined]);
  await run(1);
  const entries = comparedEntries(await collect(nodeFiles, file), shared);
  expect(entries.map(({ name, runs }) => [name, runs.length, runs[0].report.psnr > 5])).toEqual([
    ['ann', 1, true],
    ['lif', 1, true],
  ]);

  // A run of other settings is left alone, its result too.
  await writePlan(nodeFiles, file, [{ ...jobs[0], config: { ...jobs[0].config, adam: { ...jobs[0].config.adam, beta1: 0.5 } } }]);
  await expect(run(0)).rejects.toThrow('other settings: its adam.beta1');
  expect(JSON.parse(readFileSync(join(folder, 'ann/seed-1/result.json'), 'utf8'))).toEqual(first);
  expect(existsSync(join(folder, 'ann/seed-1/lock.json'))).toBe(false);
}, 120_000);

it('says what failed, in the folder of the job', async () => {
  const folder = temporaryFolder();
  const file = `${folder}/plan.json`;
  const scene = { ...tinyScene(), splits: { train: tinyScene({ size: 8 }).splits.train } };
  const machine: Machine = { ...nodeMachine, openTrainingScene: () => Promise.resolve(scene), startBackend: () => createTfjsBackend() };
  const config = { ...leastConfig(), fine: { ...leastConfig().fine, imageScaleAt: [1, 2, 3, 4] } };
  const jobs = planJobs({
    entries: parseEntries('ann'),
    seeds: [1],
    scenes: [{ path: '/scene', name: 'ball', format: null, shared: config }],
    folder,
    backend: AUTO,
    measure: { split: null, every: 1 },
  });
  await writePlan(nodeFiles, file, jobs);
  const signal = new AbortController().signal;
  await expect(runOne({ machine, file, index: 0, signal, report: silent })).rejects.toThrow('nothing would be left');
  const [{ result }] = await collect(nodeFiles, file);
  expect(result).toMatchObject({ status: 'failed', error: { name: 'InputError', fix: 'Give it fewer steps, or use larger images.' } });
});

it('refuses a plan that is damaged, naming file and key, and a job that is not there', async () => {
  const file = `${temporaryFolder()}/plan.json`;
  const scenes = [{ path: '/scene', name: 'ball', format: null, shared: leastConfig() }];
  const jobs = planJobs({
    entries: parseEntries('ann'),
    seeds: [1, 2],
    scenes,
    folder: '/x',
    backend: AUTO,
    measure: { split: null, every: 1 },
  });
  await writePlan(nodeFiles, file, jobs);
  const found = await readPlan(nodeFiles, file);
  expect(jobAt(found, 1)).toEqual(jobs[1]);
  expect(() => jobAt(found, 2)).toThrow('there is no job 2');
  for (const [change, says] of [
    [{ folder: '../elsewhere' }, 'jobs.0: folder'],
    [{ folder: '/etc' }, 'jobs.0: folder'],
    [{ seed: 1.5 }, 'jobs.0: seed'],
    [{ differs: { seed: 'x' } }, 'seed'],
    [{ differs: { sead: 1 } }, 'jobs.0: differs: unknown key "sead"'],
    [{ shared: 1 }, 'jobs.0: shared'],
    [{ more: 1 }, 'jobs.0'],
  ] as const)
    expect(() => jobAt({ ...found, jobs: [{ ...(found.jobs[0] as object), ...change }] }, 0)).toThrow(says);
  writeFileSync(file, '{"schema": 1');
  await expect(readPlan(nodeFiles, file)).rejects.toThrow(InputError);
});
