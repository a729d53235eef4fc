import sharp from 'sharp';
import { expect, test } from 'vitest';
import { plainJpeg } from '../../src/page/exif.ts';

const photo = (orientation?: number): Promise<Buffer> => {
  const made = sharp({ create: { width: 16, height: 8, channels: 3, background: '#804020' } }).jpeg();
  return (orientation === undefined ? made : made.withMetadata({ orientation })).toBuffer();
};

test.each([1, 3, 6, 8])('orientation %i is read, and gone from what is decoded', async (orientation) => {
  const file = new Uint8Array(await photo(orientation));
  const plain = plainJpeg(file);
  expect(plain.orientation).toBe(orientation);
  expect(plain.components).toBe(3);
  const rest = Buffer.concat(plain.bytes);
  const found = await sharp(rest).metadata();
  expect([found.orientation, found.width, found.height, found.icc]).toEqual([undefined, 16, 8, undefined]);
  expect(await sharp(rest).raw().toBuffer()).toEqual(await sharp(file, { ignoreIcc: true }).raw().toBuffer());
});

test('without EXIF it lies as it is; inks are counted', async () => {
  expect(plainJpeg(new Uint8Array(await photo())).orientation).toBe(1);
  const inks = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .toColourspace('cmyk')
    .jpeg()
    .toBuffer();
  expect(plainJpeg(new Uint8Array(inks)).components).toBe(4);
});

test('nonsense ends', () => {
  expect(plainJpeg(new Uint8Array([0xff, 0xd8, 0xff, 0xe1, 0, 4, 0x45, 0x78])).orientation).toBe(1);
  expect(plainJpeg(new Uint8Array([0xff, 0xd8])).components).toBeNull();
});
