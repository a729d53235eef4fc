import { copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { InputError, MemoryError } from '../../src/base/errors.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { checkImageMemory } from '../../src/jobs/run-scenes.ts';
import { plainHeader } from '../../src/node/plain-header.ts';
import { open, write, writeSplit } from '../datasets/blender-scene.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

const [WIDTH, HEIGHT] = [31, 17];
const pixels = (channels: 1 | 3 | 4): Sharp =>
  sharp(
    Uint8Array.from({ length: WIDTH * HEIGHT * channels }, (_, i) => i * 7),
    { raw: { width: WIDTH, height: HEIGHT, channels } },
  );

const PLAIN: [string, Sharp][] = [
  ['rgb.png', pixels(3).png()],
  ['rgba.png', pixels(4).png()],
  ['interlaced.png', pixels(4).png({ progressive: true })],
  ['palette.png', pixels(3).png({ palette: true, colours: 16 })],
  ['palette-with-alpha.png', pixels(4).png({ palette: true, colours: 16 })],
  ['deep.png', pixels(3).toColourspace('rgb16').png()],
  ['grey.png', pixels(1).toColourspace('b-w').png()],
  ['profile.png', pixels(3).withIccProfile('srgb').png()],
  ['photo.jpg', pixels(3).jpeg()],
  ['progressive.jpg', pixels(3).jpeg({ progressive: true })],
  ['mozjpeg.jpg', pixels(3).jpeg({ mozjpeg: true })],
  ['grey.jpg', pixels(1).toColourspace('b-w').jpeg()],
  ['profile.jpg', pixels(3).withIccProfile('p3').jpeg()],
];

const OTHERS: [string, Sharp][] = [
  ['turned.jpg', pixels(3).withMetadata({ orientation: 6 }).jpeg()],
  ['turned.png', pixels(3).withMetadata({ orientation: 8 }).png()],
  ['inks.jpg', pixels(3).toColourspace('cmyk').jpeg()],
  ['photo.webp', pixels(4).webp()],
  ['photo.tiff', pixels(3).tiff()],
];

async function written(name: string, image: Sharp): Promise<string> {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, await image.toBuffer());
  return path;
}

describe('a plain header', () => {
  it.each(PLAIN)('%s says what the image library says', async (name, image) => {
    const path = await written(name, image);
    const { width, height, orientation = 1, hasAlpha } = await sharp(path).metadata();
    expect(await plainHeader(path)).toEqual({ width, height, orientation, hasAlpha });
    expect([width, height]).toEqual([WIDTH, HEIGHT]);
  });

  it.each(OTHERS)('%s is left to the image library', async (name, image) => {
    const path = await written(name, image);
    expect(await plainHeader(path)).toBeNull();
    const { width, height, orientation = 1, hasAlpha } = await sharp(path).metadata();
    expect(await sharpCodec.header(path)).toEqual({ width, height, orientation, hasAlpha });
  });

  it('is not made up for what is none', async () => {
    const folder = temporaryFolder();
    const whole = await written('whole.png', pixels(4).png());
    for (let bytes = 0; bytes < 41; bytes++) {
      const path = join(folder, `${bytes}.png`);
      copyFileSync(whole, path);
      truncateSync(path, bytes);
      expect(await plainHeader(path), `${bytes} bytes`).toBeNull();
      await expect(sharpCodec.header(path)).rejects.toThrow(InputError);
    }
    expect(await plainHeader(join(folder, 'none.png'))).toBeNull();
    expect(await plainHeader(folder)).toBeNull();
  });
});

/** A PNG of one bit a pixel, all black: a few thousand bytes, whatever it unpacks to. */
function blackPng(side: number): Buffer {
  const chunk = (type: string, content: Uint8Array): Buffer => {
    const bytes = Buffer.alloc(12 + content.length);
    bytes.writeUInt32BE(content.length, 0);
    bytes.write(type, 4, 'latin1');
    bytes.set(content, 8);
    bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
    return bytes;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 1;
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const rows = deflateSync(new Uint8Array(side * (1 + side / 8)));
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', new Uint8Array(0))]);
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

it('a dozen small files that unpack to 12 GiB are refused together, before one of them is', async () => {
  const folder = temporaryFolder();
  await writeSplit(folder, 'train', 12);
  const bomb = blackPng(16376);
  expect(bomb.length).toBeLessThan(64 * 1024);
  for (let i = 0; i < 12; i++) await write(folder, `train/r_${i}.png`, bomb);
  const decoded: string[] = [];
  const images = { ...sharpCodec, decode: (path: string) => (decoded.push(path), sharpCodec.decode(path)) };
  const checkMemory = (count: number, bytes: number): void => {
    checkImageMemory(count, bytes, 8 * 2 ** 30);
  };
  const failure: unknown = await open(folder, { images, checkMemory }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(MemoryError);
  expect((failure as MemoryError).message).toBe('the 12 images need 12 GiB; 8.0 GiB of memory are available');
  expect(decoded).toEqual([]);
});
