/** Writes a generated scene as a scene folder of the format that it is there for. */
import { InputError } from '../../src/base/errors.ts';
import type { Files, ImageCodec } from '../../src/io/files.ts';
import type { Reporter } from '../../src/base/events.ts';
import type { SplitName } from '../scene-data.ts';
import { SPLIT_NAMES } from '../scene-format.ts';
import { createSyntheticScene, syntheticEntry, WRITERS } from './scenes.ts';

export interface SynthOptions {
  /** A name of `SYNTHETIC_SCENES`. */
  readonly scene: string;
  /**
   * Training views, or the views of each split. Default of val and test: a sixth of the training views, at least 2. Of a scene in a format without
   * splits: all views.
   */
  readonly views: number | Readonly<Record<SplitName, number>>;
  /** Width of the images, pixels; the height is the same, or three quarters of it (`forward`, `capture`, `landscape`). */
  readonly size: number;
  readonly folder: string;
  readonly files: Files;
  readonly images: ImageCodec;
  readonly seed?: number;
  /** Gets a `view` event an image. */
  readonly report?: Reporter;
}

/** Renders and writes all views. */
export async function writeSyntheticScene(options: SynthOptions): Promise<void> {
  const { size, seed = 0 } = options;
  if (!Number.isInteger(size) || size < 8 || size > 4096)
    throw new InputError(`size: expected 8 to 4096 pixels, found ${size}`, 'Give one whole number, the width of the images.');
  const views = viewCounts(options.views);
  const { format, cameras } = syntheticEntry(options.scene);
  await WRITERS[format]({ ...options, scene: createSyntheticScene(options.scene), cameras, views, seed });
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
