/**
 * Whether photos show a subject that was cut out: transparent around it. A few transparent pixels do not make a cut-out, nor do borders that are
 * left over from undistorting a lens, which are the same in every photo. So several photos are compared, on a lattice of their pixels:
 *
 *     cut out if on average two fifths of the pixels are transparent, or a fiftieth are and are not so in every photo
 */
import type { ImageCodec } from '../src/io/files.ts';
import { readImage, type ImageSize } from './read-image.ts';
import type { PosedImage } from './scene-format.ts';

const PHOTOS = 8;
const LATTICE = 64;
const SHARE = 0.4;
const CHANGING_SHARE = 0.02;
/** Alpha below it is transparent. */
const OPAQUE = 128;

export async function isCutOut(images: readonly PosedImage[], sizes: readonly ImageSize[], codec: ImageCodec): Promise<boolean> {
  const withAlpha = images.map((image, i) => ({ image, size: sizes[i] })).filter(({ size }) => size.hasAlpha);
  // As long as most photos have no transparency to speak of, none was cut out.
  if (withAlpha.length * 2 <= images.length) return false;
  const stride = Math.max(1, Math.floor(withAlpha.length / PHOTOS));
  const chosen = withAlpha.filter((_, i) => i % stride === 0).slice(0, PHOTOS);
  const transparentIn = new Uint8Array(LATTICE * LATTICE);
  for (const { image, size } of chosen) {
    const { width, height, rgba } = await readImage(image.imagePath, size, codec);
    for (let i = 0; i < transparentIn.length; i++) {
      const column = Math.floor((((i % LATTICE) + 0.5) / LATTICE) * width);
      const row = Math.floor(((Math.floor(i / LATTICE) + 0.5) / LATTICE) * height);
      if (rgba[(row * width + column) * 4 + 3] < OPAQUE) transparentIn[i]++;
    }
  }
  const points = transparentIn.length;
  const share = transparentIn.reduce((sum, count) => sum + count, 0) / (points * chosen.length);
  const everywhere = transparentIn.filter((count) => count === chosen.length).length / points;
  return share >= SHARE || share - everywhere >= CHANGING_SHARE;
}
