/** Pixels for posed images: sizes checked against each other before anything is decoded, then decoded and downscaled a few at a time. */
import { InputError } from '../src/base/errors.ts';
import type { Files, ImageCodec } from '../src/io/files.ts';
import { planeBounds } from '../src/geometry/lens.ts';
import { checkDownscale, downscaleImage, downscaleIntrinsics, downscaleMask } from './downscale.ts';
import { fingerprint, hashFile } from './fingerprint.ts';
import { mapLimited } from './map-limited.ts';
import type { SplitName, View } from './scene-data.ts';
import type { PosedImage } from './scene-format.ts';

/** Decoders run on threads of their own; more than a few in flight only costs memory. */
const IN_FLIGHT = 4;

/** Masks are black or white: below this is black. */
const WHITE = 128;

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** The sizes of the images of a split. Throws InputError naming the first that differs from the others, unless they may. */
export async function splitSizes(split: SplitName, posed: readonly PosedImage[], images: ImageCodec, mixed: boolean): Promise<ImageSize[]> {
  const sizes = await mapLimited(posed, IN_FLIGHT, (image) => images.size(image.imagePath));
  const [usual] = sizeCounts(sizes)[0];
  const odd = mixed ? -1 : sizes.findIndex((size) => sizeText(size) !== usual);
  if (odd >= 0) {
    throw new InputError(
      `${posed[odd].imagePath}: expected ${usual}, the size of the other ${split} images, found ${sizeText(sizes[odd])}`,
      'All images of a split need one size: export that image again, or remove its frame.',
    );
  }
  return sizes;
}

/** Texts of the different sizes and how many images have them, the most frequent first. */
export function sizeCounts(sizes: readonly ImageSize[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const size of sizes) counts.set(sizeText(size), (counts.get(sizeText(size)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** Decodes all images of a split. `loaded` is called after each. */
export async function loadViews(
  posed: readonly PosedImage[],
  sizes: readonly ImageSize[],
  downscale: number,
  images: ImageCodec,
  loaded: () => void,
): Promise<View[]> {
  posed.forEach(({ imagePath, intrinsics }, i) => {
    const { width, height } = sizes[i];
    checkDownscale(width, height, downscale, imagePath);
    planeBounds(intrinsics(width, height));
  });
  return mapLimited(posed, IN_FLIGHT, async ({ name, imagePath, maskPath, camToWorld, depthRange, intrinsics }, i) => {
    const { rgba } = downscaleImage(await images.decode(imagePath), downscale);
    const mask = maskPath === undefined ? undefined : downscaleMask(await readMask(maskPath, sizes[i], images), sizes[i], downscale);
    loaded();
    const scaled = downscaleIntrinsics(intrinsics(sizes[i].width, sizes[i].height), downscale);
    return { name, camToWorld, intrinsics: scaled, rgba, ...(mask && { mask }), ...(depthRange && { depthRange }) };
  });
}

/** [height, width] 1 where the mask is white */
async function readMask(path: string, size: ImageSize, images: ImageCodec): Promise<Uint8Array> {
  const { width, height, rgba } = await images.decode(path);
  if (width !== size.width || height !== size.height) {
    throw new InputError(
      `${path}: expected ${sizeText(size)}, the size of its image, found ${sizeText({ width, height })}`,
      'Export the mask again in the size of the image.',
    );
  }
  return Uint8Array.from({ length: width * height }, (_, i) => (rgba[i * 4] >= WHITE ? 1 : 0));
}

/** Fingerprint of a split from its files, without decoding them. */
export async function fingerprintSplit(
  format: string,
  posed: readonly PosedImage[],
  sizes: readonly ImageSize[],
  files: Files,
): Promise<string> {
  const entries = await mapLimited(posed, IN_FLIGHT, async ({ imagePath, maskPath, camToWorld, intrinsics }, i) => ({
    camToWorld,
    intrinsics: intrinsics(sizes[i].width, sizes[i].height),
    hashes: [await hashFile(imagePath, files), ...(maskPath === undefined ? [] : [await hashFile(maskPath, files)])],
  }));
  return fingerprint(format, entries);
}

function sizeText({ width, height }: ImageSize): string {
  return `${width}x${height}`;
}
