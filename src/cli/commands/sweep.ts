/** `spikeray sweep …`: many trainings from one file, on this machine or on a cluster, and one table of what came of them. */
import { Command } from 'commander';
import { cancelCommand } from './sweep/cancel.ts';
import { collectCommand } from './sweep/collect.ts';
import { planCommand } from './sweep/plan.ts';
import { runCommand } from './sweep/run.ts';
import { statusCommand } from './sweep/status.ts';
import { submitCommand } from './sweep/submit.ts';

export function sweepCommand(): Command {
  const command = new Command('sweep').description(
    'Trains and measures scenes x settings x networks x seeds, one run folder each. `plan` makes the list, `submit` has it done, `collect` writes the table; docs/scale.md shows the way on a laptop, a workstation and a cluster.',
  );
  for (const inner of [planCommand(), submitCommand(), statusCommand(), collectCommand(), cancelCommand(), runCommand()])
    command.addCommand(inner);
  return command;
}
