/** All commands. A new one is one file in commands/ and one line here. */
import { Command } from 'commander';
import { VERSION } from '../run/version.ts';
import { compareCommand } from './commands/compare.ts';
import { configCommand } from './commands/config.ts';
import { doctorCommand } from './commands/doctor.ts';
import { energyCommand } from './commands/energy.ts';
import { evalCommand } from './commands/eval.ts';
import { exportCommand } from './commands/export.ts';
import { inspectCommand } from './commands/inspect.ts';
import { neuronsCommand } from './commands/neurons.ts';
import { renderCommand } from './commands/render.ts';
import { resumeCommand } from './commands/resume.ts';
import { serveCommand } from './commands/serve.ts';
import { synthCommand } from './commands/synth.ts';
import { trainCommand } from './commands/train.ts';

export function createProgram(): Command {
  const program = new Command('spikeray')
    .description('Spiking neural radiance fields: train, render and measure.')
    .version(VERSION)
    .commandsGroup('Scenes:');
  const groups: readonly (readonly [string, readonly Command[]])[] = [
    ['Scenes:', [inspectCommand(), synthCommand()]],
    ['Training:', [trainCommand(), resumeCommand(), configCommand(), neuronsCommand()]],
    ['Results:', [evalCommand(), compareCommand(), renderCommand(), energyCommand(), exportCommand(), serveCommand()]],
    ['Machine:', [doctorCommand()]],
  ];
  for (const [heading, commands] of groups) {
    program.commandsGroup(heading);
    for (const command of commands) program.addCommand(command);
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().showHelpAfterError(`\`spikeray help${command === program ? '' : ` ${command.name()}`}\` shows what there is.`);
  }
  return program;
}
