/** `spikeray resume RUN`: training goes on from the newest checkpoint. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { InputError } from '../../base/errors.ts';
import { wholeNumber } from '../../base/option-values.ts';
import { withMaxSteps } from '../../config/planned-steps.ts';
import { applyRequests } from '../../config/resolve-config.ts';
import type { Config } from '../../config/schema.ts';
import { whyFinished } from '../../jobs/train-into.ts';
import { trainTaught } from '../../jobs/train-run.ts';
import { checkTrainingMemory } from '../../jobs/training-memory.ts';
import { availableMemory } from '../../node/available-memory.ts';
import { type BackendOptions, backendRequest } from '../../node/backend-request.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { openRunScene, viewsOf } from '../../node/open-run-scene.ts';
import { startBackend } from '../../node/start-backend.ts';
import { listCheckpoints } from '../../run/checkpoint-folder.ts';
import { openRun, type RunFolder } from '../../run/run-folder.ts';
import { describeTraining } from '../terminal/describe-training.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { addBackendOptions, addOutputOptions, type OutputOptions } from '../terminal/options.ts';
import { runAction } from '../terminal/run-action.ts';
import { addSceneOptions, movedScene, type MovedSceneOptions } from '../terminal/scene-options.ts';

interface ResumeOptions extends OutputOptions, BackendOptions, MovedSceneOptions {
  readonly maxSteps?: string;
  readonly maxMinutes?: string;
  readonly checkpoint?: string;
  readonly force?: boolean;
}

export function resumeCommand(): Command {
  const command = new Command('resume')
    .description('Goes on with the training of RUN from its newest checkpoint, exactly as if it had not been interrupted.')
    .argument('<run>', 'run folder')
    .optionsGroup('Training:')
    .option('--max-steps <n>', 'steps of the fine stage in all, those already done included (default: as planned)')
    .option('--max-minutes <n>', 'minutes of training in all, those already spent included (default: as planned)')
    .optionsGroup('Input:')
    .option('--checkpoint <file>', 'go on from this checkpoint instead of the newest')
    .option('--force', 'go on although the scene changed since the checkpoint')
    .action((run: string, options: ResumeOptions) => resume(run, options));
  return addOutputOptions(addBackendOptions(addSceneOptions(command), { backend: 'that of the run', threads: 'as in the run' }));
}

async function resume(path: string, options: ResumeOptions): Promise<void> {
  await runAction(options, async (report) => {
    const run = await openRun(nodeFiles, path.replace(/(?<=.)\/+$/, ''));
    const { record } = run;
    const config = changedPlan(record.config, options);
    const { name: choice, threads, gpu } = record.backend;
    const request = backendRequest(options, { choice, threads, gpu });
    // A run that was interrupted while its teacher was trained has nothing of its own yet.
    const begun = config.distillation.teacher !== 'twin' || options.checkpoint !== undefined || (await hasCheckpoint(run));
    const found = begun ? await run.load(options.checkpoint) : null;
    const over = found && whyFinished(found.checkpoint.state, config);
    if (found !== null) report({ type: 'note', text: `from ${found.path}` });
    if (found !== null && over !== null) {
      report({ type: 'note', text: `nothing to do: ${over}` });
      return describeTraining(
        { run: { ...run, record: { ...record, config } }, state: found.checkpoint.state, interrupted: false, checkpoint: found.path },
        options,
      );
    }
    const interrupt = listenForInterrupt();
    const { path: scenePath, scene } = await openRunScene({ ...record, config }, movedScene(options), ['train'], report);
    viewsOf(scene, 'train', scenePath);
    if (scene.fingerprint !== (found?.checkpoint.sceneFingerprint ?? record.scene.fingerprint)) {
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
      scene: { ...record.scene, path: resolve(scenePath), format: scene.format, fingerprint: scene.fingerprint },
      backend: { name: backend.name, description: backend.description, threads: request.threads, gpu: request.gpu },
    };
    const continued = found === null ? await run.rewrite(changed) : await run.continueFrom(found.checkpoint, changed);
    const secondsBefore = performance.now() / 1000;
    const trained = await trainTaught({
      run: continued,
      scene,
      backend,
      start: found?.checkpoint,
      signal: interrupt.signal,
      report,
      secondsBefore,
    });
    interrupt.release();
    return describeTraining(trained, options);
  });
}

async function hasCheckpoint({ folder }: RunFolder): Promise<boolean> {
  return (await listCheckpoints(nodeFiles, `${folder}/checkpoints`)).length > 0;
}

function changedPlan(config: Config, { maxSteps, maxMinutes }: ResumeOptions): Config {
  const stepped = maxSteps === undefined ? config : withMaxSteps(config, wholeNumber('--max-steps', maxSteps, 0, 1e9));
  if (maxMinutes === undefined) return stepped;
  return applyRequests(stepped, [{ key: 'budget.maxMinutes', value: maxMinutes, source: '--max-minutes' }]);
}
