/** A run measured on held-out views, with its pictures: at once, or in parts by several processes. */
import { z } from 'zod';
import type { SplitName } from '../../datasets/scene-data.ts';
import type { Reporter } from '../base/events.ts';
import { removeFrames } from '../eval/earlier-frames.ts';
import { chosenViews, evaluateField, measureViews, reportOf, writeReport, type MeasuredViews } from '../eval/evaluate-field.ts';
import { viewRowSchema, type EvalReport, type ViewRow } from '../eval/eval-report.ts';
import type { ImageFolder } from '../eval/image-writer.ts';
import { interleaved, type Part } from '../eval/part.ts';
import { checkFolderFree } from '../run/check-folder-free.ts';
import { aboutOf, makePart, moveImages, partsFolder, readParts, type Whole } from './frame-parts.ts';
import { heldOutViews } from './node-scenes.ts';
import { sharpCodec } from './image-codec.ts';
import { nodeFiles } from './node-files.ts';
import { loadRun, maskedSuffix, maskOrigin, openRunField, type RunField, type RunFieldOptions } from './open-run-field.ts';
import type { LoadedRun } from '../run/run-folder.ts';
import type { MovedScene } from '../jobs/run-scenes.ts';
import { replaceResults } from './replace-folder.ts';
import { whileWritingInto } from './write-into.ts';

export interface EvaluateRun extends RunFieldOptions, MovedScene {
  /** Default: test where the scene has one, else val. */
  readonly split?: SplitName;
  /** Takes views 0, every, 2 every, ...; default: all. */
  readonly every?: number;
  /** Folder to write; default: RUN/eval/SPLIT, for the views of another scene RUN/eval/SPLIT-of-SCENE, with a skip mask -skipped behind it. */
  readonly out?: string;
  /** Replaces the measurement that is in `out`; other files there stay. */
  readonly force?: boolean;
  readonly report?: Reporter;
}

export interface EvaluatedRun extends Omit<RunField, 'engine' | 'skipped'> {
  readonly report: EvalReport;
  /** Where metrics.json and the pictures are. */
  readonly folder: string;
}

/** A measurement that is about to be made. */
export interface Evaluation {
  readonly loaded: LoadedRun;
  readonly measured: MeasuredViews;
  readonly options: EvaluateRun;
  readonly folder: string;
}

/** @throws LockedError while another process writes the run */
export async function evaluateRun(path: string, options: EvaluateRun = {}): Promise<EvaluatedRun> {
  return evaluate(await openEvaluation(path, options));
}

/** Everything is looked at, nothing is computed. */
export async function openEvaluation(path: string, options: EvaluateRun): Promise<Evaluation> {
  const { split, every = 1, out, force = false, report = () => undefined } = options;
  const loaded = await loadRun(path, options);
  const { run, checkpoint } = loaded;
  if (out !== undefined) await checkFolderFree(nodeFiles, out, force, 'images');
  const held = await heldOutViews(run, checkpoint, options, split, report);
  // Another scene's numbers must not pass for those of the run's own.
  const other = options.scene !== undefined && held.changed ? `-of-${held.scene.replace(/[^\w.-]/g, '_')}` : '';
  const skipMask = options.skipMask === undefined ? null : await maskOrigin(options.skipMask);
  const measured = { config: run.record.config, views: held.views, split: held.split, every, skipMask };
  return { loaded, measured, options, folder: out ?? `${run.folder}/eval/${held.split}${other}${maskedSuffix(options)}` };
}

export function evaluate(evaluation: Evaluation): Promise<EvaluatedRun> {
  const { loaded, measured, options } = evaluation;
  const { report = () => undefined } = options;
  return writing(evaluation, async (put) => {
    const { engine, backend } = await openRunField(loaded, options, report);
    try {
      return { backend, report: await put((folder) => evaluateField({ ...measured, engine, save: imageFolder(folder), report })) };
    } finally {
      await engine.dispose();
    }
  });
}

/** Measures a part of the views into a folder of its own, whose path it gives back: other processes may measure other parts at the same time. */
export async function evaluatePart(evaluation: Evaluation, part: Part): Promise<string> {
  const { loaded, measured, options } = evaluation;
  const { report = () => undefined } = options;
  const whole = await wholeOf(evaluation);
  const { engine } = await openRunField(loaded, options, report);
  try {
    return await makePart(whole, part, (images) => measureViews({ ...measured, engine, save: imageFolder(images), part, report }));
  } finally {
    await engine.dispose();
  }
}

/** Puts `of` parts together, as if they had been measured at once. Throws InputError if one is missing. */
export async function joinEvaluation(evaluation: Evaluation, of: number): Promise<EvaluatedRun> {
  const { loaded, measured } = evaluation;
  const whole = await wholeOf(evaluation);
  const rows = interleaved(await readParts(whole, of));
  return writing(evaluation, async (put) => {
    const report = await put(async (folder) => {
      const joined = await reportOf(measured, loaded.checkpoint, rows);
      await writeReport({ files: nodeFiles, folder }, joined);
      await moveImages(whole, of, folder);
      return joined;
    });
    await nodeFiles.remove(partsFolder(whole.folder));
    return { backend: `${of} processes`, report };
  });
}

type Put = (fill: (folder: string) => Promise<EvalReport>) => Promise<EvalReport>;

/** @param action calls `put` with what writes the results into the folder that it is given */
function writing(
  { loaded, options, folder }: Evaluation,
  action: (put: Put) => Promise<Pick<EvaluatedRun, 'backend' | 'report'>>,
): Promise<EvaluatedRun> {
  const { out } = options;
  const place = { folder, isOwn: out === undefined, clear: () => removeFrames(nodeFiles, folder) };
  return whileWritingInto(loaded.run.folder, out ?? loaded.run.folder, 'folder', async ({ confirm }) => {
    const found = await action((fill) => replaceResults(nodeFiles, place, fill, confirm));
    return { ...loaded, ...found, folder };
  });
}

async function wholeOf({ loaded, measured, options, folder }: Evaluation): Promise<Whole<ViewRow[]>> {
  const about = { split: measured.split, ...(await aboutOf(loaded.path, options.skipMask, chosenViews(measured))) };
  return { folder, about, content: z.array(viewRowSchema) };
}

function imageFolder(folder: string): ImageFolder {
  return { files: nodeFiles, codec: sharpCodec, folder };
}
