/** `spikeray sweep submit FOLDER --on LAUNCHER`: has every run done that is not. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Reporter } from '../../../base/events.ts';
import { quoted } from '../../../base/format.ts';
import { launcherNamed, launchers } from '../../../jobs/launchers/index.ts';
import { submitSweep } from '../../../jobs/launchers/submit.ts';
import { openSweep, statesOf } from '../../../jobs/sweep.ts';
import { nodeFiles } from '../../../node/node-files.ts';
import { nodeMachine } from '../../../node/node-machine.ts';
import { nodeProcesses } from '../../../node/processes.ts';
import { thisCommand } from '../../../node/this-command.ts';
import { listenForInterrupt } from '../../terminal/interrupt.ts';
import { addLaunchOptions, EXIT_CODES, LAUNCHER_NAMES, launchOptions, type LaunchTexts } from '../../terminal/launch-options.ts';
import { addOutputOptions, type OutputOptions } from '../../terminal/options.ts';
import { runAction, type Result } from '../../terminal/run-action.ts';

interface SubmitOptions extends OutputOptions, LaunchTexts {
  readonly on: string;
}

export function submitCommand(): Command {
  const command = new Command('submit')
    .summary('have all runs done that are not')
    .description(
      `Has every run of the sweep done that is not done yet. ${launchers.map(({ name, description }) => `${name}: ${description}.`).join(' ')}`,
    )
    .argument('<folder>', 'folder of the sweep')
    .option('--on <name>', LAUNCHER_NAMES, 'local')
    .action((folder: string, options: SubmitOptions) => runAction(options, (report) => submit(folder, options, report)));
  return addOutputOptions(addLaunchOptions(command, 'run', '; what is not over then is saved and queued again'));
}

async function submit(path: string, options: SubmitOptions, report: Reporter): Promise<Result> {
  const asked = launchOptions(options);
  const launcher = launcherNamed(options.on, asked);
  const interrupt = listenForInterrupt();
  const sweep = await openSweep(nodeFiles, resolve(path));
  const states = await statesOf(nodeFiles, sweep);
  const open = [...states.keys()].filter((index) => states[index] !== 'done');
  const site = { machine: nodeMachine, processes: nodeProcesses, report };
  const { outcome, text } = await submitSweep(launcher, { ...site, sweep, open, options: asked, signal: interrupt.signal });
  interrupt.release();
  const again =
    outcome === 'interrupted'
      ? `to go on: ${thisCommand()}\n`
      : outcome === 'queued'
        ? ''
        : `next: spikeray sweep collect ${quoted(path)}\n`;
  return {
    json: { folder: sweep.folder, outcome, text, resume: outcome === 'interrupted' ? thisCommand() : null },
    text: text + again,
    exitCode: EXIT_CODES[outcome],
  };
}
