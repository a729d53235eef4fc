/** Small photos of every kind that the studio reads, made by sharp, as a scene of the format nerfstudio. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

const WIDTH = 24;
const HEIGHT = 16;

/** Shades that go over into each other, with some noise, so that rows and columns, channels and levels can be told apart. */
function shades(channels: number, most: number): number[] {
  let state = 1;
  return Array.from({ length: WIDTH * HEIGHT * channels }, (_, i) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const [c, x, y] = [i % channels, Math.floor(i / channels) % WIDTH, Math.floor(i / channels / WIDTH)];
    const ramp = [x / WIDTH, y / HEIGHT, (x + y) / (WIDTH + HEIGHT), 1 - (x * y) / (WIDTH * HEIGHT)][c];
    return Math.round((0.9 * ramp + (0.1 * (state >>> 8)) / 2 ** 24) * most);
  });
}

const plain = (channels: 1 | 2 | 3 | 4): Sharp =>
  sharp(Uint8Array.from(shades(channels, 255)), { raw: { width: WIDTH, height: HEIGHT, channels } });
const deep = (channels: 1 | 3 | 4): Sharp =>
  sharp(Uint16Array.from(shades(channels, 65535)), { raw: { width: WIDTH, height: HEIGHT, channels } });

/** By file name: PNG, and WebP without alpha, which have to have the same pixels everywhere. */
export const EXACT: Readonly<Record<string, () => Sharp>> = {
  'rgb.png': () => plain(3).png(),
  'alpha.png': () => plain(4).png(),
  'grey.png': () => plain(1).toColourspace('b-w').png(),
  'grey-alpha.png': () => plain(2).toColourspace('b-w').png(),
  'palette.png': () => plain(3).png({ palette: true }),
  'palette-alpha.png': () => plain(4).png({ palette: true, colours: 16, dither: 0 }),
  'deep-rgb.png': () => deep(3).toColourspace('rgb16').png(),
  'deep-alpha.png': () => deep(4).toColourspace('rgb16').png(),
  'deep-grey.png': () => deep(1).toColourspace('grey16').png(),
  'turned.png': () => plain(3).withMetadata({ orientation: 6 }).png(),
  'lossless.webp': () => plain(3).webp({ lossless: true }),
};

/** JPEG, whose decoders may differ by a level. */
export const WITHIN_A_LEVEL: Readonly<Record<string, () => Sharp>> = {
  'fine.jpg': () => plain(3).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  'coarse.jpg': () => plain(3).jpeg({ quality: 80, chromaSubsampling: '4:2:0' }),
  'progressive.jpg': () => plain(3).jpeg({ progressive: true }),
  'grey.jpg': () => plain(1).toColourspace('b-w').jpeg(),
  ...Object.fromEntries(
    [2, 3, 4, 5, 6, 7, 8].map((orientation) => [
      `turned-${orientation}.jpg`,
      () => plain(3).withMetadata({ orientation }).jpeg({ chromaSubsampling: '4:4:4' }),
    ]),
  ),
};

/** A scene of these photos, whose cameras stand in a circle. */
export async function writePhotos(folder: string, photos: Readonly<Record<string, () => Sharp>>): Promise<void> {
  mkdirSync(join(folder, 'images'), { recursive: true });
  const names = Object.keys(photos);
  for (const name of names) writeFileSync(join(folder, 'images', name), await photos[name]().toBuffer());
  const frames = names.map((name, i) => {
    const [cos, sin] = [Math.cos((i / names.length) * 2 * Math.PI), Math.sin((i / names.length) * 2 * Math.PI)];
    const matrix = [
      [-sin, 0, cos, 4 * cos],
      [cos, 0, sin, 4 * sin],
      [0, 1, 0, 0],
      [0, 0, 0, 1],
    ];
    return { file_path: `images/${name}`, transform_matrix: matrix };
  });
  const cameras = { camera_angle_x: 0.7, frames, train_filenames: names.map((name) => `images/${name}`) };
  writeFileSync(join(folder, 'transforms.json'), JSON.stringify(cameras));
}
