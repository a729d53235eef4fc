/** A run trained in its folder: begun, gone on with, or found finished; with the teacher that its settings name. */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Config } from '../config/schema.ts';
import { unused } from '../config/unused.ts';
import { differingSettings } from '../config/settings.ts';
import { InputError } from '../base/errors.ts';
import type { Files } from '../io/files.ts';
import { annOf } from '../model/quantised-layers.ts';
import { listCheckpoints } from '../run/checkpoint-folder.ts';
import { createRun, openRun, type RunFolder } from '../run/run-folder.ts';
import type { RunRecord } from '../run/run-record.ts';
import { whileLocked } from '../run/folder-lock.ts';
import type { TrainState } from '../train/train-state.ts';
import { openTeacher, type OpenTeacher } from './open-teacher.ts';
import { readResult, trainingOf } from './run-result.ts';
import { trainInto, whyFinished, type Trained, type TrainInto } from './train-into.ts';

export interface TrainTaught extends Omit<TrainInto, 'teacher'> {
  /** If it was opened already. */
  readonly teacher?: OpenTeacher;
}

/** As `trainInto`; with a teacher, records it in the run, or refuses one that is not the recorded one. */
export async function trainTaught(options: TrainTaught): Promise<Trained> {
  const { machine, run, scene, report } = options;
  const { config, teacher: recorded } = run.record;
  const named = config.distillation.teacher;
  if (named === null) return trainInto({ ...options, teacher: undefined });
  const folder = named === 'twin' ? `${run.folder}/teacher` : named;
  if (named === 'twin' && recorded === null) {
    report({ type: 'note', text: `the teacher first: ${folder}` });
    const twin = await trainTwin(folder, options);
    if (twin.interrupted) return { ...twin, run };
  }
  const teacher = options.teacher ?? (await openTeacher(machine, folder, config, scene, recorded));
  report({ type: 'note', text: `teacher: ${teacher.identity.checkpoint}` });
  const known = recorded === null ? await run.rewrite({ ...run.record, teacher: teacher.identity }) : run;
  return trainInto({ ...options, run: known, teacher: teacher.checkpoint });
}

/** The same settings without spikes and teacher, and the whole schedule: the teacher does not stop early where the student does. */
async function trainTwin(folder: string, { machine, run, scene, backend, signal, report, secondsBefore }: TrainTaught): Promise<Trained> {
  const { files, lockFolder } = machine;
  const present = (await files.kind(`${folder}/config.json`)) === 'file' ? await openRun(files, folder) : null;
  const record = present?.record ?? { ...run.record, config: configOfTwin(run.record.config) };
  return whileLocked(lockFolder, folder, (lock) =>
    trainRun({ machine, lock, folder, record, scene, backend, signal, report, secondsBefore }),
  );
}

export function configOfTwin(config: Config): Config {
  return {
    ...config,
    network: annOf(config.network),
    distillation: unused.distillation,
    budget: { ...config.budget, maxSteps: null },
  };
}

export interface TrainRun extends Omit<TrainInto, 'run' | 'start' | 'teacher'> {
  readonly folder: string;
  /** The record of the run, if it begins now. */
  readonly record: RunRecord;
}

/** @throws InputError if the folder holds a run of other settings or another scene */
export async function trainRun({ folder, record, ...options }: TrainRun): Promise<Trained> {
  const { machine, report, scene } = options;
  const { files } = machine;
  const present = await openPresent(files, folder, record.config, scene);
  if (present === null) return trainTaught({ ...options, run: await createRun(files, folder, record, false) });
  if ((await listCheckpoints(files, `${folder}/checkpoints`)).length === 0)
    return trainTaught({ ...options, run: await createRun(files, folder, record, true) });
  const { path, checkpoint } = await present.load();
  const over = whyFinished(checkpoint.state, record.config);
  if (over !== null) {
    report({ type: 'note', text: `${folder}: trained before` });
    return trainedBefore(files, present, path, checkpoint.state);
  }
  report({ type: 'note', text: `from ${path}` });
  return trainTaught({ ...options, run: await present.continueFrom(checkpoint, present.record), start: checkpoint });
}

/** A run that is found finished. */
export async function trainedBefore(files: Files, run: RunFolder, checkpoint: string, state: TrainState): Promise<Trained> {
  const peakMemory = trainingOf(await readResult(files, run.folder))?.peakMemory;
  return { run, state, interrupted: false, checkpoint, latest: await run.lastMetrics(), peakMemory };
}

/** The run that is there already, or null. Throws InputError if it has other settings, or another scene. */
export async function openPresent(files: Files, folder: string, config: Config, scene: SceneData): Promise<RunFolder | null> {
  if ((await files.kind(`${folder}/config.json`)) === 'missing') return null;
  const run = await openRun(files, folder);
  const fix = 'Choose another folder with --out, or remove the run.';
  const [other] = differingSettings(run.record.config, config);
  if (other !== undefined) {
    const [theirs, ours] = other.values;
    throw new InputError(`${folder} was trained under other settings: its ${other.key} is ${theirs}, this comparison has ${ours}`, fix);
  }
  if (run.record.scene.fingerprint !== scene.fingerprint)
    throw new InputError(`${folder} was trained on ${run.record.scene.path}: another scene, or one that changed`, fix);
  return run;
}
