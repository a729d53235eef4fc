/** The launcher of one machine, on a machine that is made up: runs take as long as they are told, and end as they are told. */
import { expect, it } from 'vitest';
import type { JobsProgress, ProgressEvent } from '../../src/base/events.ts';
import { LockedError } from '../../src/base/errors.ts';
import { local } from '../../src/jobs/launchers/local.ts';
import { launcherNamed } from '../../src/jobs/launchers/index.ts';
import { submitSweep } from '../../src/jobs/launchers/submit.ts';
import { TRY_AGAIN, type Launch, type LaunchOptions, type Processes } from '../../src/jobs/launchers/launcher.ts';
import type { Sweep } from '../../src/jobs/sweep.ts';
import { nodeMachine } from '../../src/node/node-machine.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { finish, measuredResult, plannedSweep } from './sweep-fixture.ts';

interface Made {
  readonly launch: Launch;
  /** In the order in which they began. */
  readonly began: number[];
  readonly events: JobsProgress[];
  readonly stop: AbortController;
  most(): number;
}

interface MadeUp {
  readonly cores?: number;
  readonly options?: LaunchOptions;
  readonly memory?: number;
  /** Exit code of a try of a run. */
  readonly ends?: (index: number, tries: number) => number | null;
  /** No run ends before. */
  readonly until?: Promise<void>;
}

/** Every run takes 20 ms, unless it is interrupted. */
function made(sweep: Sweep, { cores = 2, options = {}, memory = 1e12, ends = () => 0, until = Promise.resolve() }: MadeUp = {}): Made {
  const began: number[] = [];
  const events: JobsProgress[] = [];
  const stop = new AbortController();
  let clock = 0;
  let now = 0;
  let most = 0;
  const tries = new Map<number, number>();
  const processes: Processes = {
    cores,
    program: [],
    start: (args) => {
      const index = Number(args[3]);
      began.push(index);
      tries.set(index, (tries.get(index) ?? 0) + 1);
      most = Math.max(most, ++now);
      let interrupted = false;
      const ended = new Promise<number | null>((resolve) => {
        setTimeout(async () => {
          await until;
          const code = interrupted ? TRY_AGAIN : ends(index, tries.get(index)!);
          void (code === 0 ? finish(sweep, index, measuredResult(30)) : Promise.resolve()).then(() => {
            now--;
            resolve(code);
          });
        }, 20);
      });
      return {
        ended,
        interrupt: () => {
          interrupted = true;
        },
      };
    },
    run: () => Promise.resolve(null),
    interrupt: () => undefined,
    sleep: (seconds) =>
      new Promise((resolve) => {
        clock += seconds;
        setTimeout(resolve, 5);
      }),
  };
  const report = (event: ProgressEvent): void => {
    if (event.type === 'jobs') events.push(event);
  };
  const machine = { ...nodeMachine, availableMemory: () => memory, seconds: () => clock };
  const open = [...sweep.jobs.keys()];
  return { launch: { machine, processes, sweep, open, options, signal: stop.signal, report }, began, events, stop, most: () => most };
}

it('runs as many as there are cores, a teacher before those it teaches, and tells how far it is', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'ternary+distill');
  const { launch, began, events, most } = made(sweep, { cores: 3 });
  expect(await local.submit(launch)).toMatchObject({ outcome: 'done' });
  expect(began.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const [student, teacher] of [
    [2, 0],
    [3, 1],
    [6, 4],
    [7, 5],
  ])
    expect(began.indexOf(teacher)).toBeLessThan(began.indexOf(student));
  expect(most()).toBe(3);
  expect(events.at(-1)).toMatchObject({ total: 8, failed: 0 });
});

it('runs no more than memory allows, but always one', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'lif,ann');
  const needing = { ...sweep, jobs: sweep.jobs.map((job) => ({ ...job, needs: { bytes: 4e9, coreSeconds: 1 } })) };
  for (const [memory, at] of [
    [9e9, 2],
    [3e9, 1],
  ] as const) {
    const { launch, most } = made(needing, { cores: 8, memory });
    await local.submit(launch);
    expect(most()).toBe(at);
  }
});

it.each([
  ['follows --parallel', { options: { parallel: 3 } }, 4e9, 'wasm', 3, '--threads 2'],
  ['as many as there is memory for', { memory: 9e9 }, 4e9, 'wasm', 2, '--threads 4'],
  ['all of them where their memory is unknown', {}, null, 'wasm', 8, '--threads 1'],
  ['one at a time where they may find a GPU', {}, 4e9, 'auto', 1, ''],
] as const)('shares the cores evenly: %s', async (_, machine, bytes, choice, at, threads) => {
  const sweep = await plannedSweep(temporaryFolder(), 'lif,ann');
  const jobs = sweep.jobs.map((job) => ({ ...job, backend: { ...job.backend, choice }, needs: { bytes, coreSeconds: 1 } }));
  const seen = new Set<string>();
  const { launch, most } = made({ ...sweep, jobs }, { cores: 8, ...machine });
  const start: Processes['start'] = (args, log) => {
    seen.add(args.slice(4).join(' '));
    return launch.processes.start(args, log);
  };
  await local.submit({ ...launch, processes: { ...launch.processes, start } });
  expect(most()).toBe(at);
  expect([...seen]).toEqual([threads]);
});

it('tries again what asks for it, gives up what fails, and what it would have taught', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'ternary+distill');
  const ends = (index: number, tries: number): number | null =>
    index === 0 ? 1 : index === 4 ? null : index === 3 && tries < 3 ? TRY_AGAIN : 0;
  const { launch, began } = made(sweep, { ends });
  const { outcome, text } = await local.submit(launch);
  expect(outcome).toBe('failed');
  expect(began.filter((index) => index === 3)).toHaveLength(3);
  expect(began).not.toContain(2);
  expect(text).toContain('failed 0: a, ann, seed 1: exit code 1; see ');
  expect(text).toContain('failed 2: a, ternary+distill, seed 1: its teacher failed (0: a, ann, seed 1)');
  expect(text).toContain('failed 4: b, ann, seed 1: it was killed');
  expect(text).toContain('4 of 8 runs are done');
});

it('interrupts what runs when it is interrupted, and begins nothing more', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'lif,ann');
  const { launch, began, stop } = made(sweep);
  const submitted = local.submit({ ...launch, report: (event) => void (event.type === 'jobs' && event.done === 2 && stop.abort()) });
  expect(await submitted).toMatchObject({ outcome: 'interrupted' });
  expect(began.length).toBeLessThanOrEqual(4);
});

it('has a sweep once', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'lif');
  let refused = (): void => undefined;
  const until = new Promise<void>((resolve) => (refused = resolve));
  const { launch } = made(sweep, { until });
  const both = [submitSweep(local, launch), submitSweep(local, launch)];
  // Whichever is first holds it until then.
  const held = new Promise<never>(() => undefined);
  const error: unknown = await Promise.race(both.map((each) => each.then(() => held).catch((reason: unknown) => reason)));
  expect(error).toBeInstanceOf(LockedError);
  refused();
  expect((await Promise.allSettled(both)).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('is found by name, and follows no option of a cluster', () => {
  expect(() => launcherNamed('locl')).toThrow('--on locl: unknown');
  expect(() => launcherNamed('local', { partition: 'gpu' })).toThrow('--partition has no meaning with --on local');
  expect(launcherNamed('local', { parallel: 2, partition: undefined })).toBe(local);
});
