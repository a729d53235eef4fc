/** The finished run that teaches another, checked. */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Config } from '../config/schema.ts';
import { InputError } from '../base/errors.ts';
import type { Files } from '../io/files.ts';
import { toHex } from '../io/sha256.ts';
import { isSpikingNetwork } from '../model/network-facts.ts';
import { openRun, type RunFolder } from '../run/run-folder.ts';
import type { RunRecord } from '../run/run-record.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import { checkTeacherField, checkTeacherFits } from '../train/teacher.ts';
import type { Machine } from './machine.ts';
import { resumeCommand, whyFinished } from './train-into.ts';

export interface OpenTeacher {
  readonly checkpoint: Checkpoint;
  readonly identity: NonNullable<RunRecord['teacher']>;
}

/**
 * @param recorded what the run had as its teacher, if it has trained already
 * @throws InputError unless it is a finished run of the scene, an ANN or of the student's neurons, with a network of its shape, and the recorded one
 */
export async function openTeacher(
  machine: Machine,
  folder: string,
  config: Config,
  scene: SceneData,
  recorded: RunRecord['teacher'],
): Promise<OpenTeacher> {
  const run = await openRun(machine.files, folderNamed(folder));
  const { path, checkpoint } = await run.load(await recordedFile(machine, run, recorded));
  const { state, spec, sceneFingerprint } = checkpoint;
  const what = `the teacher ${run.folder}`;
  checkTeacherFits({ ...run.record.config.network }, config.network, what);
  if (state.stage === 'fine') checkTeacherField(spec.representation, config, what);
  if (spec.network === null || whyFinished(state, run.record.config) === null)
    throw new InputError(
      `${what}: expected a finished run, found ${state.stage} step ${state.step}`,
      `Train it to its end: ${resumeCommand(run.folder)}`,
    );
  if (sceneFingerprint !== scene.fingerprint)
    throw new InputError(
      `${what} was trained on ${run.record.scene.path}: another scene, or one that changed`,
      'Use a teacher of this scene, or --teacher twin.',
    );
  if (spec.space.kind !== scene.space.kind)
    throw new InputError(
      `${what} was trained with scene.space=${spec.space.kind}; this run has ${scene.space.kind}`,
      `Add --set scene.space=${spec.space.kind}, or use --teacher twin.`,
    );
  const identity = { checkpoint: path, sha256: toHex(await machine.files.hash(path)) };
  if (recorded !== null && identity.sha256 !== recorded.sha256)
    throw new InputError(
      `${path}: the teacher changed since training began: expected SHA-256 ${recorded.sha256}, found ${identity.sha256}`,
      'Restore the file, or train again.',
    );
  return { checkpoint, identity };
}

/**
 * Whether the teacher that settings name is a network of spikes. One that is to be trained first is a twin, an ANN; one that is no longer there is
 * missed by `openTeacher`, where a run is not found finished.
 */
export async function teacherSpikes(files: Files, { distillation: { teacher } }: Pick<Config, 'distillation'>): Promise<boolean> {
  if (teacher === null || teacher === 'twin') return false;
  const folder = folderNamed(teacher);
  if ((await files.kind(`${folder}/config.json`)) === 'missing') return false;
  const { record } = await openRun(files, folder);
  return isSpikingNetwork(record.config.network);
}

const folderNamed = (teacher: string): string => teacher.replace(/(?<=.)\/+$/, '');

/** The checkpoint that taught so far; a teacher that was trained on has later ones too. */
async function recordedFile({ files }: Machine, run: RunFolder, recorded: RunRecord['teacher']): Promise<string | undefined> {
  if (recorded === null) return undefined;
  const file = `${run.folder}/checkpoints/${recorded.checkpoint.slice(recorded.checkpoint.lastIndexOf('/') + 1)}`;
  if ((await files.kind(file)) === 'file') return file;
  throw new InputError(`${file}: the checkpoint of the teacher with which training began is missing`, 'Restore the file, or train again.');
}
