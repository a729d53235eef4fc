/**
 * `npm run fuzz -- [--minutes N]`: damages files of every kind that is read, and checks that each is refused with a typed error or read alike twice,
 * without a hang, within a second or so and bounded memory. Without --minutes a fixed number of cases each, always the same ones. A failure is
 * printed with its number: `--only TARGET --first NUMBER --count 1` repeats it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Command } from 'commander';
import { table } from '../src/base/format.ts';
import { wholeNumber } from '../src/base/option-values.ts';
import type { FuzzMessage, FuzzOrder } from './fuzz/fuzz-worker.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));

/** Milliseconds without a sign of life after which a reading hangs. */
const HANGS = 30_000;

/** Milliseconds for loading everything that reads, which takes as long as the machine is busy. */
const LOADS = 600_000;

/** The smallest run that has everything. */
const SETTINGS = [
  'coarse.steps=30',
  'coarse.rays=64',
  'coarse.voxels=2000',
  'fine.steps=20',
  'fine.rays=32',
  'fine.voxels=4000',
  'fine.scaleAt=[]',
  'network.width=16',
  'network.quantiser=[ternary-rows,hadamard,learned-bits]',
].flatMap((setting) => ['--set', setting]);

interface Tally {
  cases: number;
  refused: number;
  slowest: number;
}

const options = new Command('fuzz')
  .option('--minutes <n>', 'go on with new cases for so long')
  .option('--count <n>', 'cases of each target', '150')
  .option('--first <n>', 'number of the first case', '0')
  .option('--seed <n>', 'another seed has other cases', '1')
  .option('--only <target>', 'this target alone')
  .parse()
  .opts<{ minutes?: string; count: string; first: string; seed: string; only?: string }>();

const folder = mkdtempSync(join(tmpdir(), 'spikeray-fuzz-'));
try {
  const run = join(folder, 'run');
  spikeray('synth', join(folder, 'scene'), '--views', '8', '--size', '24', '--quiet');
  spikeray('train', join(folder, 'scene'), '--out', run, '--backend', 'wasm', '--threads', '1', '--quiet', ...SETTINGS);
  spikeray('eval', run, '--quiet');
  spikeray('export', run, '--format', 'web', '--out', join(run, 'export/web'), '--quiet');
  const tallies = new Map<string, Tally>();
  const count = wholeNumber('--count', options.count, 1, 1e9);
  const until = options.minutes === undefined ? 0 : performance.now() + Number(options.minutes) * 60_000;
  let failures = 0;
  let first = wholeNumber('--first', options.first, 0, 1e9);
  do {
    const order = { run, scratch: folder, seed: wholeNumber('--seed', options.seed, 0, 1e9), first, count, only: options.only ?? null };
    failures += await work(order, tallies);
    first += count;
  } while (performance.now() < until);
  const rows = [...tallies].map(([name, { cases, refused, slowest }]) => [name, String(cases), String(refused), slowest.toFixed(0)]);
  process.stdout.write(table([['target', 'cases', 'refused', 'slowest, ms'], ...rows]));
  process.stdout.write(failures === 0 ? 'no failure\n' : `${failures} failures\n`);
  process.exitCode = failures === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The number of failures. */
function work(order: FuzzOrder, tallies: Map<string, Tally>): Promise<number> {
  const worker = new Worker(new URL('./fuzz/fuzz-worker.js', import.meta.url), { workerData: order });
  let failures = 0;
  let present = 'loading';
  return new Promise((resolve, reject) => {
    let watch: NodeJS.Timeout | undefined;
    const alive = (limit: number): void => {
      clearTimeout(watch);
      watch = setTimeout(() => {
        failures++;
        process.stdout.write(`FAILED ${present}: no end after ${limit / 1000} s\n`);
        void worker.terminate();
      }, limit);
    };
    alive(LOADS);
    worker.on('message', (message: FuzzMessage) => {
      alive(HANGS);
      if (message.type === 'begins') present = `${message.target} ${message.number}`;
      if (message.type === 'failure') {
        failures++;
        process.stdout.write(`FAILED ${message.target} ${message.number}: ${message.problem}\n`);
      }
      if (message.type === 'target') {
        const tally = tallies.get(message.target) ?? { cases: 0, refused: 0, slowest: 0 };
        tally.cases += message.cases;
        tally.refused += message.refused;
        tally.slowest = Math.max(tally.slowest, message.slowest);
        tallies.set(message.target, tally);
      }
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      clearTimeout(watch);
      resolve(failures);
    });
  });
}

function spikeray(...command: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...command], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`spikeray ${command.join(' ')} ended with ${status}\n${stderr}`);
}
