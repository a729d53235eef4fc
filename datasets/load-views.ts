/** Pixels for posed images: sizes checked against each other before anything is decoded, then decoded, turned and downscaled a few at a time. */
import { InputError } from '../src/base/errors.ts';
import { type PlaneBounds, planeBounds } from '../src/geometry/lens.ts';
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import type { Files, ImageCodec, Orientation } from '../src/io/files.ts';
import { checkDownscale, downscaleImage, downscaleIntrinsics, downscaleMask } from './downscale.ts';
import { fingerprint } from './fingerprint.ts';
import { mapLimited } from './map-limited.ts';
import { orientationOf, turnedSize } from './orientation.ts';
import { type ImageSize, readImage, readMask, sizeText } from './read-image.ts';
import type { SplitName, View } from './scene-data.ts';
import type { PosedImage } from './scene-format.ts';

/** Decoders run on threads of their own; more than a few in flight only costs memory. */
export const IN_FLIGHT = 4;
/** Headers are small. */
const HEADERS_IN_FLIGHT = 32;

/** The sizes of the images of a split. Throws InputError naming the first that differs from the others, unless they may. */
export async function splitSizes(
  split: SplitName,
  posed: readonly PosedImage[],
  { images, orientation = 'auto' }: { readonly images: ImageCodec; readonly orientation?: Orientation },
  mixed: boolean,
): Promise<SplitSize[]> {
  const sizes = await mapLimited(posed, HEADERS_IN_FLIGHT, async ({ imagePath, shape }): Promise<SplitSize> => {
    const header = await images.header(imagePath);
    const { turn, certain } = orientationOf(header, shape, orientation);
    return { ...turnedSize(header, turn), turn, hasAlpha: header.hasAlpha, certain };
  });
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

/** `certain`: the camera's shape left no doubt which way up the image is. */
export type SplitSize = ImageSize & { readonly certain: boolean };

/** Texts of the different sizes and how many images have them, the most frequent first. */
export function sizeCounts(sizes: readonly Pick<ImageSize, 'width' | 'height'>[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const size of sizes) counts.set(sizeText(size), (counts.get(sizeText(size)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/**
 * Decodes all images of a split.
 *
 * @param alphaIsMask transparent pixels mean nothing, as under a mask; else the background shows through them
 * @param loaded called after each
 */
export async function loadViews(
  posed: readonly PosedImage[],
  sizes: readonly ImageSize[],
  downscale: number,
  alphaIsMask: boolean,
  images: ImageCodec,
  loaded: () => void,
): Promise<View[]> {
  posed.forEach(({ imagePath, intrinsics }, i) => {
    const { width, height } = sizes[i];
    checkDownscale(width, height, downscale, imagePath);
    checkLens(imagePath, intrinsics(width, height));
  });
  return mapLimited(posed, IN_FLIGHT, async ({ name, imagePath, maskPath, camToWorld, depthRange, intrinsics }, i) => {
    const { rgba } = downscaleImage(await readImage(imagePath, sizes[i], images), downscale);
    const written = maskPath === undefined ? undefined : downscaleMask(await readMask(maskPath, sizes[i], images), sizes[i], downscale);
    const mask = alphaIsMask && sizes[i].hasAlpha ? takeAlpha(rgba, written) : written;
    loaded();
    const scaled = downscaleIntrinsics(intrinsics(sizes[i].width, sizes[i].height), downscale);
    return { name, camToWorld, intrinsics: scaled, rgba, ...(mask && { mask }), ...(depthRange && { depthRange }) };
  });
}

/** Extents of the image in the plane z = 1 that rays can be computed for. */
const NARROWEST = 1e-9;
const WIDEST = 1e6;

/** @throws InputError naming the image if its lens folds within it, or sees nothing or everything */
function checkLens(imagePath: string, intrinsics: Intrinsics): void {
  const { left, right, top, bottom } = boundsOf(imagePath, intrinsics);
  const isUsable = Math.min(right - left, bottom - top) > NARROWEST && [left, right, top, bottom].every((side) => Math.abs(side) < WIDEST);
  if (isUsable) return;
  const { width, height, fx, fy, cx, cy } = intrinsics;
  throw new InputError(
    `${imagePath}: expected focal lengths and a principal point of an image of ${width}x${height} pixels, found ${fx}, ${fy} and ${cx}, ${cy}`,
    'Correct the camera of that image, or leave the image out.',
  );
}

function boundsOf(imagePath: string, intrinsics: Intrinsics): PlaneBounds {
  try {
    return planeBounds(intrinsics);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${imagePath}: ${error.message}`, error.fix, { cause: error });
  }
}

/** Makes the pixels opaque; the mask without those that were not, or undefined where nothing is masked. */
function takeAlpha(rgba: Uint8Array, mask: Uint8Array | undefined): Uint8Array | undefined {
  let out = mask;
  for (let i = 0; i * 4 < rgba.length; i++) {
    if (rgba[i * 4 + 3] === 255) continue;
    out ??= new Uint8Array(rgba.length / 4).fill(1);
    out[i] = 0;
    rgba[i * 4 + 3] = 255;
  }
  return out;
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
    hashes: [await files.hash(imagePath), ...(maskPath === undefined ? [] : [await files.hash(maskPath)])],
  }));
  return fingerprint(format, entries);
}
