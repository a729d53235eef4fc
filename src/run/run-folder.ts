/**
 * A run on disk:
 *
 *     config.json      what was trained, on what, how (run-record.ts)
 *     metrics.jsonl    one line of StepMetrics every few seconds
 *     checkpoints/     the last two checkpoints (checkpoint-folder.ts)
 *     teacher/         the run of the twin that teaches, with distillation.teacher=twin
 *     result.json      how the run ended: what training found, and its evaluation (run-result.ts)
 *     view.json        which way is up, as chosen in the viewer (view-file.ts)
 *     skip-mask.json   places that rendering may leave out (src/skip)
 *     lock.json        while it is written: by whom (folder-lock.ts)
 *     eval/  render/  report/  export/
 */
import { differingSettings } from '../config/settings.ts';
import type { Config } from '../config/schema.ts';
import { InputError } from '../base/errors.ts';
import type { Files } from '../io/files.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import type { StepMetrics } from '../base/events.ts';
import { checkFolderFree } from './check-folder-free.ts';
import {
  readCheckpoint,
  readLatestCheckpoint,
  removeLeftBehind,
  saveCheckpoint,
  type ReadCheckpoint,
  type SavedFile,
} from './checkpoint-folder.ts';
import { lastMetrics, trimMetrics } from './metrics-file.ts';
import { VIEW_FILE } from './view-file.ts';
import { decodeRecord, encodeRecord, LARGEST_RECORD, type RunRecord } from './run-record.ts';

/** Where a run keeps the skip mask of its field. */
export const MASK_FILE = 'skip-mask.json';

const OWN_NAMES = [
  'config.json',
  'metrics.jsonl',
  'result.json',
  'checkpoints',
  'teacher',
  'eval',
  'render',
  'report',
  'report-skipped',
  MASK_FILE,
  VIEW_FILE,
];

/** What may differ between the settings of a run and of its checkpoint: how long, how often and in how much memory, not what. */
const PLAN_KEYS = ['fine.steps', 'budget.maxMinutes', 'budget.maxSteps', 'checkpoint.everyMinutes', 'field.share'];

export interface RunFolder {
  readonly folder: string;
  readonly record: RunRecord;
  save(checkpoint: Checkpoint): Promise<SavedFile>;
  /** The newest checkpoint, or the file given. Throws InputError if it is damaged, or not of this run's model. */
  load(file?: string): Promise<ReadCheckpoint>;
  appendMetrics(metrics: StepMetrics): Promise<void>;
  /** The last that were appended; null before the first. */
  lastMetrics(): Promise<StepMetrics | null>;
  /** Replaces config.json. */
  rewrite(record: RunRecord): Promise<RunFolder>;
  /** Before training goes on from `checkpoint`: takes over a changed record, drops what was written after the checkpoint. */
  continueFrom(checkpoint: Checkpoint, record: RunRecord): Promise<RunFolder>;
}

/** A run and its checkpoint. */
export interface LoadedRun extends ReadCheckpoint {
  readonly run: RunFolder;
}

/** Makes the folder and writes config.json; with `force`, a run that was there is removed first (other files stay). */
export async function createRun(files: Files, folder: string, record: RunRecord, force: boolean): Promise<RunFolder> {
  await checkFolderFree(files, folder, force, 'run');
  await files.makeFolder(folder);
  for (const name of OWN_NAMES) await files.remove(`${folder}/${name}`);
  await files.writeAtomic(`${folder}/config.json`, [encodeRecord(record)]);
  return runFolder(files, folder, record);
}

/** Throws InputError if the folder is not a run. */
export async function openRun(files: Files, folder: string): Promise<RunFolder> {
  const file = `${folder}/config.json`;
  if ((await files.kind(folder)) === 'missing')
    throw new InputError(`${folder}: no such run folder`, 'Give the folder that `spikeray train` wrote.');
  if ((await files.kind(file)) !== 'file')
    throw new InputError(`${folder}: expected a run folder with config.json, found none`, 'Give the folder that `spikeray train` wrote.');
  return runFolder(files, folder, decodeRecord(await files.read(file, LARGEST_RECORD), file));
}

function runFolder(files: Files, folder: string, record: RunRecord): RunFolder {
  const checkpoints = `${folder}/checkpoints`;
  const metricsFile = `${folder}/metrics.jsonl`;
  return {
    folder,
    record,
    save: (checkpoint) => saveCheckpoint(files, checkpoints, checkpoint),
    load: async (file) => {
      const found = file === undefined ? await readLatestCheckpoint(files, checkpoints) : await readCheckpoint(files, file);
      checkSameModel(found.path, found.checkpoint.config, folder, record.config);
      return found;
    },
    appendMetrics: (metrics) => files.append(metricsFile, `${JSON.stringify(metrics)}\n`),
    lastMetrics: () => lastMetrics(files, metricsFile),
    rewrite: async (changed) => {
      await files.writeAtomic(`${folder}/config.json`, [encodeRecord(changed)]);
      return runFolder(files, folder, changed);
    },
    continueFrom: async (checkpoint, changed) => {
      await removeLeftBehind(files, checkpoints);
      await trimMetrics(files, metricsFile, checkpoint.state.seconds);
      await files.writeAtomic(`${folder}/config.json`, [encodeRecord(changed)]);
      return runFolder(files, folder, changed);
    },
  };
}

function checkSameModel(path: string, found: Config, folder: string, expected: Config): void {
  const other = differingSettings(found, expected).find(({ key }) => !PLAN_KEYS.includes(key));
  if (other === undefined) return;
  const [theirs, ours] = other.values;
  throw new InputError(
    `${path} is a checkpoint of another model: its ${other.key} is ${theirs}, ${folder}/config.json has ${ours}`,
    'Use a checkpoint of this run, or restore config.json.',
  );
}
