import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { InputError } from '../../src/base/errors.ts';
import type { PixelBuffer } from '../../src/io/files.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

function pattern(width: number, height: number, channels: 3 | 4, seed = 0): PixelBuffer {
  return { width, height, channels, data: Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37 + seed) % 256) };
}

describe('sharpCodec', () => {
  it('keeps straight RGBA values bit for bit, also under alpha 0', async () => {
    const path = join(temporaryFolder(), 'x.png');
    const image = pattern(7, 5, 4);
    image.data.fill(0, 3, 4);
    writeFileSync(path, await sharpCodec.encodePng(image));
    expect(await sharpCodec.header(path)).toEqual({ width: 7, height: 5, orientation: 1, hasAlpha: true });
    const decoded = await sharpCodec.decode(path);
    expect([decoded.width, decoded.height]).toEqual([7, 5]);
    expect([...decoded.rgba]).toEqual([...image.data]);
  });

  it('gives opaque and grey images an alpha of 255', async () => {
    const folder = temporaryFolder();
    const image = pattern(4, 3, 3);
    writeFileSync(join(folder, 'rgb.png'), await sharpCodec.encodePng(image));
    const rgb = await sharpCodec.decode(join(folder, 'rgb.png'));
    expect([...rgb.rgba.slice(0, 8)]).toEqual([...image.data.slice(0, 3), 255, ...image.data.slice(3, 6), 255]);
    const grey = sharp(Uint8Array.from([10, 200]), { raw: { width: 2, height: 1, channels: 1 } });
    writeFileSync(join(folder, 'grey.png'), await grey.toColourspace('b-w').png().toBuffer());
    expect([...(await sharpCodec.decode(join(folder, 'grey.png'))).rgba]).toEqual([10, 10, 10, 255, 200, 200, 200, 255]);
  });

  it('reduces 16-bit colour to 8 bits', async () => {
    const path = join(temporaryFolder(), 'x.png');
    const image = sharp(Uint16Array.from([0, 0x8000, 0xffff]), { raw: { width: 1, height: 1, channels: 3 } });
    writeFileSync(path, await image.toColourspace('rgb16').png().toBuffer());
    expect([...(await sharpCodec.decode(path)).rgba]).toEqual([0, 128, 255, 255]);
  });

  it('writes 16-bit grey PNG without loss', async () => {
    const path = join(temporaryFolder(), 'x.png');
    const values = Uint16Array.from([0, 1, 255, 256, 40_000, 65_535]);
    writeFileSync(path, await sharpCodec.encodePng16(values, 3, 2));
    const { data, info } = await sharp(path).toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(1);
    expect([...new Uint16Array(data.buffer, data.byteOffset, data.length / 2)]).toEqual([...values]);
    expect((await sharp(path).metadata()).depth).toBe('ushort');
  });

  it('writes an animation with one page a frame', async () => {
    const path = join(temporaryFolder(), 'x.webp');
    const frames = [0, 50, 100].map((seed) => pattern(16, 8, 3, seed));
    writeFileSync(path, await sharpCodec.encodeAnimation(frames, 40));
    const { pages, pageHeight, width, delay, loop } = await sharp(path, { animated: true }).metadata();
    expect({ pages, pageHeight, width, delay, loop }).toEqual({ pages: 3, pageHeight: 8, width: 16, delay: [40, 40, 40], loop: 0 });
    await expect(sharpCodec.encodeAnimation([frames[0], pattern(4, 4, 3)], 40)).rejects.toThrow(RangeError);
    writeFileSync(path, await sharpCodec.encodeAnimation(frames.slice(0, 1), 40));
    expect(await sharpCodec.header(path)).toMatchObject({ width: 16, height: 8 });
  });

  it('names the file that is not an image, truncated, or missing', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'text.png'), 'hello');
    writeFileSync(join(folder, 'empty.png'), '');
    writeFileSync(join(folder, 'whole.png'), await sharpCodec.encodePng(pattern(64, 64, 4)));
    const whole = readFileSync(join(folder, 'whole.png'));
    writeFileSync(join(folder, 'half.png'), whole.subarray(0, whole.length / 2));
    const altered = Buffer.from(whole);
    altered[whole.length >> 1] ^= 0xff;
    writeFileSync(join(folder, 'altered.png'), altered);
    for (const name of ['text.png', 'empty.png', 'half.png', 'altered.png', 'none.png']) {
      const failure = await sharpCodec.decode(join(folder, name)).catch((error: unknown) => error);
      expect(failure, name).toBeInstanceOf(InputError);
      expect((failure as Error).message, name).toContain(join(folder, name));
    }
    await expect(sharpCodec.header(join(folder, 'text.png'))).rejects.toThrow(InputError);
  });
});
