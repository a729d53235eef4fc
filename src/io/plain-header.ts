/**
 * Headers of plain photos, a tenth of a millisecond cheaper than an image library's, which counts when there are a hundred thousand of them: PNG, and
 * JPEG of 8 bits in one or three channels, as long as nothing in them may turn the picture (EXIF). All others are for the library.
 */
import type { ImageHeader } from './files.ts';

/** Bytes: colour profiles and texts come first. */
export const LOOKED_AT = 8192;
/** Pixels; image libraries have limits of their own, and words for them. */
export const MOST_PIXELS = 2 ** 27;

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Whether a pixel of each of PNG's colour types has transparency of its own. */
const PNG_ALPHA: Readonly<Record<number, boolean>> = { 0: false, 2: false, 3: false, 4: true, 6: true };
/** Before the pixels, and without effect on size, direction and transparency. */
const PNG_HARMLESS = new Set(['PLTE', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'cICP', 'sBIT', 'bKGD', 'hIST', 'pHYs', 'sPLT', 'tIME']);

/** APP0 (JFIF), APP2 (colour profile), tables of quantisation and codes, restart interval, comment. */
const JPEG_HARMLESS = new Set([0xffe0, 0xffe2, 0xffdb, 0xffc4, 0xffdd, 0xfffe]);

/**
 * Null where the image library has to look: not a plain photo, or none at all.
 *
 * @param bytes the first LOOKED_AT of the file
 */
export function plainHeaderOf(bytes: DataView): ImageHeader | null {
  const found = pngHeader(bytes) ?? jpegHeader(bytes);
  if (found === null) return null;
  const { width, height } = found;
  return width > 0 && height > 0 && width * height <= MOST_PIXELS ? found : null;
}

/** Signature, then chunks: u32 length, type, content, u32 checksum. IHDR is the first, IDAT has the pixels. */
function pngHeader(bytes: DataView): ImageHeader | null {
  if (bytes.byteLength < 33 || PNG_SIGNATURE.some((byte, i) => bytes.getUint8(i) !== byte) || chunkType(bytes, 12) !== 'IHDR') return null;
  const [width, height, colourType] = [bytes.getUint32(16), bytes.getUint32(20), bytes.getUint8(25)];
  if (!Object.hasOwn(PNG_ALPHA, colourType)) return null;
  let hasAlpha = PNG_ALPHA[colourType];
  for (let at = 33; at + 8 <= bytes.byteLength; at += 12 + bytes.getUint32(at)) {
    const type = chunkType(bytes, at + 4);
    if (type === 'IDAT') return { width, height, orientation: 1, hasAlpha };
    if (type === 'tRNS') hasAlpha = true;
    else if (!PNG_HARMLESS.has(type) && !isPlainText(bytes, at, type)) return null;
  }
  return null;
}

/** Some programs write EXIF as a text with the keyword "Raw profile type exif". */
function isPlainText(bytes: DataView, at: number, type: string): boolean {
  return ['tEXt', 'zTXt', 'iTXt'].includes(type) && at + 12 <= bytes.byteLength && chunkType(bytes, at + 8) !== 'Raw ';
}

function chunkType(bytes: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => bytes.getUint8(at + i)));
}

/** SOI, then segments: FF, marker, u16 length that counts itself. SOF0 and SOF2 have the size, SOS the pixels; APP1 may have EXIF. */
function jpegHeader(bytes: DataView): ImageHeader | null {
  if (bytes.byteLength < 4 || bytes.getUint16(0) !== 0xffd8) return null;
  let found: ImageHeader | null = null;
  for (let at = 2; at + 10 <= bytes.byteLength; at += 2 + bytes.getUint16(at + 2)) {
    const marker = bytes.getUint16(at);
    if (marker === 0xffda) return found;
    if (marker === 0xffc0 || marker === 0xffc2) {
      const [precision, channels] = [bytes.getUint8(at + 4), bytes.getUint8(at + 9)];
      if (found !== null || precision !== 8 || (channels !== 1 && channels !== 3)) return null;
      found = { width: bytes.getUint16(at + 7), height: bytes.getUint16(at + 5), orientation: 1, hasAlpha: false };
    } else if (!JPEG_HARMLESS.has(marker)) {
      return null;
    }
  }
  return null;
}
