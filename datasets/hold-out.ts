/** Splits for formats that have none, as for LLFF: views 0, N, 2 N, ... are kept for testing, the others are trained on. */
import type { PosedImage, PosedScene } from './scene-format.ts';

/** @param every N; 0 holds nothing out */
export function holdOut(images: readonly PosedImage[], every: number): PosedScene['splits'] {
  if (every === 0) return { train: images };
  const test = images.filter((_, i) => i % every === 0);
  const train = images.filter((_, i) => i % every !== 0);
  return train.length === 0 ? { train: images } : { train, test };
}
