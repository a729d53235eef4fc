/**
 * `npm run soak -- [--minutes N] [--clients N] [--train]`, on Linux: lets clients at `spikeray serve`, or at `spikeray train --viewer`, a fifth of
 * them patient, the others connecting and leaving, reading slowly, sending halves (soak/clients.ts), and checks that
 *
 *     - memory is flat: the resident set at the end is at most a tenth and some MiB above what it was after the first quarter
 *     - nothing leaks: when the clients are gone, and what they asked for is done, there are as many file descriptors, threads and temporary
 *       files as before them, and none of the latter when the server has ended
 *     - no request waits for more than its turn: the slowest answer to a patient client took a few times as long as the usual one of its kind
 *     - training goes on
 *
 * Prints a table; exits with 1 if one of it does not hold, or a patient client is answered with anything but success.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { table } from '../src/base/format.ts';
import { wholeNumber } from '../src/base/option-values.ts';
import { Random } from '../src/math/random.ts';
import { ASKED, type Asked, type Client, emptyTally, half, leaving, patient, slow, type Tally } from './soak/clients.ts';
import { type ProcessFacts, processFacts } from './soak/process-facts.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const KINDS: readonly Client[] = [patient, leaving, slow, half, leaving];
/** Measurements in all. */
const MEASUREMENTS = 40;
const MEBIBYTE = 2 ** 20;
/** Milliseconds for which clients come before anything is measured. */
const WARMING = 2000;
/** Milliseconds after which a connection that the server keeps for another request is closed, and its own checks are over. */
const SETTLED = 12_000;
/** Milliseconds within which what is held for a moment only, as a file that is being read, is seen not to be held, and at most. */
const QUIET = 3000;
const PATIENCE = 60_000;
/** What the slowest picture may take: so many times the usual, and milliseconds. */
const TURNS = 12;
const GRACE = 3000;

const SETTINGS = ['coarse.steps=30', 'coarse.rays=64', 'coarse.voxels=4000', 'fine.rays=64', 'fine.voxels=8000', 'fine.scaleAt=[]', 'network.width=16'].flatMap((setting) => ['--set', setting]); // prettier-ignore

const options = new Command('soak-server')
  .option('--minutes <n>', 'how long', '10')
  .option('--clients <n>', 'at once', '100')
  .option('--allowance <MiB>', 'of memory that caches may take', '48')
  .option('--train', 'at a training with its viewer')
  .parse()
  .opts<{ minutes: string; clients: string; allowance: string; train?: boolean }>();

const folder = mkdtempSync(join(tmpdir(), 'spikeray-soak-'));
try {
  await soak(
    Number(options.minutes),
    wholeNumber('--clients', options.clients, 1, 10_000),
    Number(options.allowance),
    options.train ?? false,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function soak(minutes: number, clients: number, allowance: number, training: boolean): Promise<void> {
  const [scene, runs, temporary] = ['scene', 'runs', 'tmp'].map((name) => join(folder, name));
  await mkdir(temporary);
  spikeray('synth', scene, '--views', '8', '--size', '32', '--quiet');
  const run = join(runs, 'run');
  const train = ['train', scene, '--out', run, ...SETTINGS];
  if (!training) spikeray(...train, '--set', 'fine.steps=40', '--quiet');
  const args = training ? [...train, '--set', 'fine.steps=100000000', '--viewer', '0'] : ['serve', runs, '--port', '0'];
  const server = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  try {
    const url = await addressOf(server);
    if (training) await until(() => stepsOf(run) > 0);
    const tally = emptyTally();
    const visit = (end: number, of: Tally, seed: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: clients }, (_, i) => KINDS[i % KINDS.length]({ url, end, tally: of }, `soak-${i}`, new Random(seed + i))),
      );
    // Starts what the first clients start: threads, caches.
    await visit(Date.now() + WARMING, emptyTally(), 100_000);
    const facts = (): ProcessFacts => processFacts(server.pid!, temporary);
    await wait(SETTLED);
    const [before, stepsBefore] = [await leastHeld(facts), training ? stepsOf(run) : 0];
    const end = Date.now() + minutes * 60_000;
    const looking = visit(end, tally, 1);
    const measured = await measure(facts, end, looking);
    await looking;
    await wait(SETTLED);
    const after = await leastHeld(facts, before);
    const steps = training ? stepsOf(run) - stepsBefore : null;
    server.kill('SIGTERM');
    await once(server, 'exit');
    report(minutes, clients, tally, before, measured, after, steps);
    check(tally, before, measured, after, steps, allowance);
    if (readdirSync(temporary).length > 0) throw new Error(`temporary files are left: ${readdirSync(temporary).join(', ')}`);
  } finally {
    server.kill('SIGKILL');
  }
}

function check(
  { waits }: Tally,
  before: ProcessFacts,
  measured: readonly ProcessFacts[],
  after: ProcessFacts,
  steps: number | null,
  allowance: number,
): void {
  const { early, late } = memoryOf(measured);
  if (late > early * 1.1 + allowance * MEBIBYTE) throw new Error('memory grows');
  for (const key of ['descriptors', 'temporaries'] as const)
    if (after[key] > before[key])
      throw new Error(
        `${key} leak: ${before[key]} before the clients, ${after[key]} after them\n${before.kinds.join(' ')}\n${after.kinds.join(' ')}`,
      );
  if (threadsLeak(before, after)) throw new Error(`threads leak: ${before.threads} before the clients, ${after.threads} after them`);
  for (const what of ASKED) {
    const { usual, slowest } = waitsOf(waits, what);
    if (slowest > TURNS * usual + GRACE) throw new Error(`a ${what} took ${Math.round(slowest)} ms, the usual one ${Math.round(usual)}`);
  }
  if (steps === 0) throw new Error('training stood still');
}

function report(
  minutes: number,
  clients: number,
  { requests, givenUp, waits }: Tally,
  before: ProcessFacts,
  measured: readonly ProcessFacts[],
  after: ProcessFacts,
  steps: number | null,
): void {
  const { early, late } = memoryOf(measured);
  const times = ASKED.flatMap((what): [string, number][] => {
    const { usual, slowest } = waitsOf(waits, what);
    return [
      [`${what}: ms, the usual one`, Math.round(usual)],
      [`${what}: ms, the slowest`, Math.round(slowest)],
    ];
  });
  const rows: [string, number][] = [
    ['minutes', minutes],
    ['clients', clients],
    ['requests', requests],
    ['given up', givenUp],
    ['pictures to the end', waits.picture.length],
    ...times,
    ['MiB, first quarter', Math.round(early / MEBIBYTE)],
    ['MiB, last quarter', Math.round(late / MEBIBYTE)],
    ['descriptors before', before.descriptors],
    ['descriptors, most', Math.max(...measured.map(({ descriptors }) => descriptors))],
    ['descriptors after', after.descriptors],
    ['threads before', before.threads],
    ['threads after', after.threads],
    ['temporary files after', after.temporaries],
    ...(steps === null ? [] : [['steps trained meanwhile', steps] satisfies [string, number]]),
  ];
  process.stdout.write(table(rows.map(([name, value]) => [name, String(value)])));
}

function memoryOf(measured: readonly ProcessFacts[]): { early: number; late: number } {
  const memory = measured.map((facts) => facts.memory);
  return { early: Math.max(...memory.slice(0, MEASUREMENTS / 4)), late: Math.max(...memory.slice(-MEASUREMENTS / 4)) };
}

/** Milliseconds; those that nine of ten requests took at most are usual. */
function waitsOf(waits: Tally['waits'], what: Asked): { usual: number; slowest: number } {
  if (waits[what].length === 0) throw new Error(`no ${what} was answered to its end`);
  const sorted = waits[what].toSorted((a, b) => a - b);
  return { usual: sorted[Math.floor(sorted.length * 0.9)], slowest: sorted.at(-1)! };
}

/** At equal intervals until `end`. @param failed rejects if a client fails */
async function measure(facts: () => ProcessFacts, end: number, failed: Promise<unknown>): Promise<ProcessFacts[]> {
  const interval = (end - Date.now()) / MEASUREMENTS;
  const measured: ProcessFacts[] = [];
  for (let i = 0; i < MEASUREMENTS; i++) {
    await Promise.race([wait(interval), failed]);
    measured.push(facts());
  }
  return measured;
}

/**
 * What is held all the time: of measurements the one with the fewest descriptors, and no later one once no more than `before` is held. Threads that resize
 * photos end on their own, some seconds after the last one.
 */
async function leastHeld(facts: () => ProcessFacts, before?: ProcessFacts): Promise<ProcessFacts> {
  let least = facts();
  const end = Date.now() + (before === undefined ? QUIET : PATIENCE);
  while (Date.now() < end && (before === undefined || least.descriptors > before.descriptors || threadsLeak(before, least))) {
    await wait(50);
    const found = facts();
    if (found.descriptors < least.descriptors || (found.descriptors === least.descriptors && found.threads < least.threads)) least = found;
  }
  return least;
}

/** The thread pool of Node grows to its size when it is first asked. */
function threadsLeak(before: ProcessFacts, after: ProcessFacts): boolean {
  return after.threads > before.threads + 4;
}

async function addressOf(server: ChildProcess): Promise<string> {
  let text = '';
  for await (const part of server.stderr!.setEncoding('utf8')) {
    text += String(part);
    const found = /http:\/\/\S+\//.exec(text);
    if (found === null) continue;
    server.stderr!.resume();
    return found[0];
  }
  throw new Error(`the server ended: ${text}`);
}

/** Steps of the fine stage that the run has written down. */
function stepsOf(run: string): number {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const steps = lines.flatMap((line) => {
    const { stage, step } = JSON.parse(line || '{}') as { stage?: string; step?: number };
    return stage === 'fine' && step !== undefined ? [step] : [];
  });
  return Math.max(0, ...steps);
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 600; i++) {
    try {
      if (holds()) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await wait(100);
  }
  throw new Error('training does not begin');
}

function spikeray(...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`spikeray ${args.join(' ')} exited with ${status}: ${stderr}`);
}
