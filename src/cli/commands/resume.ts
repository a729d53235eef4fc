/** `spikeray resume RUN`: training goes on from the newest checkpoint. */
import { Command } from 'commander';
import { InputError } from '../../base/errors.ts';
import { wholeNumber } from '../../base/option-values.ts';
import { withMaxSteps } from '../../config/planned-steps.ts';
import { applyRequests, type Request } from '../../config/resolve-config.ts';
import type { Config } from '../../config/schema.ts';
import { resumeRun } from '../../jobs/resume-run.ts';
import { backendRequest, type BackendOptions } from '../../node/backend-request.ts';
import { nodeMachine } from '../../node/node-machine.ts';
import { describeTraining } from '../terminal/describe-training.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { addBackendOptions, addOutputOptions, type OutputOptions } from '../terminal/options.ts';
import { addSceneOptions, movedScene, type MovedSceneOptions } from '../terminal/scene-options.ts';
import { loggersOf, logOption } from '../terminal/training-logs.ts';
import { runAction } from '../terminal/run-action.ts';

interface ResumeOptions extends OutputOptions, BackendOptions, MovedSceneOptions {
  readonly maxSteps?: string;
  readonly maxMinutes?: string;
  readonly share?: string;
  readonly checkpoint?: string;
  readonly force?: boolean;
  readonly log?: string;
}

export function resumeCommand(): Command {
  const command = new Command('resume')
    .description('Goes on with the training of RUN from its newest checkpoint, exactly as if it had not been interrupted.')
    .argument('<run>', 'run folder')
    .optionsGroup('Training:')
    .option('--max-steps <n>', 'steps of the fine stage in all, those already done included (default: as planned)')
    .option('--max-minutes <n>', 'minutes of training in all, those already spent included (default: as planned)')
    .option('--share <s>', 'field.kind=bricks: room from now on for this share of all bricks (default: as planned)')
    .addOption(logOption())
    .optionsGroup('Input:')
    .option('--checkpoint <file>', 'go on from this checkpoint instead of the newest')
    .option('--force', 'go on although the scene changed since the checkpoint')
    .action((run: string, options: ResumeOptions) => resume(run, options));
  return addOutputOptions(addBackendOptions(addSceneOptions(command), { backend: 'that of the run', threads: 'as in the run' }));
}

async function resume(path: string, options: ResumeOptions): Promise<void> {
  await runAction(options, async (report) => {
    const [log] = await loggersOf(options.log);
    const interrupt = listenForInterrupt();
    const trained = await resumeRun({
      machine: nodeMachine,
      folder: path.replace(/(?<=.)\/+$/, ''),
      config: (config) => changedPlan(config, options),
      backend: (recorded) => backendRequest(options, recorded),
      checkpoint: options.checkpoint,
      ...movedScene(options),
      force: options.force ?? false,
      signal: interrupt.signal,
      report,
      watch: log,
    });
    interrupt.release();
    return describeTraining(trained, options);
  });
}

export function changedPlan(
  config: Config,
  { maxSteps, maxMinutes, share }: Pick<ResumeOptions, 'maxSteps' | 'maxMinutes' | 'share'>,
): Config {
  const stepped = maxSteps === undefined ? config : withMaxSteps(config, wholeNumber('--max-steps', maxSteps, 0, 1e9));
  const requests: Request[] = [];
  if (maxMinutes !== undefined) requests.push({ key: 'budget.maxMinutes', value: maxMinutes, source: '--max-minutes' });
  if (share !== undefined) {
    if (config.field.kind !== 'bricks')
      throw new InputError(`--share has no meaning with field.kind=${config.field.kind}`, 'Leave --share out.');
    requests.push({ key: 'field.share', value: share, source: '--share' });
  }
  return applyRequests(stepped, requests);
}
