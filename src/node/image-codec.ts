/** Images through sharp (libvips). Loaded on first use, so that commands without images start at once. */
import type sharpFunction from 'sharp';
import type { CreateRaw, SharpOptions } from 'sharp';
import { isUnreadable } from '../../datasets/image-names.ts';
import { InputError, SpikeRayError } from '../base/errors.ts';
import type { ImageCodec, PixelBuffer } from '../io/files.ts';
import { checkRegular } from './node-files.ts';
import { plainHeader } from './plain-header.ts';

export const sharpCodec: ImageCodec = {
  async header(path) {
    const plain = await plainHeader(path);
    if (plain !== null) return plain;
    const sharp = await loadSharp();
    await checkRegular(path);
    const { width, height, orientation = 1, hasAlpha, format } = await named(path, () => sharp(path, INPUT).metadata());
    checkPhoto(path, format);
    return { width, height, orientation, hasAlpha };
  },

  async decode(path) {
    const sharp = await loadSharp();
    const input = (await plainHeader(path)) === null ? await inputOf(path, sharp) : INPUT;
    const { data, info } = await named(path, () =>
      sharp(path, input).toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
    );
    if (data.length !== info.width * info.height * 4)
      throw new InputError(`${path}: expected an image with colours, found ${info.channels} channels`, 'Convert it to an RGB or RGBA PNG.');
    return { width: info.width, height: info.height, rgba: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  },

  async encodePng(image) {
    const sharp = await loadSharp();
    return sharp(image.data, { raw: rawOf(image) })
      .png({ compressionLevel: 6 })
      .toBuffer();
  },

  async encodePng16(gray, width, height) {
    const sharp = await loadSharp();
    return sharp(gray, { raw: { width, height, channels: 1 } })
      .toColourspace('grey16')
      .png({ compressionLevel: 6 })
      .toBuffer();
  },

  async encodeThumbnail(image, width) {
    const sharp = await loadSharp();
    return sharp(image.data, { raw: rawOf(image) })
      .resize({ width, withoutEnlargement: true })
      .webp({ quality: 80 })
      .toBuffer();
  },

  async encodeAnimation(frames, millisecondsPerFrame) {
    const sharp = await loadSharp();
    const first = frames[0];
    if (first === undefined) throw new RangeError('an animation needs at least one frame');
    const strip = new Uint8Array(first.data.length * frames.length);
    frames.forEach((frame, i) => {
      if (frame.width !== first.width || frame.height !== first.height || frame.channels !== first.channels)
        throw new RangeError('the frames of an animation must have equal sizes');
      strip.set(frame.data, i * first.data.length);
    });
    const raw = { ...rawOf(first), height: first.height * frames.length, pageHeight: first.height };
    return sharp(strip, { raw, limitInputPixels: false })
      .webp({ quality: 90, loop: 0, delay: frames.map(() => millisecondsPerFrame) })
      .toBuffer();
  },
};

/** WebP with every pixel as it is. */
export async function exactWebp(image: PixelBuffer): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(image.data, { raw: rawOf(image) })
    .webp({ lossless: true, effort: 0 })
    .toBuffer();
}

/** The values as stored: colour profiles of RGB images are left alone. Truncated and damaged images are errors. */
const INPUT: SharpOptions = { ignoreIcc: true, failOn: 'error' };

const PHOTOS: readonly string[] = ['png', 'jpeg', 'webp', 'tiff', 'heif', 'gif'];

/** Throws InputError for drawings and documents, which the library also draws: they have no pixels of their own. */
function checkPhoto(path: string, format: string): void {
  if (!PHOTOS.includes(format)) throw unreadable(path, `it is ${format}, no photo`);
}

/** How the file has to be read. Throws InputError for kinds of images whose values have no meaning here. */
async function inputOf(path: string, sharp: Sharp): Promise<SharpOptions> {
  await checkRegular(path);
  const { space, depth, format, compression } = await named(path, () => sharp(path, INPUT).metadata());
  checkPhoto(path, format);
  if (format === 'heif' && compression !== 'av1')
    throw unreadable(path, `HEIC (${compression ?? 'an unknown compression'}) cannot be decoded`);
  if (depth !== 'uchar' && depth !== 'ushort') throw unreadable(path, `numbers of type ${depth} have no range that is known`);
  // Inks mean nothing without the profile that says what they look like.
  return space === 'cmyk' ? { ...INPUT, ignoreIcc: false } : INPUT;
}

function rawOf(image: PixelBuffer): CreateRaw {
  return { width: image.width, height: image.height, channels: image.channels };
}

type Sharp = typeof sharpFunction;
let loaded: Promise<Sharp> | undefined;

/** The image library. Throws SpikeRayError with its own explanation when its native part is missing. */
export function loadSharp(): Promise<Sharp> {
  loaded ??= import('sharp').then(
    ({ default: sharp }) => {
      sharp.cache(false);
      return sharp;
    },
    (error: unknown) => {
      throw new SpikeRayError(
        `the image library sharp cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
        'Run `npm ci` again on this machine; `spikeray doctor` tests the library.',
        { cause: error },
      );
    },
  );
  return loaded;
}

/** What libvips says about a file becomes an error that names the file. */
async function named<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = error.message.replaceAll(path, 'it').split('\n')[0];
    throw unreadable(path, reason, error);
  }
}

function unreadable(path: string, reason: string, cause?: Error): InputError {
  const fix = isUnreadable(path)
    ? 'Convert it to PNG or JPEG with the size and orientation that its camera is for.'
    : 'Replace the file, or remove it from the scene.';
  return new InputError(`${path}: not a readable image (${reason})`, fix, { cause });
}
