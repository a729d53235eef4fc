/** Opens scenes for the commands: Node's files, sharp, memory checked before images are decoded. */
import { openScene } from '../../datasets/index.ts';
import type { SceneData, SplitName, View } from '../../datasets/scene-data.ts';
import type { Config } from '../config/schema.ts';
import { InputError, MemoryError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import { availableMemory } from './available-memory.ts';
import { sharpCodec } from './image-codec.ts';
import { byteSize, quoted } from '../base/format.ts';
import { nodeFiles } from './node-files.ts';

/**
 * @param splits those whose pixels are wanted; undefined: all
 * @param rangeOptional a depth range that cannot be found is a warning
 */
export async function openSceneFor(
  path: string,
  { downscale, near, far, holdout, space }: Omit<Config['scene'], 'background'>,
  splits: readonly SplitName[] | undefined,
  report: Reporter,
  rangeOptional = false,
): Promise<SceneData> {
  const scene = await openScene(path, {
    files: nodeFiles,
    images: sharpCodec,
    downscale,
    holdout,
    space,
    near,
    far,
    splits,
    rangeOptional,
    checkMemory: (images, bytes) => {
      checkImageMemory(images, bytes, availableMemory());
    },
    report,
  });
  for (const text of scene.warnings) report({ type: 'warning', text });
  return scene;
}

/** The views of a split that was opened. Throws InputError if there are none. */
export function viewsOf(scene: SceneData, split: SplitName, path: string): readonly View[] {
  const views = scene.splits[split] ?? [];
  if (views.length > 0) return views;
  throw new InputError(
    `${path}: expected views in the split "${split}", found none`,
    `\`spikeray inspect ${quoted(path)}\` lists the splits that the scene has.`,
  );
}

/** Throws MemoryError with the numbers if images would not fit. */
export function checkImageMemory(images: number, bytes: number, available: number): void {
  if (bytes > available)
    throw new MemoryError(
      `the ${images} images need ${byteSize(bytes)}; ${byteSize(available)} of memory are available`,
      'Use smaller images with --downscale N.',
    );
}
