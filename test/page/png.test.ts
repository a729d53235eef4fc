import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { decodePng, encodePng, encodePng16 } from '../../src/page/png.ts';

const WIDTH = 13;
const HEIGHT = 7;

function noise(count: number, most = 256): number[] {
  let state = 12345;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % most;
  });
}

/** What sharp makes of it as the command line reads it. */
async function bySharp(png: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(png, { ignoreIcc: true, failOn: 'error' }).toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer(),
  );
}

const raw = (channels: 1 | 2 | 3 | 4): Sharp =>
  sharp(Uint8Array.from(noise(WIDTH * HEIGHT * channels)), { raw: { width: WIDTH, height: HEIGHT, channels } });
const deep = (channels: 1 | 3 | 4): Sharp =>
  sharp(Uint16Array.from(noise(WIDTH * HEIGHT * channels, 65536)), { raw: { width: WIDTH, height: HEIGHT, channels } });

const CASES: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  RGBA: () => raw(4).png().toBuffer(),
  RGB: () => raw(3).png().toBuffer(),
  interlaced: () => raw(4).png({ progressive: true }).toBuffer(),
  grey: () => raw(1).toColourspace('b-w').png().toBuffer(),
  'grey with alpha': () => raw(2).toColourspace('b-w').png().toBuffer(),
  'palette of 256': () => raw(3).png({ palette: true }).toBuffer(),
  'palette of 4 with alpha': () => raw(4).png({ palette: true, colours: 4, dither: 0 }).toBuffer(),
  'palette of 2': () => raw(3).png({ palette: true, colours: 2, dither: 0 }).toBuffer(),
  'grey of 16 bits': () => deep(1).toColourspace('grey16').png().toBuffer(),
  'RGB of 16 bits': () => deep(3).toColourspace('rgb16').png().toBuffer(),
  'RGBA of 16 bits': () => deep(4).toColourspace('rgb16').png().toBuffer(),
};

test.each(Object.keys(CASES))('%s: the pixels of sharp', async (name) => {
  const png = await CASES[name]();
  const { width, height, rgba } = decodePng(png);
  expect([width, height]).toEqual([WIDTH, HEIGHT]);
  expect(rgba).toEqual(await bySharp(png));
});

test('a colour that stands for transparent', async () => {
  // IHDR, tRNS, IDAT, IEND of an RGB image whose first pixel is that colour.
  const png = await raw(3).png({ compressionLevel: 0 }).toBuffer();
  const { rgba: plain } = decodePng(png);
  const colour = [plain[0], plain[1], plain[2]];
  const chunk = Buffer.alloc(18);
  chunk.writeUInt32BE(6, 0);
  chunk.write('tRNS', 4);
  colour.forEach((value, i) => chunk.writeUInt16BE(value, 8 + i * 2));
  const { crc32 } = await import('node:zlib');
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 14)), 14);
  const at = png.indexOf('IDAT') - 4;
  const clear = Buffer.concat([png.subarray(0, at), chunk, png.subarray(at)]);
  const { rgba } = decodePng(clear);
  expect(rgba[3]).toBe(0);
  expect(rgba).toEqual(await bySharp(clear));
});

test('what is written is read by sharp as it was', async () => {
  const data = Uint8Array.from(noise(WIDTH * HEIGHT * 4));
  expect(await bySharp(encodePng({ width: WIDTH, height: HEIGHT, channels: 4, data }))).toEqual(data);
  const depth = Uint16Array.from(noise(WIDTH * HEIGHT, 65536));
  const back = await sharp(encodePng16(depth, WIDTH, HEIGHT))
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer();
  expect(new Uint16Array(back.buffer, back.byteOffset, depth.length)).toEqual(depth);
});

test('cut off, altered and foreign files are errors', async () => {
  const png = await raw(4).png().toBuffer();
  expect(() => decodePng(png.subarray(0, png.length - 30))).toThrow();
  const altered = Buffer.from(png);
  altered[png.indexOf('IDAT') + 12] ^= 1;
  expect(() => decodePng(altered)).toThrow();
  expect(() => decodePng(new TextEncoder().encode('<!doctype html>'))).toThrow();
});
