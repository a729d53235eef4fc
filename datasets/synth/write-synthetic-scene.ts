/** Writes a generated scene as a Blender scene folder, like those of the NeRF synthetic set. */
import type { Camera } from '../../renderer/rays.ts';
import { InputError } from '../../src/errors.ts';
import type { Files, ImageCodec } from '../../src/io/files.ts';
import type { Reporter } from '../../src/train/events.ts';
import type { SplitName } from '../scene-data.ts';
import { SPLIT_NAMES } from '../scene-format.ts';
import { joinPath } from '../scene-paths.ts';
import { renderSynthetic } from './render-synthetic.ts';
import { createSyntheticScene } from './scenes.ts';
import { CAMERA_ANGLE_X, syntheticCameras } from './synthetic-cameras.ts';

export interface SynthOptions {
  /** A name of `SYNTHETIC_SCENES`. */
  readonly scene: string;
  /** Training views, or the views of each split. Default of val and test: a sixth of the training views, at least 2. */
  readonly views: number | Readonly<Record<SplitName, number>>;
  /** Width and height of the images, pixels. */
  readonly size: number;
  readonly folder: string;
  readonly files: Files;
  readonly images: ImageCodec;
  readonly seed?: number;
  /** Gets a `view` event an image. */
  readonly report?: Reporter;
}

/** Renders and writes all views; the transforms last, so that an interrupted scene is not taken for a whole one. */
export async function writeSyntheticScene(options: SynthOptions): Promise<void> {
  const { folder, files, images, size, seed = 0, report } = options;
  if (!Number.isInteger(size) || size < 8 || size > 4096)
    throw new InputError(`size: expected 8 to 4096 pixels, found ${size}`, 'Images are square: give one whole number.');
  const views = viewCounts(options.views);
  const scene = createSyntheticScene(options.scene);
  const total = views.train + views.val + views.test;
  let done = 0;
  for (const split of SPLIT_NAMES) {
    for (const [i, camera] of syntheticCameras(split, views[split], size, seed).entries()) {
      const { width, height, rgba } = renderSynthetic(scene, camera);
      const png = await images.encodePng({ width, height, channels: 4, data: rgba });
      await files.writeAtomic(joinPath(folder, `${split}/r_${i}.png`), [png]);
      report?.({ type: 'view', done: ++done, total, text: `rendering ${split} views of "${scene.name}"` });
    }
  }
  for (const split of SPLIT_NAMES) {
    if (views[split] === 0) continue;
    const text = transformsText(split, syntheticCameras(split, views[split], size, seed));
    await files.writeAtomic(joinPath(folder, `transforms_${split}.json`), [new TextEncoder().encode(text)]);
  }
}

function viewCounts(views: SynthOptions['views']): Record<SplitName, number> {
  const few = typeof views === 'number' ? Math.max(2, Math.round(views / 6)) : 0;
  const counts = typeof views === 'number' ? { train: views, val: few, test: few } : views;
  for (const split of SPLIT_NAMES) {
    const least = split === 'train' ? 1 : 0;
    if (!Number.isInteger(counts[split]) || counts[split] < least || counts[split] > 10_000) {
      throw new InputError(
        `views: expected ${least} to 10000 ${split} views, found ${counts[split]}`,
        'Give a whole number in that range.',
      );
    }
  }
  return counts;
}

function transformsText(split: SplitName, cameras: readonly Camera[]): string {
  const frames = cameras.map(({ camToWorld: m }, i) => ({
    file_path: `./${split}/r_${i}`,
    transform_matrix: [0, 4, 8, 12].map((row) => [m[row], m[row + 1], m[row + 2], m[row + 3]]),
  }));
  return `${JSON.stringify({ camera_angle_x: CAMERA_ANGLE_X, frames }, null, 2)}\n`;
}
