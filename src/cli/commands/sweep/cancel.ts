/** `spikeray sweep cancel FOLDER`: what runs saves and ends, what waits is taken back; `submit` goes on. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { launcherNamed } from '../../../jobs/launchers/index.ts';
import { readSubmission } from '../../../jobs/submission.ts';
import { openSweep } from '../../../jobs/sweep.ts';
import { nodeFiles } from '../../../node/node-files.ts';
import { nodeMachine } from '../../../node/node-machine.ts';
import { nodeProcesses } from '../../../node/processes.ts';
import { addOutputOptions, type OutputOptions } from '../../terminal/options.ts';
import { runAction } from '../../terminal/run-action.ts';

export function cancelCommand(): Command {
  const command = new Command('cancel')
    .summary('stop a sweep, saved')
    .description(
      'Ends the runs of the sweep that are being trained, after saving them, and takes back those that wait. `submit` goes on with them.',
    )
    .argument('<folder>', 'folder of the sweep')
    .action((path: string, options: OutputOptions) =>
      runAction(options, async (report) => {
        const sweep = await openSweep(nodeFiles, resolve(path));
        const submission = await readSubmission(nodeFiles, sweep.folder);
        const site = { machine: nodeMachine, processes: nodeProcesses, report };
        const said =
          submission === null ? 'it was never submitted' : await launcherNamed(submission.launcher).cancel(sweep, submission, site);
        return { json: { folder: sweep.folder, cancelled: submission !== null, text: said }, text: `${said}\n` };
      }),
    );
  return addOutputOptions(command);
}
