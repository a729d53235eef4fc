/** Options of the commands that launchers carry out. */
import type { Command } from 'commander';
import { wholeNumber } from '../../base/option-values.ts';
import { launchers } from '../../jobs/launchers/index.ts';
import type { Launched, LaunchOptions } from '../../jobs/launchers/launcher.ts';
import { INTERRUPTED } from './interrupt.ts';

export const LAUNCHER_NAMES = launchers.map(({ name }) => name).join(' or ');

export interface LaunchTexts {
  readonly on?: string;
  readonly parallel?: string;
  readonly time?: string;
  readonly partition?: string;
  readonly cpus?: string;
  readonly memory?: string;
}

export const EXIT_CODES: Readonly<Record<Launched['outcome'], number>> = { done: 0, queued: 0, failed: 1, interrupted: INTERRUPTED };

/** @param what is launched, as in "memory of a run" */
export function addLaunchOptions(command: Command, what: string, afterLimit: string): Command {
  return command
    .option('--parallel <n>', `${what}s at a time (default: as many as there is room for)`)
    .optionsGroup('On a cluster:')
    .option('--time <minutes>', `time limit of a ${what}${afterLimit}`)
    .option('--partition <name>', 'partition (queue)')
    .option('--cpus <n>', `cores of a ${what}`)
    .option('--memory <gib>', `memory of a ${what}, GiB (default: as estimated)`);
}

export function launchOptions(options: LaunchTexts): LaunchOptions {
  const number = (option: string, text: string | undefined, most: number): number | undefined =>
    text === undefined ? undefined : wholeNumber(option, text, 1, most);
  return {
    parallel: number('--parallel', options.parallel, 1e5),
    time: number('--time', options.time, 1e6),
    partition: options.partition,
    cpus: number('--cpus', options.cpus, 1024),
    memory: number('--memory', options.memory, 1e5),
  };
}
