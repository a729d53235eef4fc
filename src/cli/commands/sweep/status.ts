/** `spikeray sweep status FOLDER`: how far a sweep is, from its run folders, and from the scheduler that has it. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Reporter } from '../../../base/events.ts';
import { clock, percent, table } from '../../../base/format.ts';
import { launcherNamed } from '../../../jobs/launchers/index.ts';
import type { Known } from '../../../jobs/launchers/launcher.ts';
import { readSubmission } from '../../../jobs/submission.ts';
import { isWritten, labelOf, openSweep, progressOf, resultOf, statesOf, type JobState, type Sweep } from '../../../jobs/sweep.ts';
import { nodeFiles } from '../../../node/node-files.ts';
import { nodeMachine } from '../../../node/node-machine.ts';
import { nodeProcesses } from '../../../node/processes.ts';
import { addOutputOptions, type OutputOptions } from '../../terminal/options.ts';
import { runAction, type Result } from '../../terminal/run-action.ts';

/** Lines for runs that are neither done nor waiting. */
const SHOWN = 40;

interface Line {
  readonly index: number;
  readonly name: string;
  readonly state: JobState | 'running';
  /** 0..1 */
  readonly progress: number | null;
  readonly secondsLeft: number | null;
  /** What the scheduler says. */
  readonly queue: string | null;
  readonly error: string | null;
}

export function statusCommand(): Command {
  const command = new Command('status')
    .summary('how far a sweep is')
    .description('Counts the runs of the sweep by what became of them, and lists those that run, were interrupted or failed.')
    .argument('<folder>', 'folder of the sweep')
    .action((path: string, options: OutputOptions) => runAction(options, (report) => status(path, report)));
  return addOutputOptions(command);
}

async function status(path: string, report: Reporter): Promise<Result> {
  const sweep = await openSweep(nodeFiles, resolve(path));
  const submission = await readSubmission(nodeFiles, sweep.folder);
  const site = { machine: nodeMachine, processes: nodeProcesses, report };
  const queue = submission === null ? new Map<number, Known>() : await launcherNamed(submission.launcher).status(sweep, submission, site);
  const states = await statesOf(nodeFiles, sweep);
  const lines: Line[] = [];
  for (const [index, state] of states.entries()) lines.push(await lineOf(sweep, index, state, queue.get(index)?.text ?? null));
  const counts: Record<string, number> = {};
  for (const { state } of lines) counts[state] = (counts[state] ?? 0) + 1;
  const told = lines.filter(({ state, queue: known }) => state !== 'done' && (state !== 'waiting' || known !== null));
  const more = told.length > SHOWN ? `and ${told.length - SHOWN} more\n` : '';
  const summary = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  const text = `${lines.length} runs: ${summary.join(', ')}\n${told.length === 0 ? '' : table(told.slice(0, SHOWN).map(cells))}${more}`;
  return { json: { folder: sweep.folder, launcher: submission?.launcher ?? null, counts, runs: lines }, text };
}

async function lineOf(sweep: Sweep, index: number, state: JobState, queue: string | null): Promise<Line> {
  const name = labelOf(sweep, index);
  const about = { index, name, queue, progress: null, secondsLeft: null, error: null };
  if (state === 'done' || state === 'waiting') return { ...about, state };
  if (state === 'failed') {
    const result = await resultOf(nodeFiles, sweep, index);
    return { ...about, state, error: result?.status === 'failed' ? result.error.message : null };
  }
  const metrics = await progressOf(nodeFiles, sweep, index);
  const running = await isWritten(nodeMachine, sweep, index);
  return { ...about, state: running ? 'running' : state, progress: metrics?.progress ?? null, secondsLeft: metrics?.secondsLeft ?? null };
}

function cells({ name, state, progress, secondsLeft, queue, error }: Line): string[] {
  const far = [...(progress === null ? [] : [percent(progress)]), ...(secondsLeft === null ? [] : [`ETA ${clock(secondsLeft)}`])];
  return [name, state, far.join(' '), queue ?? '', error ?? ''];
}
