/** Estimates what rendering a camera path will hold, and refuses what would not fit before a ray is cast. */
import type { Camera } from '../geometry/camera.ts';
import { MemoryError } from '../base/errors.ts';
import { byteSize } from '../base/format.ts';

/** Pixels of three animations, 8-bit RGB, and the strip of the one that is being encoded. */
const ANIMATION_BYTES = 3 * (3 + 1);
/** Bytes a pixel of the image at hand: floating-point colour, depth, opacity, two counts; then its pixels in 8 and 16 bits. */
const IMAGE_BYTES = 4 * (3 + 1 + 1 + 2) + 16;

export function renderMemory(cameras: readonly Camera[]): number {
  const pixels = cameras.map(({ intrinsics }) => intrinsics.width * intrinsics.height);
  const largest = pixels.reduce((most, count) => Math.max(most, count), 0);
  return pixels.reduce((sum, count) => sum + count, 0) * ANIMATION_BYTES + largest * IMAGE_BYTES;
}

/** @param available bytes, besides the field, which is loaded already */
export function checkRenderMemory(cameras: readonly Camera[], available: number): void {
  const needed = renderMemory(cameras);
  if (needed <= available) return;
  const { width, height } = cameras[0].intrinsics;
  throw new MemoryError(
    `rendering ${cameras.length} frames of ${width}x${height} needs ${byteSize(needed)} for images and animations; ${byteSize(available)} are available`,
    'Render fewer frames (--frames, or a shorter camera path) or smaller ones (--size).',
  );
}
