/**
 * An image codec that adds up what the images will take before the first is decoded: loaders ask for the sizes of all images first. Refuses
 * with the numbers what would not fit.
 */
import { MemoryError } from '../errors.ts';
import type { ImageCodec } from '../io/files.ts';
import { byteSize } from './format.ts';

const BYTES_PER_PIXEL = 4;

export function limitedCodec(codec: ImageCodec, downscale: number, availableBytes: number): ImageCodec {
  const bytes = new Map<string, number>();
  let checked = false;
  return {
    ...codec,
    size: async (path) => {
      const size = await codec.size(path);
      bytes.set(path, (size.width * size.height * BYTES_PER_PIXEL) / downscale ** 2);
      return size;
    },
    decode: async (path) => {
      if (!checked) checkFits([...bytes.values()], availableBytes);
      checked = true;
      return codec.decode(path);
    },
  };
}

function checkFits(sizes: readonly number[], available: number): void {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > available)
    throw new MemoryError(
      `the ${sizes.length} images need ${byteSize(total)}; ${byteSize(available)} of memory are available`,
      'Use smaller images with --downscale N.',
    );
}
