/** What the studio's list tells of a kept run. */
import { InputError } from '../base/errors.ts';
import { type Quality, readQuality } from '../eval/read-quality.ts';
import type { Files } from '../io/files.ts';
import { readResult, type RunResult } from '../jobs/run-result.ts';
import { whyFinished } from '../jobs/train-into.ts';
import { listCheckpoints } from '../run/checkpoint-folder.ts';
import { openRun } from '../run/run-folder.ts';
import { RUNS } from './kept-paths.ts';

export interface KeptRun {
  readonly name: string;
  readonly created: string;
  readonly scene: string;
  /** Of the views that it is trained on; empty where that cannot be read. */
  readonly fingerprint: string;
  /** Where it has its photos from. */
  readonly scenePath: string;
  readonly neuron: string;
  /** Newest checkpoint; null before the first. */
  readonly trained: { readonly stage: string; readonly step: number } | null;
  readonly status: RunResult['status'] | null;
  /** Whether training can go on: something is left to do, and there is something to begin with. */
  readonly unfinished: boolean;
  /** Share of all bricks that its plan has room for; null: of all, or its field is not in bricks. */
  readonly share: number | null;
  /** What was found where its held-out views were measured; null: not yet. */
  readonly measured: Measured | null;
  /** What is wrong with it; null: nothing. */
  readonly problem: string | null;
}

export interface Measured extends Quality {
  /** The run was trained on since. */
  readonly outdated: boolean;
  /** How many views were measured. */
  readonly views: number;
  /** Path of a picture of the field. */
  readonly picture: string | null;
}

/** null: it is just coming in. */
export async function describeRun(files: Files, name: string): Promise<KeptRun | null> {
  const folder = `${RUNS}/${name}`;
  if ((await files.kind(`${folder}/config.json`)) !== 'file') return null;
  const nothing = {
    name,
    created: '',
    scene: '',
    fingerprint: '',
    neuron: '',
    trained: null,
    status: null,
    unfinished: false,
    share: null,
    measured: null,
  };
  let scenePath = '';
  try {
    const { record } = await openRun(files, folder);
    scenePath = record.scene.path;
    const newest = (await listCheckpoints(files, `${folder}/checkpoints`)).at(-1);
    const [, stage, step] = /^(\w+)-(\d+)/.exec(newest ?? '') ?? [];
    const trained = stage === 'coarse' || stage === 'fine' ? ({ stage, step: Number(step) } as const) : null;
    const result = await readResult(files, folder);
    const { kind, share } = record.config.field;
    const seconds = result === null || result.status === 'failed' ? 0 : result.training.seconds;
    return {
      ...{ name, created: record.created, scene: record.scene.name, fingerprint: record.scene.fingerprint, scenePath },
      ...{ neuron: record.config.network.neuron, trained },
      status: result?.status ?? null,
      // A teacher is saved before its pupil.
      unfinished:
        trained === null ? record.config.distillation.teacher === 'twin' : whyFinished({ ...trained, seconds }, record.config) === null,
      share: kind === 'bricks' && share < 1 ? share : null,
      measured: await measurement(files, folder, newest),
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ...nothing, scenePath, problem: error.message };
  }
}

/** @param newest name of the newest checkpoint */
async function measurement(files: Files, folder: string, newest: string | undefined): Promise<Measured | null> {
  const found = await readQuality(files, folder);
  if (found === null) return null;
  const { quality, checkpoint, views, picture } = found;
  // Reports of the command line name no checkpoint.
  const outdated = checkpoint !== null && checkpoint !== newest;
  return { ...quality, outdated, views, picture: picture && `${folder}/${picture}` };
}
