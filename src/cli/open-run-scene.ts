/** Opens scenes for the commands: Node's files, sharp, memory checked before images are decoded. */
import { openScene } from '../../datasets/index.ts';
import type { SceneData, SplitName } from '../../datasets/scene-data.ts';
import type { Config } from '../config/schema.ts';
import { InputError } from '../errors.ts';
import type { Reporter } from '../train/events.ts';
import { availableMemory } from './available-memory.ts';
import { sharpCodec } from './image-codec.ts';
import { limitedCodec } from './limited-codec.ts';
import { nodeFiles } from './node-files.ts';

/** @param splits those whose pixels are wanted; undefined: all */
export async function openSceneFor(
  path: string,
  { downscale, near, far }: Pick<Config['scene'], 'downscale' | 'near' | 'far'>,
  splits: readonly SplitName[] | undefined,
  report: Reporter,
): Promise<SceneData> {
  const images = limitedCodec(sharpCodec, downscale, availableMemory());
  const scene = await openScene(path, { files: nodeFiles, images, downscale, near, far, splits, report });
  for (const text of scene.warnings) report({ type: 'warning', text });
  return scene;
}

/** The views of a split. Throws InputError naming the splits there are. */
export function viewsOf(scene: SceneData, split: SplitName, path: string): NonNullable<SceneData['splits'][SplitName]> {
  const views = scene.splits[split] ?? [];
  if (views.length > 0) return views;
  const others = Object.keys(scene.splits).join(', ');
  throw new InputError(
    `${path}: expected views in the split "${split}", found none`,
    others === '' ? 'Add a transforms file for this split to the scene.' : `Choose a split that has views: ${others}.`,
  );
}
