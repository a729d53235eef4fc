/**
 * Kills a process with SIGKILL at random moments while it saves checkpoints of a trained run, one after the other and as fast as it can, and
 * checks after each kill that
 *
 *     - every file named as a checkpoint is whole: sizes, checksum, tensors
 *     - nothing that was reported as saved is lost
 *     - the next process goes on from there; at the end `spikeray resume` does
 *
 * Usage: node dist/scripts/kill-while-saving.js [kills = 50]. Prints a table; exits with 1 at the first failure.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, watch, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFiles, TEMPORARY_ENDING } from '../src/node/node-files.ts';
import { listCheckpoints, readCheckpoint } from '../src/run/checkpoint-folder.ts';
import { openRun } from '../src/run/run-folder.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const SAVE = '--save';
/** Milliseconds within which a kill falls: after the first checkpoint of a round, or after a temporary file appeared. */
const ANYWHERE = 100;
const WRITING = 8;

const SETTINGS = [
  'coarse.steps=30',
  'coarse.rays=64',
  'coarse.voxels=4000',
  'fine.steps=1000000',
  'fine.rays=16',
  'fine.voxels=60000',
  'fine.scaleAt=[]',
  'network.width=16',
].flatMap((setting) => ['--set', setting]);

interface Round {
  readonly savedStep: number;
  readonly foundStep: number;
  readonly checkpoints: number;
  readonly unfinished: number;
}

async function main(kills: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spikeray-kill-'));
  try {
    const [scene, run] = [join(folder, 'scene'), join(folder, 'run')];
    await runToEnd(['synth', scene, '--views', '8', '--size', '32', '--quiet']);
    await runToEnd(['train', scene, '--out', run, ...SETTINGS, '--max-steps', '1', '--quiet']);
    const rounds: Round[] = [];
    for (let i = 0; i < kills; i++) rounds.push(await killOnce(run, i % 2 === 0));
    await runToEnd(['resume', run, '--max-steps', String(rounds.at(-1)!.foundStep + 1), '--quiet']);
    print(rounds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kills at a random moment after the first save, checks what is there. */
async function killOnce(run: string, aimed: boolean): Promise<Round> {
  const savedStep = await saveAndKill(run, aimed);
  const folder = join(run, 'checkpoints');
  const unfinished = readdirSync(folder).filter((name) => name.endsWith(TEMPORARY_ENDING)).length;
  const names = await listCheckpoints(nodeFiles, folder);
  let foundStep = -1;
  for (const name of names) {
    const { checkpoint } = await readCheckpoint(nodeFiles, join(folder, name));
    for (const tensor of checkpoint.names) await checkpoint.read(tensor);
    foundStep = checkpoint.state.step;
  }
  if (foundStep < savedStep) throw new Error(`step ${savedStep} was reported as saved; the newest checkpoint has step ${foundStep}`);
  return { savedStep, foundStep, checkpoints: names.length, unfinished };
}

/**
 * The last step that was reported as saved before the kill. Every other kill waits until a file is being written; the rest fall anywhere
 * between two saves.
 */
async function saveAndKill(run: string, aimed: boolean): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), SAVE, run], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  let timer: NodeJS.Timeout | undefined;
  const killWithin = (milliseconds: number): void => {
    timer ??= setTimeout(() => child.kill('SIGKILL'), Math.random() * milliseconds);
  };
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    if (!aimed) killWithin(ANYWHERE);
  });
  const watcher = watch(join(run, 'checkpoints'), (_, name) => {
    if (aimed && text !== '' && name?.endsWith(TEMPORARY_ENDING) === true) killWithin(WRITING);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  watcher.close();
  if (signal !== 'SIGKILL') throw new Error(`the saving process ended by itself with ${code}`);
  return Number(text.trimEnd().split('\n').at(-1));
}

/** The process that is killed: saves the newest checkpoint again and again, as if one more step had been done, and prints each step. */
async function saveForever(path: string): Promise<never> {
  const opened = await openRun(nodeFiles, path);
  const { checkpoint } = await opened.load();
  const run = await opened.continueFrom(checkpoint, opened.record);
  for (let step = checkpoint.state.step + 1; ; step++) {
    await run.save({ ...checkpoint, state: { ...checkpoint.state, step } });
    writeSync(1, `${step}\n`);
  }
}

async function runToEnd(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`spikeray ${args.join(' ')} exited with ${code}`);
}

function print(rounds: readonly Round[]): void {
  const count = (test: (round: Round) => boolean): number => rounds.filter(test).length;
  const lines = [
    ['kills', rounds.length],
    ['in the middle of writing a file', count((round) => round.unfinished > 0)],
    ['between rename and report', count((round) => round.foundStep > round.savedStep)],
    ['before the older one was removed', count((round) => round.checkpoints > 2)],
    ['unreadable checkpoints', 0],
    ['lost checkpoints', 0],
    ['saved in all', rounds.at(-1)?.foundStep ?? 0],
  ] as const;
  for (const [name, value] of lines) process.stdout.write(`${name.padEnd(34)}${String(value).padStart(8)}\n`);
}

if (process.argv[2] === SAVE) await saveForever(process.argv[3]);
else await main(Number(process.argv[2] ?? 50));
