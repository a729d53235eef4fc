/** What images will take in memory: all of them as they are kept, and a few of the largest while they are decoded. */
import { IN_FLIGHT } from './load-views.ts';
import type { ImageSize } from './read-image.ts';

const BYTES_PER_PIXEL = 4;

/** @param downscale that decoded images are divided by */
export function imageBytes(sizes: readonly Pick<ImageSize, 'width' | 'height'>[], downscale: number): number {
  const bytes = sizes.map(({ width, height }) => width * height * BYTES_PER_PIXEL).sort((a, b) => b - a);
  const kept = bytes.reduce((sum, size) => sum + size, 0) / downscale ** 2;
  const decoding = downscale === 1 ? 0 : bytes.slice(0, IN_FLIGHT).reduce((sum, size) => sum + size, 0);
  return kept + decoding;
}
