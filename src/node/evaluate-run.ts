/** A run measured on held-out views, with its pictures. */
import type { SplitName } from '../../datasets/scene-data.ts';
import type { Reporter } from '../base/events.ts';
import { evaluateField } from '../eval/evaluate-field.ts';
import type { EvalReport } from '../eval/eval-report.ts';
import { heldOutViews } from './held-out-views.ts';
import { sharpCodec } from './image-codec.ts';
import { removeFrames } from '../eval/earlier-frames.ts';
import { checkFolderFree } from '../run/check-folder-free.ts';
import { nodeFiles } from './node-files.ts';
import { loadRun, openRunField, type RunField, type RunFieldOptions } from './open-run-field.ts';
import type { MovedScene } from './open-run-scene.ts';
import { replaceResults } from './replace-folder.ts';
import { whileWritingInto } from './write-into.ts';

export interface EvaluateRun extends RunFieldOptions, MovedScene {
  /** Default: test where the scene has one, else val. */
  readonly split?: SplitName;
  /** Takes views 0, every, 2 every, ...; default: all. */
  readonly every?: number;
  /** Folder to write; default: RUN/eval/SPLIT, for the views of another scene RUN/eval/SPLIT-of-SCENE. */
  readonly out?: string;
  /** Replaces the measurement that is in `out`; other files there stay. */
  readonly force?: boolean;
  readonly report?: Reporter;
}

export interface EvaluatedRun extends Omit<RunField, 'engine'> {
  readonly report: EvalReport;
  /** Where metrics.json and the pictures are. */
  readonly folder: string;
}

/** @throws LockedError while another process writes the run */
export async function evaluateRun(path: string, options: EvaluateRun = {}): Promise<EvaluatedRun> {
  const { split, every = 1, out, force = false, report = () => undefined } = options;
  const loaded = await loadRun(path, options);
  const { run, checkpoint } = loaded;
  if (out !== undefined) await checkFolderFree(nodeFiles, out, force, 'images');
  return whileWritingInto(run.folder, out ?? run.folder, 'folder', async ({ confirm }) => {
    const held = await heldOutViews(run, checkpoint, options, split, report);
    // Another scene's numbers must not pass for those of the run's own.
    const other = options.scene !== undefined && held.changed ? `-of-${held.scene.replace(/[^\w.-]/g, '_')}` : '';
    const folder = out ?? `${run.folder}/eval/${held.split}${other}`;
    const { engine, backend } = await openRunField(loaded, options, report);
    try {
      const measure = (unfinished: string): Promise<EvalReport> => {
        const save = { files: nodeFiles, codec: sharpCodec, folder: unfinished };
        return evaluateField({ engine, config: run.record.config, views: held.views, split: held.split, every, save, report });
      };
      const place = { folder, isOwn: out === undefined, clear: () => removeFrames(nodeFiles, folder) };
      const found = await replaceResults(nodeFiles, place, measure, confirm);
      return { ...loaded, backend, report: found, folder };
    } finally {
      await engine.dispose();
    }
  });
}
