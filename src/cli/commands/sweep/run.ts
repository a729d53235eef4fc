/** `spikeray sweep run FOLDER INDEX`: one run, begun, gone on with or found done. What every engine calls; its exit codes are in launcher.ts. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { NotYetError } from '../../../base/errors.ts';
import { MOST_UNASKED } from '../../../backends/wasm/lanes.ts';
import { wholeNumber } from '../../../base/option-values.ts';
import { TRY_AGAIN } from '../../../jobs/launchers/launcher.ts';
import { runOne } from '../../../jobs/run-one.ts';
import { planFile } from '../../../jobs/sweep.ts';
import { threadsOnCores } from '../../../node/backend-request.ts';
import { nodeMachine } from '../../../node/node-machine.ts';
import { whenLauncherEnds } from '../../../node/processes.ts';
import { listenForInterrupt } from '../../terminal/interrupt.ts';
import { addOutputOptions, type OutputOptions } from '../../terminal/options.ts';
import { runAction, type Result } from '../../terminal/run-action.ts';

interface RunOptions extends OutputOptions {
  readonly threads?: string;
  readonly afterTeachers?: boolean;
}

export function runCommand(): Command {
  const command = new Command('run')
    .summary('one run; what every engine calls')
    .description(
      `Trains and measures run INDEX of the sweep; goes on with what is there, and does nothing twice. Exit codes: 0 done; ${TRY_AGAIN} try again (interrupted and saved; another process has it; its teacher is not trained yet); 1 or 2 failed.`,
    )
    .argument('<folder>', 'folder of the sweep')
    .argument('<index>', 'number of the run, from 0')
    .option(
      '--threads <n>',
      `cores of the wasm backend, where the plan names none; up to ${MOST_UNASKED} are used (default: SLURM_CPUS_PER_TASK, or all)`,
    )
    .option('--after-teachers', 'a teacher that is not trained now is not waited for: exit with 2')
    .action((folder: string, index: string, options: RunOptions) => runAction(options, (report) => run(folder, index, options, report)));
  return addOutputOptions(command);
}

async function run(path: string, index: string, options: RunOptions, report: Parameters<typeof runOne>[0]['report']): Promise<Result> {
  // Never released: schedulers signal again while this process ends, and its exit code has to be its own.
  const { signal } = listenForInterrupt('patient');
  whenLauncherEnds(() => process.kill(process.pid, 'SIGTERM'));
  const file = planFile(resolve(path));
  const number = wholeNumber('INDEX', index, 0, 1e9);
  const threads = options.threads === undefined ? undefined : threadsOnCores(options.threads);
  const { afterTeachers } = options;
  try {
    const result = await runOne({ machine: nodeMachine, file, index: number, threads, afterTeachers, signal, report });
    const text = `run ${number}: ${result.status}\n`;
    return { json: result, text, exitCode: result.status === 'measured' ? 0 : TRY_AGAIN };
  } catch (error) {
    if (!(error instanceof NotYetError)) throw error;
    const { message, fix } = error;
    report({ type: 'warning', text: message });
    return { json: { status: 'not yet', message, fix }, text: `run ${number}: not yet\n`, exitCode: TRY_AGAIN };
  }
}
