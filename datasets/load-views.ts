/** Pixels for posed images: sizes checked against each other before anything is decoded, then decoded and downscaled a few at a time. */
import { InputError } from '../src/errors.ts';
import type { Files, ImageCodec } from '../src/io/files.ts';
import { checkDownscale, downscaleImage, downscaleIntrinsics } from './downscale.ts';
import { fingerprint, hashFile } from './fingerprint.ts';
import { mapLimited } from './map-limited.ts';
import type { SplitName, View } from './scene-data.ts';
import type { PosedImage } from './scene-format.ts';

/** Decoders run on threads of their own; more than a few in flight only costs memory. */
const IN_FLIGHT = 4;

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** The size all images of a split share. Throws InputError naming the first image of another size. */
export async function splitSize(split: SplitName, posed: readonly PosedImage[], images: ImageCodec): Promise<ImageSize> {
  const sizes = await mapLimited(posed, IN_FLIGHT, (image) => images.size(image.imagePath));
  const counts = new Map<string, number>();
  for (const size of sizes) counts.set(sizeText(size), (counts.get(sizeText(size)) ?? 0) + 1);
  const [usual] = [...counts].sort((a, b) => b[1] - a[1])[0];
  const odd = sizes.findIndex((size) => sizeText(size) !== usual);
  if (odd >= 0) {
    throw new InputError(
      `${posed[odd].imagePath}: expected ${usual}, the size of the other ${split} images, found ${sizeText(sizes[odd])}`,
      'All images of a split need one size: export that image again, or remove its frame.',
    );
  }
  return sizes[0];
}

/** Decodes all images of a split. `loaded` is called after each. */
export async function loadViews(
  posed: readonly PosedImage[],
  size: ImageSize,
  downscale: number,
  images: ImageCodec,
  loaded: () => void,
): Promise<View[]> {
  checkDownscale(size.width, size.height, downscale, posed[0].imagePath);
  return mapLimited(posed, IN_FLIGHT, async ({ name, imagePath, camToWorld, intrinsics }) => {
    const image = downscaleImage(await images.decode(imagePath), downscale);
    loaded();
    return { name, camToWorld, intrinsics: downscaleIntrinsics(intrinsics(size.width, size.height), downscale), rgba: image.rgba };
  });
}

/** Fingerprint of a split from its files, without decoding them. */
export async function fingerprintSplit(format: string, posed: readonly PosedImage[], size: ImageSize, files: Files): Promise<string> {
  const entries = await mapLimited(posed, IN_FLIGHT, async ({ imagePath, camToWorld, intrinsics }) => ({
    camToWorld,
    intrinsics: intrinsics(size.width, size.height),
    imageHash: await hashFile(imagePath, files),
  }));
  return fingerprint(format, entries);
}

function sizeText({ width, height }: ImageSize): string {
  return `${width}x${height}`;
}
