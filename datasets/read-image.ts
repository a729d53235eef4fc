/** Pixels of an image and of a mask as they are meant: upright, transparency and masks from 0 to 255 whatever their writer counted to. */
import { InputError } from '../src/base/errors.ts';
import type { Image8, ImageCodec } from '../src/io/files.ts';
import { orientationOf, turnedSize, turnImage } from './orientation.ts';

/** Size of an image as it is to be seen. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
  /** How the stored pixels have to be turned, as EXIF numbers it; 1: not at all. */
  readonly turn: number;
  readonly hasAlpha: boolean;
}

/** Masks are black or white: below this is black. */
const WHITE = 128;

export async function readImage(path: string, { turn, hasAlpha }: ImageSize, codec: ImageCodec): Promise<Image8> {
  const image = turnImage(await codec.decode(path), turn);
  if (hasAlpha) stretchMatte(image.rgba);
  return image;
}

/** Some programs write transparency as 0 and 1, which would be invisible. */
function stretchMatte(rgba: Uint8Array): void {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] > 1) return;
  for (let i = 3; i < rgba.length; i += 4) rgba[i] *= 255;
}

/** [height, width] 1 where the mask is not black; masks of 0 and 1 as those of 0 and 255 */
export async function readMask(path: string, size: ImageSize, codec: ImageCodec): Promise<Uint8Array> {
  const header = await codec.header(path);
  // A mask made from a photo lies as the photo does, whether or not it says so itself.
  const own = header.orientation === 1 ? size.turn : orientationOf(header, size, 'auto').turn;
  const turn = [own, 1].find((candidate) => sameSize(turnedSize(header, candidate), size));
  if (turn === undefined) {
    throw new InputError(
      `${path}: expected ${sizeText(size)}, the size of its image, found ${sizeText(header)}`,
      'Export the mask again in the size of the image.',
    );
  }
  const { width, height, rgba } = turnImage(await codec.decode(path), turn);
  const levels = new Uint8Array(width * height);
  let most = 0;
  for (let i = 0; i < levels.length; i++) {
    const [red, green, blue, alpha] = rgba.subarray(i * 4, i * 4 + 4);
    levels[i] = Math.round((Math.max(red, green, blue) * alpha) / 255);
    most = Math.max(most, levels[i]);
  }
  const white = most <= 1 ? 1 : WHITE;
  return levels.map((level) => (level >= white ? 1 : 0));
}

export function sizeText({ width, height }: { readonly width: number; readonly height: number }): string {
  return `${width}x${height}`;
}

function sameSize(a: { readonly width: number; readonly height: number }, b: ImageSize): boolean {
  return a.width === b.width && a.height === b.height;
}
