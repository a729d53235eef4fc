/** Scenes as the commands open them: Node's files, sharp. */
import type { SceneData, SplitName } from '../../datasets/scene-data.ts';
import type { Reporter } from '../base/events.ts';
import type { Config } from '../config/schema.ts';
import { heldOutViewsIn, type HeldOutViews } from '../jobs/held-out-views.ts';
import { openRunSceneIn, openSceneIn, type MovedScene, type ScenePlaces, type SceneRequest } from '../jobs/run-scenes.ts';
import type { RunFolder } from '../run/run-folder.ts';
import type { RunRecord } from '../run/run-record.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import { availableMemory } from './available-memory.ts';
import { sharpCodec } from './image-codec.ts';
import { nodeFiles } from './node-files.ts';

export const nodePlaces: ScenePlaces = { files: nodeFiles, images: sharpCodec, availableMemory };

export function openSceneFor(
  path: string,
  settings: Omit<Config['scene'], 'background'>,
  request: SceneRequest,
  report: Reporter,
): Promise<SceneData> {
  return openSceneIn(nodePlaces, path, settings, request, report);
}

/** Throws as `openRunSceneIn` does. */
export function openRunScene(
  run: Pick<RunRecord, 'scene' | 'config'>,
  moved: MovedScene,
  splits: readonly SplitName[],
  report: Reporter,
): Promise<{ path: string; scene: SceneData }> {
  return openRunSceneIn(nodePlaces, run, moved, splits, report);
}

/** Throws as `heldOutViewsIn` does. */
export function heldOutViews(
  run: RunFolder,
  checkpoint: Checkpoint,
  moved: MovedScene,
  split: SplitName | undefined,
  report: Reporter,
): Promise<HeldOutViews> {
  return heldOutViewsIn(nodePlaces, run, checkpoint, moved, split, report);
}
