/** Images in a page: PNG exactly (png.ts), what else the browser can decode by itself. */
import { isUnreadable } from '../../datasets/image-names.ts';
import { InputError } from '../base/errors.ts';
import type { Files, Image8, ImageCodec, ImageHeader } from '../io/files.ts';
import { LOOKED_AT, MOST_PIXELS, plainHeaderOf } from '../io/plain-header.ts';
import { exifOrientation, plainJpeg } from './exif.ts';
import { decodePng, encodePng, encodePng16 } from './png.ts';

/** Browsers that cannot write it give PNG in its place. */
const WEBP = 'image/webp';

export function pageCodec(files: Files): ImageCodec {
  return {
    async header(path) {
      checkKind(path);
      const bytes = await files.read(path);
      return named(path, () => headerOf(bytes));
    },
    async decode(path) {
      checkKind(path);
      const bytes = await files.read(path);
      return named(path, () => decodeImage(bytes));
    },
    encodePng: (image) => Promise.resolve(encodePng(image)),
    encodePng16: (gray, width, height) => Promise.resolve(encodePng16(gray, width, height)),
    async encodeThumbnail({ width, height, channels, data }, across) {
      const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
      for (let i = 0; i < width * height; i++) rgba.set(data.subarray(i * channels, (i + 1) * channels), i * 4);
      const scale = Math.min(1, across / width);
      const size = [width * scale, height * scale].map((side) => Math.max(1, Math.round(side))) as [number, number];
      const [resizeWidth, resizeHeight] = size;
      const bitmap = await createImageBitmap(new ImageData(rgba, width, height), { resizeWidth, resizeHeight, resizeQuality: 'high' });
      const canvas = new OffscreenCanvas(...size);
      canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
      bitmap.close();
      const webp = await canvas.convertToBlob({ type: WEBP, quality: 0.8 });
      if (webp.type !== WEBP) throw new InputError('this browser cannot write WebP', 'Leave the small photos out, or use another browser.');
      return new Uint8Array(await webp.arrayBuffer());
    },
    encodeAnimation: () =>
      Promise.reject(
        new InputError('browsers cannot write animated WebP', 'Render the path with `spikeray render` from the downloaded run.'),
      ),
  };
}

/** Whether `encodeThumbnail` works here. */
export async function writesThumbnails(): Promise<boolean> {
  const canvas = new OffscreenCanvas(1, 1);
  // Without a context there is nothing to encode.
  canvas.getContext('2d');
  return (await canvas.convertToBlob({ type: WEBP })).type === WEBP;
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

/** The orientation that the chunk eXIf gives; the file was read already, so its chunks are whole. */
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

/** Throws InputError for kinds that browsers cannot decode, or that one can and others cannot: a run must be the same wherever it is made. */
function checkKind(path: string): void {
  const kind = path.slice(path.lastIndexOf('.') + 1);
  if (isUnreadable(path) || ['tif', 'tiff'].includes(kind.toLowerCase()))
    throw new InputError(
      `${path}: not a readable image (${kind.toUpperCase()} is not decoded in pages)`,
      'Convert it to PNG or JPEG with the size and orientation that its camera is for.',
    );
}

/** What a decoder says about a file becomes an error that names the file. */
async function named<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new InputError(`${path}: not a readable image (${error.message})`, 'Replace the file, or remove it from the scene.', {
      cause: error,
    });
  }
}
