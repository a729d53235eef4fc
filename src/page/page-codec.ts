/** Images in a page: PNG exactly (png.ts), what else the browser can decode by itself. */
import { isUnreadable } from '../../datasets/image-names.ts';
import { InputError } from '../base/errors.ts';
import type { Files, Image8, ImageCodec, ImageHeader } from '../io/files.ts';
import { LOOKED_AT, MOST_PIXELS, plainHeaderOf } from '../io/plain-header.ts';
import { exifOrientation, plainJpeg } from './exif.ts';
import { decodePng, encodePng, encodePng16 } from './png.ts';

export function pageCodec(files: Files): ImageCodec {
  return {
    async header(path) {
      const bytes = await files.read(path);
      return named(path, () => headerOf(bytes));
    },
    async decode(path) {
      const bytes = await files.read(path);
      return named(path, () => decodeImage(bytes));
    },
    encodePng: (image) => Promise.resolve(encodePng(image)),
    encodePng16: (gray, width, height) => Promise.resolve(encodePng16(gray, width, height)),
    encodeAnimation: () =>
      Promise.reject(
        new InputError('browsers cannot write animated WebP', 'Render the path with `spikeray render` from the downloaded run.'),
      ),
  };
}

async function headerOf(bytes: Uint8Array<ArrayBuffer>): Promise<ImageHeader> {
  const plain = plainHeaderOf(new DataView(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LOOKED_AT)));
  if (plain !== null) return plain;
  const { width, height, rgba } = await decodeImage(bytes);
  return { width, height, orientation: orientationOf(bytes), hasAlpha: hasTransparency(rgba) };
}

async function decodeImage(bytes: Uint8Array<ArrayBuffer>): Promise<Image8> {
  if (isPng(bytes)) {
    checkPixels(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
    return decodePng(bytes);
  }
  const stored = isJpeg(bytes) ? storedJpeg(bytes) : [bytes];
  const bitmap = await createImageBitmap(new Blob(stored), { premultiplyAlpha: 'none', colorSpaceConversion: 'none' });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return { width, height, rgba: new Uint8Array(data.buffer) };
  } finally {
    bitmap.close();
  }
}

/** Before memory for all of them is asked for. */
function checkPixels(png: DataView): void {
  if (png.byteLength < 24) throw new Error('it is cut off');
  const [width, height] = [png.getUint32(16), png.getUint32(20)];
  if (width * height > MOST_PIXELS) throw new Error(`${width}x${height} pixels are more than can be read`);
}

function storedJpeg(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const { bytes: stored, components } = plainJpeg(bytes);
  if (components === 4) throw new Error('it is in inks (CMYK), which browsers show each in their own way');
  return stored;
}

const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;
const isPng = (bytes: Uint8Array): boolean => [0x89, 0x50, 0x4e, 0x47].every((byte, i) => bytes[i] === byte);

function orientationOf(bytes: Uint8Array<ArrayBuffer>): number {
  if (isJpeg(bytes)) return plainJpeg(bytes).orientation;
  return isPng(bytes) ? pngOrientation(bytes) : 1;
}

/** Of the chunk eXIf; the file was read already, so its chunks are whole. */
function pngOrientation(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at))
    if (new TextDecoder().decode(bytes.subarray(at + 4, at + 8)) === 'eXIf')
      return exifOrientation(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  return 1;
}

function hasTransparency(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return true;
  return false;
}

/** What a decoder says about a file becomes an error that names the file. */
async function named<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const kind = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
    const fix =
      isUnreadable(path) || ['tif', 'tiff'].includes(kind)
        ? 'Convert it to PNG or JPEG with the size and orientation that its camera is for.'
        : 'Replace the file, or remove it from the scene.';
    throw new InputError(`${path}: not a readable image (${error.message})`, fix, { cause: error });
  }
}
