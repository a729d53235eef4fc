/** `spikeray sweep submit FOLDER --on LAUNCHER`: has every run done that is not. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { wholeNumber } from '../../../base/option-values.ts';
import type { Reporter } from '../../../base/events.ts';
import { launcherNamed, launchers } from '../../../jobs/launchers/index.ts';
import { submitSweep } from '../../../jobs/launchers/submit.ts';
import type { Launched, LaunchOptions } from '../../../jobs/launchers/launcher.ts';
import { openSweep, statesOf } from '../../../jobs/sweep.ts';
import { nodeFiles } from '../../../node/node-files.ts';
import { nodeMachine } from '../../../node/node-machine.ts';
import { nodeProcesses } from '../../../node/processes.ts';
import { thisCommand } from '../../../node/this-command.ts';
import { INTERRUPTED, listenForInterrupt } from '../../terminal/interrupt.ts';
import { addOutputOptions, type OutputOptions } from '../../terminal/options.ts';
import { runAction, type Result } from '../../terminal/run-action.ts';

interface SubmitOptions extends OutputOptions {
  readonly on: string;
  readonly parallel?: string;
  readonly time?: string;
  readonly partition?: string;
  readonly cpus?: string;
  readonly memory?: string;
}

const EXIT_CODES: Readonly<Record<Launched['outcome'], number>> = { done: 0, queued: 0, failed: 1, interrupted: INTERRUPTED };

export function submitCommand(): Command {
  const command = new Command('submit')
    .summary('have all runs done that are not')
    .description(
      `Has every run of the sweep done that is not done yet. ${launchers.map(({ name, description }) => `${name}: ${description}.`).join(' ')}`,
    )
    .argument('<folder>', 'folder of the sweep')
    .option('--on <name>', launchers.map(({ name }) => name).join(' or '), 'local')
    .option('--parallel <n>', 'runs at a time (default: as many as there is room for)')
    .optionsGroup('Of a cluster:')
    .option('--time <minutes>', 'time limit of a try; what is not over then is saved and queued again')
    .option('--partition <name>', 'partition (queue)')
    .option('--cpus <n>', 'cores of a run')
    .option('--memory <gib>', 'memory of a run, GiB (default: as estimated)')
    .action((folder: string, options: SubmitOptions) => runAction(options, (report) => submit(folder, options, report)));
  return addOutputOptions(command);
}

async function submit(path: string, options: SubmitOptions, report: Reporter): Promise<Result> {
  const number = (option: string, text: string | undefined, most: number): number | undefined =>
    text === undefined ? undefined : wholeNumber(option, text, 1, most);
  const asked: LaunchOptions = {
    parallel: number('--parallel', options.parallel, 1e5),
    time: number('--time', options.time, 1e6),
    partition: options.partition,
    cpus: number('--cpus', options.cpus, 1024),
    memory: number('--memory', options.memory, 1e5),
  };
  const launcher = launcherNamed(options.on, asked);
  const interrupt = listenForInterrupt();
  const sweep = await openSweep(nodeFiles, resolve(path));
  const states = await statesOf(nodeFiles, sweep);
  const open = [...states.keys()].filter((index) => states[index] !== 'done');
  const site = { machine: nodeMachine, processes: nodeProcesses, report };
  const { outcome, text } = await submitSweep(launcher, { ...site, sweep, open, options: asked, signal: interrupt.signal });
  interrupt.release();
  const again =
    outcome === 'interrupted' ? `to go on: ${thisCommand()}\n` : outcome === 'queued' ? '' : `next: spikeray sweep collect ${path}\n`;
  return {
    json: { folder: sweep.folder, outcome, text, resume: outcome === 'interrupted' ? thisCommand() : null },
    text: text + again,
    exitCode: EXIT_CODES[outcome],
  };
}
