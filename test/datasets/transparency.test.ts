/** What transparency means: a subject that was cut out, or pixels that nobody saw; and masks however they count. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { SceneData } from '../../datasets/scene-data.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { open, transforms, write } from './blender-scene.ts';

const SIZE = 32;

/** Opaque grey photos with an alpha of their own for photo i and pixel (x, y), in a capture that looks at the origin. */
async function capture(alpha: (x: number, y: number, i: number) => number, extra: object = {}): Promise<string> {
  const folder = temporaryFolder();
  const { frames } = transforms('images', 10);
  for (let i = 0; i < 10; i++) {
    const rgba = Uint8Array.from({ length: SIZE * SIZE * 4 }, (_, at) => {
      const pixel = at >> 2;
      return at % 4 === 3 ? alpha(pixel % SIZE, Math.floor(pixel / SIZE), i) : 40 + ((pixel * 7 + i * 13) % 150);
    });
    await write(folder, `images/r_${i}.png`, await sharp(rgba, { raw: { width: SIZE, height: SIZE, channels: 4 } }).png().toBuffer()); // prettier-ignore
  }
  await write(folder, 'transforms.json', { fl_x: 36, w: SIZE, h: SIZE, ...extra, frames });
  return folder;
}

const distance = (x: number, y: number): number => Math.hypot(x + 0.5 - SIZE / 2, y + 0.5 - SIZE / 2);
const masked = ({ splits }: SceneData): number[] =>
  Object.values(splits).flat().map(({ mask }) => mask?.reduce((sum, value) => sum + 1 - value, 0) ?? 0); // prettier-ignore

describe('transparent pixels', () => {
  it('in the corners, or of the border that undistorting leaves, are not seen: they make no cut-out', async () => {
    const corner = await open(await capture((x, y, i) => (x + y === 0 || (i % 2 === 0 && x === SIZE - 1 && y === 0) ? 0 : 255)));
    expect(corner.space.kind).toBe('unbounded');
    expect(corner.hasAlpha).toBe(false);
    expect(masked(corner).sort()).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
    const border = await open(await capture((x, y) => (distance(x, y) > SIZE / 2 ? 0 : 255)));
    expect(border.space.kind, 'a fifth of the photo, the same in all').toBe('unbounded');
    expect(masked(border)[0]).toBeGreaterThan(SIZE * SIZE * 0.19);
  });

  it('around a subject cut it out, even if that nearly fills the photo or the first photo has none', async () => {
    const subject = await open(await capture((x, y, i) => (distance(x, y) > 6 + i ? 0 : 255)));
    expect(subject).toMatchObject({ hasAlpha: true, space: { kind: 'bounded' } });
    expect(masked(subject)[0]).toBe(0);
    const large = await open(await capture((x, _, i) => (i > 0 && Math.abs(x - 16) > 15 - (i % 3) ? 0 : 255)));
    expect(large.space.kind).toBe('bounded');
  });

  it('are downscaled to pixels that are not seen', async () => {
    const folder = await capture((x, y) => (x === 0 && y === 0 ? 0 : 255));
    const half = await open(folder, { downscale: 2, holdout: 0 });
    expect(half.splits.train![0].mask!.reduce((sum, value) => sum + 1 - value, 0)).toBe(1);
    expect(half.splits.train![0].rgba[3]).toBe(255);
  });

  it('of a matte from 0 to 1 are those from 0 to 255', async () => {
    const matte = async (most: number): Promise<SceneData> => open(await capture((x, y, i) => (distance(x, y) > 6 + i ? 0 : most)));
    const [small, usual] = [await matte(1), await matte(255)];
    expect(small.space).toEqual(usual.space);
    expect(small.splits.train!.map(({ rgba }) => [...rgba])).toEqual(usual.splits.train!.map(({ rgba }) => [...rgba]));
  });
});

describe('masks', () => {
  const maskOf = async (value: (x: number) => number, channels: 1 | 3 | 4): Promise<number[]> => {
    const folder = await capture(() => 255);
    const { frames } = transforms('images', 10);
    await write(folder, 'transforms.json', {
      fl_x: 36,
      w: SIZE,
      h: SIZE,
      frames: frames.map((frame) => ({ ...frame, mask_path: 'm.png' })),
    });
    const data = Uint8Array.from({ length: SIZE * SIZE * channels }, (_, at) => {
      const white = value(Math.floor(at / channels) % SIZE);
      // With alpha: white, and transparent where nothing is meant.
      return channels === 4 && at % 4 < 3 ? 255 : channels === 3 && at % 3 > 0 ? 0 : white;
    });
    const image = sharp(data, { raw: { width: SIZE, height: SIZE, channels } });
    await write(folder, 'm.png', await (channels === 1 ? image.toColourspace('b-w') : image).png().toBuffer());
    return [...(await open(folder)).splits.train![0].mask!.subarray(0, SIZE)];
  };
  const half = Array.from({ length: SIZE }, (_, x) => (x < 16 ? 0 : 1));

  it.each([[1, 1], [255, 1], [255, 3], [255, 4], [1, 3]] as const)('of 0 and %i in %i channels mean the same', async (white, channels) => {
    expect(await maskOf((x) => (x < 16 ? 0 : white), channels)).toEqual(half);
  }); // prettier-ignore
});

describe('odd sizes', () => {
  it('lose the rest on the right and below, and no pixel changes its ray', async () => {
    const folder = temporaryFolder();
    const { frames } = transforms('images', 3);
    const raw = { width: 13, height: 9, channels: 3 } as const;
    const data = Uint8Array.from({ length: 13 * 9 * 3 }, (_, i) => Math.floor(i / 3));
    for (let i = 0; i < 3; i++) await write(folder, `images/r_${i}.png`, await sharp(data, { raw }).png().toBuffer());
    await write(folder, 'transforms.json', { fl_x: 12, w: 13, h: 9, cx: 7, cy: 4, frames });
    const { intrinsics, rgba } = (await open(folder, { downscale: 2 })).splits.train![0];
    expect(intrinsics).toEqual({ width: 6, height: 4, fx: 6, fy: 6, cx: 3.5, cy: 2 });
    // The mean of the first block: pixels 0, 1, 13, 14.
    expect(rgba[0]).toBe(7);
    expect(rgba).toHaveLength(6 * 4 * 4);
  });
});
