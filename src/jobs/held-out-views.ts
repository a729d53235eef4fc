/** The views that a run is measured on. */
import type { SceneData, SplitName, View } from '../../datasets/scene-data.ts';
import { InputError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import type { RunFolder } from '../run/run-folder.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import { type MovedScene, openRunSceneIn, type ScenePlaces, viewsOf } from './run-scenes.ts';

export interface HeldOutViews {
  readonly split: SplitName;
  readonly views: readonly View[];
  /** Name of the scene. */
  readonly scene: string;
  /** Whether its training views are other than those of the checkpoint: another scene, or one that changed. */
  readonly changed: boolean;
}

/**
 * The views of `split`, or else of test, or else of val.
 *
 * @param moved where the scene lies now, if it was moved
 * @throws InputError if there are none
 */
export async function heldOutViewsIn(
  places: ScenePlaces,
  run: RunFolder,
  checkpoint: Checkpoint,
  moved: MovedScene,
  split: SplitName | undefined,
  report: Reporter,
): Promise<HeldOutViews> {
  const open = async (wanted: SplitName): Promise<SceneData> => {
    const { path, scene } = await openRunSceneIn(places, run.record, moved, [wanted], report);
    if (scene.fingerprint !== checkpoint.sceneFingerprint)
      report({ type: 'warning', text: `${path}: the training views changed since the checkpoint; the numbers may not be comparable` });
    return scene;
  };
  const found = (scene: SceneData, of: SplitName, views: readonly View[]): HeldOutViews => {
    return { split: of, views, scene: scene.name, changed: scene.fingerprint !== checkpoint.sceneFingerprint };
  };
  if (split !== undefined) {
    const scene = await open(split);
    return found(scene, split, viewsOf(scene, split, moved.scene ?? run.record.scene.path));
  }
  for (const candidate of ['test', 'val'] as const) {
    const scene = await open(candidate);
    const views = scene.splits[candidate];
    if (views !== undefined) return found(scene, candidate, views);
  }
  throw new InputError(
    `${moved.scene ?? run.record.scene.path}: expected a test or a val split to evaluate on, found neither`,
    'Use --split train to measure on training views.',
  );
}
