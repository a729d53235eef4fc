/** Photos as cameras and programs store them: as other tools show them, or refused by name. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { InputError } from '../../src/base/errors.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

const SIZE = 16;
const rgb = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => [30, 120, 210][i % 3] + (i % 7));
const picture = () => sharp(rgb, { raw: { width: SIZE, height: SIZE, channels: 3 } });

async function decoded(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  const { width, height } = await sharpCodec.header(path);
  expect([width, height]).toEqual([SIZE, SIZE]);
  return (await sharpCodec.decode(path)).rgba;
}

/** Mean difference of the colours from those of the picture. */
function error(rgba: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < SIZE * SIZE * 3; i++) sum += Math.abs(rgba[Math.floor(i / 3) * 4 + (i % 3)] - rgb[i]);
  return sum / rgb.length;
}

async function refusal(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  const failure: unknown = await sharpCodec.decode(path).catch((reason: unknown) => reason);
  expect(failure).toBeInstanceOf(InputError);
  return `${(failure as InputError).message}\n${(failure as InputError).fix}`;
}

/** A grey picture of 32-bit floating-point numbers. */
function floatTiff(): Uint8Array {
  const entries = [[256, SIZE], [257, SIZE], [258, 32], [259, 1], [262, 1], [273, 142], [277, 1], [278, SIZE], [279, SIZE * SIZE * 4], [339, 3]] as const; // prettier-ignore
  const bytes = new Uint8Array(142 + SIZE * SIZE * 4);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  view.setUint16(8, entries.length, true);
  entries.forEach(([tag, value], i) => {
    view.setUint16(10 + i * 12, tag, true);
    view.setUint16(12 + i * 12, 4, true);
    view.setUint32(14 + i * 12, 1, true);
    view.setUint32(18 + i * 12, value, true);
  });
  for (let i = 0; i < SIZE * SIZE; i++) view.setFloat32(142 + i * 4, i / 256, true);
  return bytes;
}

describe('photos', () => {
  it.each([
    ['avif', 3, () => picture().avif({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer()],
    ['webp', 0, () => picture().webp({ lossless: true }).toBuffer()],
    ['tiff', 0, () => picture().tiff({ compression: 'lzw' }).toBuffer()],
    ['tif', 0, () => picture().tiff({ compression: 'none' }).toBuffer()],
    ['jpg', 4, () => picture().jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer()],
    ['png', 0, () => picture().toColourspace('rgb16').png().toBuffer()],
    ['tiff', 0, () => picture().toColourspace('rgb16').tiff({ compression: 'lzw' }).toBuffer()],
  ] as const)('of kind %s have the colours that they show, within %i', async (extension, tolerance, encode) => {
    const rgba = await decoded(`x.${extension}`, await encode());
    expect(error(rgba)).toBeLessThanOrEqual(tolerance);
    expect(rgba.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
  }); // prettier-ignore

  it('in inks are turned into the colours that their profile says', async () => {
    const inks = await picture().toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer(); // prettier-ignore
    expect((await sharp(inks).metadata()).space).toBe('cmyk');
    expect(error(await decoded('x.jpg', inks)), 'blue is a little beyond what inks can do').toBeLessThan(25);
  });

  it('of 16 bits keep their transparency', async () => {
    const alpha = sharp(Uint8Array.from({ length: SIZE * SIZE * 4 }, (_, i) => (i % 4 === 3 ? i % 256 : 90)), { raw: { width: SIZE, height: SIZE, channels: 4 } }); // prettier-ignore
    const rgba = await decoded('x.png', await alpha.toColourspace('rgb16').png().toBuffer()); // prettier-ignore
    expect(rgba.every((value, i) => i % 4 !== 3 || value === i % 256)).toBe(true);
  });

  it('that cannot be decoded are refused with what to do', async () => {
    expect(await refusal('x.heic', new TextEncoder().encode('....ftypheic'))).toMatch(
      /x\.heic: not a readable image .*\nConvert it to PNG or JPEG/s,
    );
    expect(await refusal('x.dng', new Uint8Array(64))).toMatch(/Convert it to PNG or JPEG/);
    expect(await refusal('x.tiff', floatTiff())).toMatch(/numbers of type float have no range that is known/);
  });
});
