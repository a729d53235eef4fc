/**
 * Harms commands that write results in every way a machine can, and checks after each that what lies there is either what was there before or all
 * of the new, and that the same command, given again, ends well with the results of one that nothing had harmed:
 *
 *     SIGKILL, SIGTERM, SIGHUP   at random moments, every other time, the first too, just when something is being written
 *     SIGSTOP, SIGCONT           in the middle: it ends as if nothing had been
 *     no room, no inodes         on a small file system of its own, where one may be mounted (Linux, root); then with room again
 *
 * Usage: node dist/scripts/kill-commands.js [rounds = 3] [command ...]. Prints a table; exits with 1 at the first failure.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../src/base/format.ts';
import { HARMED, type Harmed, SETTINGS } from './kill/harmed-commands.ts';
import { age, contentOf, type Content, leftovers, sameContent } from './kill/result-content.ts';
import { runCommand, type Ended } from './kill/run-command.ts';
import { SmallDisk } from './kill/small-disk.ts';

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGHUP'] as const;
/** Bytes and inodes that are left on a disk that is about to be full. */
const LEFT = { bytes: 16 * 1024, inodes: 3 };

interface Tally {
  readonly name: string;
  /** Harmed before they ended by themselves. */
  hit: number;
  before: number;
  after: number;
  fullDisks: number;
}

const [rounds = '3', ...wanted] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'spikeray-kill-'));
const scene = join(folder, 'scene');
const trained = join(folder, 'trained');
try {
  await succeed('synth', scene, '--views', '8', '--size', '48', '--quiet');
  await succeed('train', scene, '--out', trained, ...SETTINGS, '--set', 'network.neuron=lif', '--quiet');
  const disk = SmallDisk.mount(join(folder, 'disk'));
  const tallies: Tally[] = [];
  try {
    for (const [i, harmed] of HARMED.entries())
      if (wanted.length === 0 || wanted.includes(harmed.name)) tallies.push(await harm(harmed, i, disk));
  } finally {
    disk?.unmount();
  }
  const row = ({ name, hit, before, after, fullDisks }: Tally): string[] => [name, ...[hit, before, after, fullDisks].map(String)];
  process.stdout.write(table([['command', 'harmed', 'as before', 'complete', 'full disks'], ...tallies.map(row)]));
  if (disk === null) process.stdout.write('full disks left out: no file system may be mounted here\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function harm(harmed: Harmed, order: number, disk: SmallDisk | null): Promise<Tally> {
  const tally = { name: harmed.name, hit: 0, before: 0, after: 0, fullDisks: 0 };
  const run = freshRun(join(folder, 'runs', harmed.name));
  const began = performance.now();
  expectSuccess(harmed, await runCommand(harmed, run, scene));
  const milliseconds = performance.now() - began;
  const whole = contentOf(run, harmed);
  for (let round = 0; round < Number(rounds); round++) {
    const isOver = round % 2 === 0;
    freshRun(run);
    if (isOver && !harmed.grows) {
      expectSuccess(harmed, await runCommand(harmed, run, scene));
      age(run, harmed);
    }
    const before = contentOf(run, harmed);
    const signal = SIGNALS[(round + order) % SIGNALS.length];
    const ended = await runCommand(harmed, run, scene, { signal, within: milliseconds, aimed: isOver });
    if (ended.harmed) tally.hit++;
    count(tally, harmed, contentOf(run, harmed), before, whole, `${signal} after ${Math.round(ended.milliseconds)} ms`);
    if (ended.harmed && signal !== 'SIGKILL') {
      const left = leftovers(run);
      if (left.length > 0) throw new Error(`${harmed.name}: ${signal} left ${left.join(', ')}`);
    }
    await again(harmed, run, whole);
  }
  freshRun(run);
  expectSuccess(harmed, await runCommand(harmed, run, scene, { signal: 'SIGSTOP', within: milliseconds, aimed: false }));
  expectWhole(harmed, run, whole);
  if (disk !== null && harmed.fillsDisk) await fillDisk(harmed, disk, whole, tally);
  rmSync(run, { recursive: true, force: true });
  return tally;
}

async function fillDisk(harmed: Harmed, disk: SmallDisk, whole: Content, tally: Tally): Promise<void> {
  for (const lacks of ['bytes', 'inodes'] as const) {
    const run = freshRun(join(disk.folder, 'runs', harmed.name));
    const before = contentOf(run, harmed);
    disk.leave(lacks, LEFT[lacks]);
    const ended = await runCommand(harmed, run, scene);
    disk.grow();
    if (ended.code !== 0) {
      tally.fullDisks++;
      if (!ended.stderr.includes('disk is full'))
        throw new Error(`${harmed.name}, no ${lacks}: expected "disk is full", found: ${ended.stderr}`);
    }
    count(tally, harmed, contentOf(run, harmed), before, whole, `no ${lacks} left`);
    const left = leftovers(run);
    if (left.length > 0) throw new Error(`${harmed.name}: a disk without ${lacks} has ${left.join(', ')}`);
    await again(harmed, run, whole);
    rmSync(run, { recursive: true, force: true });
  }
}

/** Throws unless it is all of the new, or nothing but what was there before. */
function count(tally: Tally, harmed: Harmed, found: Content, before: Content, whole: Content, when: string): void {
  if (sameContent(found, before)) tally.before++;
  else if (sameContent(found, whole)) tally.after++;
  else if (!harmed.grows) {
    const text = (content: Content): string => [...content].map(([name, hash]) => `${name} ${hash.slice(0, 6)}`).join(', ');
    throw new Error(`${harmed.name}, ${when}: half of the results: ${text(found)}\nbefore: ${text(before)}\nwhole: ${text(whole)}`);
  }
}

async function again(harmed: Harmed, run: string, whole: Content): Promise<void> {
  expectSuccess(harmed, await runCommand(harmed, run, scene));
  expectWhole(harmed, run, whole);
  const left = leftovers(run);
  if (left.length > 0) throw new Error(`${harmed.name}: the next one left ${left.join(', ')}`);
}

function expectSuccess({ name }: Harmed, { code, signal, stderr }: Ended): void {
  if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}: ${stderr}`);
}

function expectWhole(harmed: Harmed, run: string, whole: Content): void {
  const found = contentOf(run, harmed);
  if (!sameContent(found, whole))
    throw new Error(`${harmed.name}: expected ${[...whole.keys()].join(', ')}, found ${[...found.keys()].join(', ')}`);
}

function freshRun(run: string): string {
  rmSync(run, { recursive: true, force: true });
  mkdirSync(run, { recursive: true });
  cpSync(trained, run, { recursive: true });
  return run;
}

async function succeed(...args: string[]): Promise<void> {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../src/cli/main.js'), ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`spikeray ${args.join(' ')} exited with ${status}: ${stderr}`);
}
