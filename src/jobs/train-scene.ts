/** A new run of a scene: everything that can be refused is refused before its folder is made. */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { BackendRequest } from '../backends/select-backend.ts';
import type { Reporter } from '../base/events.ts';
import { byteSize } from '../base/format.ts';
import type { Config } from '../config/schema.ts';
import { checkFolderFree } from '../run/check-folder-free.ts';
import { createRun, type RunFolder } from '../run/run-folder.ts';
import { fitGrid } from '../train/fit-grid.ts';
import { checkTimeLeft } from '../train/run-stage.ts';
import type { Machine, ScenePlace } from './machine.ts';
import { newRecord } from './new-record.ts';
import { openTeacher } from './open-teacher.ts';
import { startToTrain } from './start-to-train.ts';
import type { LiveView, Trained } from './train-into.ts';
import { trainTaught } from './train-run.ts';

export interface TrainScene {
  readonly machine: Machine;
  readonly place: ScenePlace;
  /** How it is opened. */
  readonly opening: Config['scene'];
  /** How it is trained, once it is known. */
  readonly config: (scene: SceneData) => Config;
  /** The run's folder, once the scene is known. */
  readonly folder: (scene: SceneData, config: Config) => string | Promise<string>;
  /** Replaces a run that is in the folder. */
  readonly force: boolean;
  readonly backend: BackendRequest;
  readonly signal: AbortSignal;
  readonly report: Reporter;
  /** What is done around training, such as showing it; default: nothing. */
  readonly around?: (run: RunFolder, train: (live?: LiveView) => Promise<Trained>, scene: SceneData) => Promise<Trained>;
}

/** null: the signal came before anything was written. */
export async function trainScene(options: TrainScene): Promise<Trained | null> {
  const { machine, place, force, signal, report, around = (_run, train) => train() } = options;
  const scene = await machine.openTrainingScene(place, options.opening, report);
  const config = fitGrid(options.config(scene), scene);
  const { teacher: named } = config.distillation;
  const teacher = named === null || named === 'twin' ? undefined : await openTeacher(machine, named, config, scene, null);
  const { backend, needed } = await startToTrain(machine, options.backend, scene, config, report);
  if (signal.aborted) return null;
  checkTimeLeft(config, machine.seconds());
  const onGpu = backend.memory === 'gpu' ? `; on the GPU ${byteSize(needed.field)}` : '';
  report({ type: 'note', text: `memory: about ${byteSize(needed.total)} at most; images ${byteSize(needed.images)}${onGpu}` });

  const folder = await options.folder(scene, config);
  await checkFolderFree(machine.files, folder, force, 'run');
  const lock = await machine.lockFolder(folder);
  try {
    const run = await createRun(machine.files, folder, newRecord(machine, place.path, scene, backend, options.backend, config), force);
    report({ type: 'note', text: `run folder: ${folder}` });
    const secondsBefore = machine.seconds();
    // What is around it may go on for longer than it takes to write the run.
    const train = (live?: LiveView): Promise<Trained> =>
      trainTaught({ machine, lock, run, scene, backend, teacher, signal, report, secondsBefore, live }).finally(() => lock.release());
    return await around(run, train, scene);
  } finally {
    await lock.release();
  }
}
