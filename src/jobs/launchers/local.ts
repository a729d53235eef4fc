/**
 * This machine: as many runs side by side as its cores and memory allow, each a process of its own; the cores are shared evenly. A run that is to be
 * tried again is, after a moment; one that failed is not. When this process is interrupted, or is gone, all of them save and end.
 */
import type { StepMetrics } from '../../base/events.ts';
import { clock } from '../../base/format.ts';
import { InputError } from '../../base/errors.ts';
import { labelOf, progressOf, resultOf, type Sweep } from '../sweep.ts';
import { shareHere } from './local-parts.ts';
import { sideBySide, type SideBySide } from './side-by-side.ts';
import { TRY_AGAIN, type Launch, type Launched, type Launcher, type Started } from './launcher.ts';

/** Seconds between two looks at what runs. */
const LOOK_EVERY = 1;

/** Seconds before what could not be done is tried again. */
const AGAIN_AFTER = 3;

export const local: Launcher = {
  name: 'local',
  description: 'this machine, as many side by side as cores and memory allow; the same command goes on after an interruption',
  options: ['parallel'],
  submit: runAll,
  share: shareHere,
  status: () => Promise.resolve(new Map()),
  cancel: async ({ folder }, _submission, { machine, processes }) => {
    const holder = await machine.holderOf(folder);
    if (holder === null) return 'nothing runs here';
    const { host, pid, here } = holder;
    if (!here) throw new InputError(`${folder}: it runs on ${host}, process ${pid}`, 'Give the command there.');
    processes.interrupt(pid);
    while ((await machine.holderOf(folder)) !== null) await processes.sleep(LOOK_EVERY / 4);
    return 'everything that ran is saved';
  },
};

interface Running {
  readonly process: Started;
  readonly bytes: number;
}

async function runAll(launch: Launch): Promise<Launched> {
  const { machine, processes, sweep, open, signal, report } = launch;
  const memory = machine.availableMemory();
  const { slots, threads } = division(launch, memory);
  const began = machine.seconds();
  const running = new Map<number, Running>();
  const notBefore = new Map<number, number>();
  const failures = new Map<number, string>();
  const waiting = new Set(open);
  const done = new Set(sweep.jobs.keys());
  for (const index of open) done.delete(index);
  const ended: { readonly index: number; readonly code: number | null }[] = [];
  // Each pass makes a promise of its own: what waits for one that lives long is kept as long.
  let wake = (): void => undefined;
  signal.addEventListener('abort', () => {
    wake();
  });

  const settle = async (index: number, code: number | null): Promise<void> => {
    // What is interrupted before it can save ends otherwise.
    const again = code !== 0 && (code === TRY_AGAIN || signal.aborted);
    const why = code === 0 || again ? null : await whyFailed(launch, index, code);
    if (code === 0) done.add(index);
    if (why !== null) failures.set(index, why);
    if (again) {
      waiting.add(index);
      notBefore.set(index, machine.seconds() + AGAIN_AFTER);
    }
    running.delete(index);
  };
  const start = (index: number): void => {
    waiting.delete(index);
    const log = logFile(sweep, index);
    const more = threads === null ? [] : ['--threads', String(threads)];
    const process = processes.start(['sweep', 'run', sweep.folder, String(index), ...more], log);
    void process.ended.then((code) => {
      ended.push({ index, code });
      wake();
    });
    running.set(index, { process, bytes: sweep.jobs[index].needs?.bytes ?? 0 });
  };
  const fits = (index: number): boolean => {
    const used = [...running.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    return running.size === 0 || (running.size < slots && used + (sweep.jobs[index].needs?.bytes ?? 0) <= memory);
  };

  while (waiting.size + running.size > 0 && !(signal.aborted && running.size === 0)) {
    const woken = new Promise<void>((resolve) => (wake = resolve));
    for (const index of signal.aborted ? [] : [...waiting]) {
      const teacher = sweep.teachers[index];
      if (teacher !== null && failures.has(teacher)) {
        waiting.delete(index);
        failures.set(index, `its teacher failed (${labelOf(sweep, teacher)})`);
      } else if ((teacher === null || done.has(teacher)) && (notBefore.get(index) ?? 0) <= machine.seconds() && fits(index)) start(index);
    }
    if (signal.aborted) for (const { process } of running.values()) process.interrupt();
    const metrics = await readProgress(launch, running.keys());
    report({
      type: 'jobs',
      done: done.size,
      failed: failures.size,
      total: sweep.jobs.length,
      secondsLeft: secondsLeft(launch, done, metrics, machine.seconds() - began),
      running: [...metrics].map(([index, latest]) => ({ name: labelOf(sweep, index), metrics: latest })),
    });
    await Promise.race([processes.sleep(LOOK_EVERY), woken]);
    for (const { index, code } of ended.splice(0)) await settle(index, code);
  }
  const left = waiting.size;
  const lines = [...failures].map(([index, why]) => `failed ${labelOf(sweep, index)}: ${why}\n`).join('');
  const spent = clock(machine.seconds() - began);
  if (left > 0)
    return { outcome: 'interrupted', text: `${lines}interrupted after ${spent}: ${done.size} of ${sweep.jobs.length} runs are done\n` };
  const text = `${lines}${done.size} of ${sweep.jobs.length} runs are done after ${spent}\n`;
  return { outcome: failures.size === 0 ? 'done' : 'failed', text };
}

function logFile({ folder }: Sweep, index: number): string {
  return `${folder}/logs/${index}.log`;
}

/** What a run needs is unknown only where it is on another machine's GPU; runs that may be on a GPU share nothing evenly. */
function division({ processes: { cores }, sweep, open, options: { parallel } }: Launch, memory: number): SideBySide {
  const jobs = open.map((index) => sweep.jobs[index]);
  const onCores = jobs.every(({ backend }) => backend.choice === 'wasm');
  const known = jobs.flatMap(({ needs }) => needs?.bytes ?? []);
  const bytes = known.length === 0 ? null : Math.max(...known);
  return sideBySide(cores, memory, { count: open.length, parallel, bytes, onCores, threads: null });
}

async function readProgress({ machine, sweep }: Launch, running: Iterable<number>): Promise<Map<number, StepMetrics | null>> {
  const found = new Map<number, StepMetrics | null>();
  for (const index of [...running]) found.set(index, await progressOf(machine.files, sweep, index));
  return found;
}

/** From what was done since the launcher began; Infinity before anything was. */
function secondsLeft(
  { sweep, open }: Launch,
  done: ReadonlySet<number>,
  running: ReadonlyMap<number, StepMetrics | null>,
  spent: number,
): number {
  const work = (index: number): number => sweep.jobs[index].needs?.coreSeconds ?? 1;
  const share = (index: number): number => (done.has(index) ? 1 : (running.get(index)?.progress ?? 0));
  const all = open.reduce((sum, index) => sum + work(index), 0);
  const over = open.reduce((sum, index) => sum + work(index) * share(index), 0);
  return over > 0 ? (spent * (all - over)) / over : Infinity;
}

async function whyFailed({ machine, sweep }: Launch, index: number, code: number | null): Promise<string> {
  const result = await resultOf(machine.files, sweep, index);
  if (result?.status === 'failed') return result.error.message;
  return `${code === null ? 'it was killed' : `exit code ${code}`}; see ${logFile(sweep, index)}`;
}
