/** The views that a run is measured on. */
import type { SceneData, SplitName, View } from '../../datasets/scene-data.ts';
import { InputError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import type { RunFolder } from '../run/run-folder.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import { type MovedScene, openRunScene, viewsOf } from './open-run-scene.ts';

export { SPLIT_NAMES as SPLITS } from '../../datasets/scene-format.ts';

/**
 * The views of `split`, or else of test, or else of val.
 *
 * @param moved where the scene lies now, if it was moved
 * @throws InputError if there are none
 */
export async function heldOutViews(
  run: RunFolder,
  checkpoint: Checkpoint,
  moved: MovedScene,
  split: SplitName | undefined,
  report: Reporter,
): Promise<{ split: SplitName; views: readonly View[] }> {
  const open = async (wanted: SplitName): Promise<SceneData> => {
    const { path, scene } = await openRunScene(run.record, moved, [wanted], report);
    if (scene.fingerprint !== checkpoint.sceneFingerprint)
      report({ type: 'warning', text: `${path}: the training views changed since the checkpoint; the numbers may not be comparable` });
    return scene;
  };
  if (split !== undefined) return { split, views: viewsOf(await open(split), split, moved.scene ?? run.record.scene.path) };
  const test = (await open('test')).splits.test;
  if (test !== undefined) return { split: 'test', views: test };
  const val = (await open('val')).splits.val;
  if (val !== undefined) return { split: 'val', views: val };
  throw new InputError(
    `${moved.scene ?? run.record.scene.path}: expected a test or a val split to evaluate on, found neither`,
    'Use --split train to measure on training views.',
  );
}
