/** What EXIF says of how a picture is turned, and JPEG files without what makes browsers turn and recolour them. */

const APP1 = 0xffe1;
const APP2 = 0xffe2;
const START_OF_SCAN = 0xffda;
const ORIENTATION = 0x0112;

/** Exif, then two zeros. */
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];

export interface PlainJpeg {
  /** 1 to 8; 1: not turned. */
  readonly orientation: number;
  /** The same file without EXIF and colour profile: its pixels come as they are stored. */
  readonly bytes: Uint8Array<ArrayBuffer>[];
  /** 1: grey, 3: colours, 4: inks; null: it does not say. */
  readonly components: number | null;
}

/** SOI, then segments: FF, marker, u16 length that counts itself; after the start of the first scan there are none to look at. */
export function plainJpeg(file: Uint8Array<ArrayBuffer>): PlainJpeg {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const kept = [file.subarray(0, 2)];
  let orientation = 1;
  let components: number | null = null;
  let at = 2;
  while (at + 4 <= file.length) {
    const marker = view.getUint16(at);
    if (marker === START_OF_SCAN || marker >> 8 !== 0xff) break;
    const next = at + 2 + view.getUint16(at + 2);
    if (marker === APP1 && EXIF.every((byte, i) => file[at + 4 + i] === byte))
      orientation = exifOrientation(file.subarray(at + 4 + EXIF.length, next));
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker) && at + 10 <= file.length)
      components = file[at + 9];
    if (marker !== APP1 && marker !== APP2) kept.push(file.subarray(at, next));
    at = next;
  }
  kept.push(file.subarray(at));
  return { orientation, bytes: kept, components };
}

/** @param tiff what EXIF holds: a TIFF header and its first directory; 1 where there is nothing of the kind */
export function exifOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  if (tiff.length < 8) return 1;
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
