/** `spikeray resume RUN`: training goes on from the newest checkpoint. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { plannedSteps, withMaxSteps } from '../../config/planned-steps.ts';
import { applyRequests } from '../../config/resolve-config.ts';
import type { Config } from '../../config/schema.ts';
import { InputError } from '../../errors.ts';
import { openRun } from '../../run/run-folder.ts';
import type { TrainState } from '../../train/train-state.ts';
import { availableMemory } from '../available-memory.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { nodeFiles } from '../node-files.ts';
import { openSceneFor, viewsOf } from '../open-run-scene.ts';
import { addBackendOptions, addOutputOptions, backendRequest, wholeNumber, type BackendOptions, type OutputOptions } from '../options.ts';
import { runAction } from '../run-action.ts';
import { startBackend } from '../start-backend.ts';
import { describeTraining, trainInto } from '../train-into.ts';
import { checkTrainingMemory } from '../training-memory.ts';

interface ResumeOptions extends OutputOptions, BackendOptions {
  readonly maxSteps?: string;
  readonly maxMinutes?: string;
  readonly checkpoint?: string;
  readonly scene?: string;
  readonly force?: boolean;
}

/** A time limit counts as used up a little before its end: part of it is kept for writing the last checkpoint. */
const TIME_USED_UP = 0.98;

export function resumeCommand(): Command {
  const command = new Command('resume')
    .summary('go on with a run')
    .description('Goes on with the training of RUN from its newest checkpoint, exactly as if it had not been interrupted.')
    .argument('<run>', 'run folder')
    .optionsGroup('Training:')
    .option('--max-steps <n>', 'steps of the fine stage in all, those already done included (default: as planned)')
    .option('--max-minutes <n>', 'minutes of training in all, those already spent included (default: as planned)')
    .optionsGroup('Input:')
    .option('--checkpoint <file>', 'go on from this checkpoint instead of the newest')
    .option('--scene <folder>', 'where the scene lies now, if it was moved')
    .option('--force', 'go on although the scene changed since the checkpoint')
    .action((run: string, options: ResumeOptions) => resume(run, options));
  return addOutputOptions(addBackendOptions(command, { backend: 'that of the run', threads: 'as in the run' }));
}

async function resume(path: string, options: ResumeOptions): Promise<void> {
  await runAction(options, async (report) => {
    const run = await openRun(nodeFiles, path.replace(/(?<=.)\/+$/, ''));
    const { record } = run;
    const config = changedPlan(record.config, options);
    const { name: choice, threads, gpu } = record.backend;
    const request = backendRequest(options, { choice, threads, gpu });
    const { path: file, checkpoint } = await run.load(options.checkpoint);
    report({ type: 'note', text: `from ${file}` });
    const over = whyFinished(checkpoint.state, config);
    if (over !== null) {
      report({ type: 'note', text: `nothing to do: ${over}` });
      return describeTraining({ ...run, record: { ...record, config } }, checkpoint.state, false, file);
    }
    const interrupt = listenForInterrupt();
    const scenePath = options.scene ?? record.scene.path;
    const scene = await openSceneFor(scenePath, config.scene, ['train'], report);
    viewsOf(scene, 'train', scenePath);
    if (scene.fingerprint !== checkpoint.sceneFingerprint) {
      const what = `${scenePath}: the scene changed since the checkpoint (training images, poses or intrinsics differ)`;
      if (options.force !== true)
        throw new InputError(what, 'Restore the scene, or go on with the changed one with --force, or train again.');
      report({ type: 'warning', text: what });
    }
    const backend = await startBackend(request, report);
    checkTrainingMemory(scene, config, backend, availableMemory());
    const changed = {
      ...record,
      config,
      scene: { ...record.scene, path: resolve(scenePath), fingerprint: scene.fingerprint },
      backend: { name: backend.name, description: backend.description, threads: request.threads, gpu: request.gpu },
    };
    const continued = await run.continueFrom(checkpoint, changed);
    return trainInto({ run: continued, scene, backend, start: checkpoint, interrupt, report, output: options });
  });
}

function changedPlan(config: Config, { maxSteps, maxMinutes }: ResumeOptions): Config {
  const stepped = maxSteps === undefined ? config : withMaxSteps(config, wholeNumber('--max-steps', maxSteps, 0, 1e9));
  if (maxMinutes === undefined) return stepped;
  return applyRequests(stepped, [{ key: 'budget.maxMinutes', value: maxMinutes, source: '--max-minutes' }]);
}

/** Why nothing is left to do, or null. */
function whyFinished({ stage, step, seconds }: TrainState, config: Config): string | null {
  if (stage === 'fine' && step >= plannedSteps(config))
    return `${step} of ${plannedSteps(config)} planned steps are done; raise the plan with --max-steps`;
  const { maxMinutes } = config.budget;
  if (stage === 'fine' && maxMinutes !== null && seconds >= maxMinutes * 60 * TIME_USED_UP)
    return `the planned ${maxMinutes} minutes are used up; raise the plan with --max-minutes`;
  return null;
}
