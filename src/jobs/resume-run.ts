/** Training goes on from a checkpoint of a run. */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { BackendRequest } from '../backends/select-backend.ts';
import { InputError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import type { Config } from '../config/schema.ts';
import { listCheckpoints } from '../run/checkpoint-folder.ts';
import { whileLocked, type FolderLock } from '../run/folder-lock.ts';
import { openRun, type RunFolder } from '../run/run-folder.ts';
import type { Machine } from './machine.ts';
import { startToTrain } from './start-to-train.ts';
import { whyFinished, type LiveView, type Trained } from './train-into.ts';
import { trainedBefore, trainTaught } from './train-run.ts';

export interface ResumeRun {
  readonly machine: Machine;
  readonly folder: string;
  /** The plan from now on. */
  readonly config: (config: Config) => Config;
  /** Where to compute, from where the run was computed. */
  readonly backend: (recorded: BackendRequest) => BackendRequest;
  /** Undefined: the newest. */
  readonly checkpoint?: string;
  /** Where the scene lies now, and in which format, if that is not what the run says. */
  readonly scene?: string;
  readonly sceneFormat?: string;
  /** Goes on although the scene changed. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly report: Reporter;
  /** Who watches what is trained; default: nobody. */
  readonly watch?: (run: RunFolder, scene: SceneData) => LiveView | undefined;
}

/** A run that has nothing left to do is given back as it is. Throws LockedError if another process writes it. */
export async function resumeRun(options: ResumeRun): Promise<Trained> {
  const { machine, folder } = options;
  await openRun(machine.files, folder);
  return whileLocked(machine.lockFolder, folder, (lock) => resumeLocked(options, lock));
}

async function resumeLocked(options: ResumeRun, lock: FolderLock): Promise<Trained> {
  const { machine, folder, signal, report } = options;
  const run = await openRun(machine.files, folder);
  const { record } = run;
  const config = options.config(record.config);
  const { name: choice, threads, gpu } = record.backend;
  const request = options.backend({ choice, threads, gpu });
  // A run that was interrupted while its teacher was trained has nothing of its own yet.
  const checkpoints = await listCheckpoints(machine.files, `${folder}/checkpoints`);
  const begun = config.distillation.teacher !== 'twin' || options.checkpoint !== undefined || checkpoints.length > 0;
  const found = begun ? await run.load(options.checkpoint) : null;
  if (found !== null) {
    report({ type: 'note', text: `from ${found.path}` });
    const { state } = found.checkpoint;
    const over = whyFinished(state, config);
    if (over !== null) {
      report({ type: 'note', text: `nothing to do: ${over}` });
      return trainedBefore(machine.files, { ...run, record: { ...record, config } }, found.path, state);
    }
  }
  const scenePath = options.scene ?? record.scene.path;
  if (options.scene === undefined && (await machine.files.kind(scenePath)) === 'missing')
    throw new InputError(
      `${scenePath}: the scene of the run is no longer there`,
      'Say where it lies now with --scene FOLDER, or put it back.',
    );
  const place = { path: scenePath, format: options.sceneFormat ?? record.scene.format, frame: record.scene.frame };
  const scene = await machine.openTrainingScene(place, config.scene, report);
  if (scene.fingerprint !== (found?.checkpoint.sceneFingerprint ?? record.scene.fingerprint)) {
    const what = `${scenePath}: the scene changed since the checkpoint (training images, poses or intrinsics differ)`;
    if (!options.force) throw new InputError(what, 'Restore the scene, or go on with the changed one with --force, or train again.');
    report({ type: 'warning', text: what });
  }
  const { backend } = await startToTrain(machine, request, scene, config, report);
  const changed = {
    ...record,
    config,
    scene: { ...record.scene, path: machine.absolute(scenePath), format: scene.format, fingerprint: scene.fingerprint },
    backend: { name: backend.name, description: backend.description, threads: request.threads, gpu: request.gpu },
  };
  const continued = found === null ? await run.rewrite(changed) : await run.continueFrom(found.checkpoint, changed);
  const secondsBefore = machine.seconds();
  return trainTaught({
    machine,
    lock,
    run: continued,
    scene,
    backend,
    start: found?.checkpoint,
    signal,
    report,
    secondsBefore,
    live: options.watch?.(continued, scene),
  });
}
