import { readFile, rename, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../datasets/index.ts';
import type { SceneData, View } from '../../datasets/scene-data.ts';
import { CAPTURE_LENS, captureCameras } from '../../datasets/synth/capture-cameras.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { writePly } from '../../datasets/ply.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { inputError, open, picture, write } from './blender-scene.ts';
import { expectKnownCameras } from './known-cameras.ts';

const WIDTH = 32;
const cameras: readonly Camera[] = captureCameras(9, WIDTH, 3).map(({ camToWorld, intrinsics }) => ({
  camToWorld,
  intrinsics: { ...intrinsics, distortion: { ...CAPTURE_LENS, k3: 0 } },
}));
const lens = cameras[0].intrinsics;

/** World to camera as COLMAP has it: quaternion (w, x, y, z) and translation. */
function colmapPose({ camToWorld: m }: Camera): { q: number[]; t: number[] } {
  // Rows right, down, forward.
  const r = [0, 1, 2].map((row) => [0, 1, 2].map((axis) => m[axis * 4 + row] * (row === 0 ? 1 : -1)));
  const t = r.map((row) => -(row[0] * m[3] + row[1] * m[7] + row[2] * m[11]));
  // Shepperd's method: from the largest of 4w^2, 4x^2, 4y^2, 4z^2.
  const squares = [
    1 + r[0][0] + r[1][1] + r[2][2],
    1 + r[0][0] - r[1][1] - r[2][2],
    1 - r[0][0] + r[1][1] - r[2][2],
    1 - r[0][0] - r[1][1] + r[2][2],
  ];
  const most = squares.indexOf(Math.max(...squares));
  const sums = [
    [squares[0], r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1]],
    [r[2][1] - r[1][2], squares[1], r[1][0] + r[0][1], r[0][2] + r[2][0]],
    [r[0][2] - r[2][0], r[1][0] + r[0][1], squares[2], r[2][1] + r[1][2]],
    [r[1][0] - r[0][1], r[0][2] + r[2][0], r[2][1] + r[1][2], squares[3]],
  ];
  return { q: sums[most].map((value) => value / (2 * Math.sqrt(squares[most]))), t };
}

/** Little-endian numbers one after the other. */
class Bytes {
  private readonly parts: number[] = [];

  put(type: 'u8' | 'u32' | 'u64' | 'f64', ...values: number[]): this {
    for (const value of values) {
      const view = new DataView(new ArrayBuffer({ u8: 1, u32: 4, u64: 8, f64: 8 }[type]));
      if (type === 'u8') view.setUint8(0, value);
      else if (type === 'u32') view.setUint32(0, value, true);
      else if (type === 'u64') view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
      else view.setFloat64(0, value, true);
      this.parts.push(...new Uint8Array(view.buffer));
    }
    return this;
  }

  text(value: string): this {
    this.parts.push(...new TextEncoder().encode(value), 0);
    return this;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.parts);
  }
}

const OPENCV = [lens.fx, lens.fy, lens.cx, lens.cy, CAPTURE_LENS.k1, CAPTURE_LENS.k2, CAPTURE_LENS.p1, CAPTURE_LENS.p2];
const points = Array.from({ length: 60 }, (_, i) => [Math.sin(i) * 0.9, Math.cos(i * 1.3) * 0.8, Math.sin(i * 2.1) * 0.7]);

const name = (i: number): string => `left side/photo ${i}.jpg`;

function cameraBytes(model = 4, parameters = OPENCV, width = WIDTH): Bytes {
  return new Bytes()
    .put('u64', 1)
    .put('u32', 7, model)
    .put('u64', width, lens.height)
    .put('f64', ...parameters);
}

function imageBytes(count = 9): Bytes {
  const out = new Bytes().put('u64', count);
  for (let i = 0; i < count; i++) {
    const { q, t } = colmapPose(cameras[i]);
    // Every other image with two observations.
    out
      .put('u32', i + 1)
      .put('f64', ...q, ...t)
      .put('u32', 7)
      .text(name(i))
      .put('u64', (i % 2) * 2);
    for (let n = 0; n < (i % 2) * 2; n++) out.put('f64', 1.5, 2.5).put('u64', -1);
  }
  return out;
}

function pointBytes(): Bytes {
  const out = new Bytes().put('u64', points.length);
  points.forEach((p, i) =>
    out
      .put('u64', i)
      .put('f64', ...p)
      .put('u8', 1, 2, 3)
      .put('f64', 0.5)
      .put('u64', 2)
      .put('u32', 1, 2, 3, 4),
  );
  return out;
}

async function binaryScene(folder = temporaryFolder()): Promise<string> {
  await write(folder, 'sparse/0/cameras.bin', cameraBytes().bytes);
  await write(folder, 'sparse/0/images.bin', imageBytes().bytes);
  await write(folder, 'sparse/0/points3D.bin', pointBytes().bytes);
  for (let i = 0; i < 9; i++) await write(folder, `images/left side/photo ${i}.png`, await picture(WIDTH, lens.height, i, true));
  return folder;
}

async function textScene(): Promise<string> {
  const folder = await binaryScene();
  await rm(`${folder}/sparse`, { recursive: true });
  await write(folder, 'sparse/cameras.txt', `# Camera list\n7 OPENCV ${WIDTH} ${lens.height} ${OPENCV.join(' ')}\n`);
  const lines = cameras.map((camera, i) => {
    const { q, t } = colmapPose(camera);
    return `${i + 1} ${[...q, ...t].join(' ')} 7 ${name(i)}\n${i % 2 === 0 ? '' : '1.5 2.5 -1 3.5 4.5 12'}\n`;
  });
  await write(folder, 'sparse/images.txt', `# Image list with two lines of data per image:\n${lines.join('')}`);
  await write(folder, 'sparse/points3D.txt', points.map((p, i) => `${i} ${p.join(' ')} 1 2 3 0.5 1 2 3 4\n`).join(''));
  return folder;
}

function inOrder({ splits }: SceneData): View[] {
  return Object.values(splits)
    .flat()
    .sort((a, b) => a.name.localeCompare(b.name));
}

async function broken(file: string, content: Uint8Array | string): Promise<string> {
  const folder = file.endsWith('.txt') ? await textScene() : await binaryScene();
  await write(folder, file, content);
  return (await inputError(open(folder))).replaceAll(folder, 'SCENE');
}

describe('the COLMAP loader', () => {
  it.each([
    ['binary', binaryScene, 'sparse/0/cameras.bin'],
    ['text', textScene, 'sparse/cameras.txt'],
  ])('reads %s models: the cameras that took the pictures, and points', async (_, scene, found) => {
    const folder = await scene();
    expect(await detectFormat(folder, nodeFiles)).toEqual({ format: 'colmap', reason: `found ${found}` });
    const loaded = await open(folder);
    expectKnownCameras(inOrder(loaded), cameras, true);
    expect(loaded.splits.test!.map((view) => view.name)).toEqual(['photo_0', 'photo_8']);
    expect(loaded.points).toHaveLength(180);
    expect(loaded.points![4]).toBeCloseTo(points[1][1], 6);
    expect(loaded.space.kind, 'points between the cameras').toBe('bounded');
    expect(loaded.space.kind === 'bounded' && loaded.space.box!.max.every((value) => value > 0.6 && value < 1.3)).toBe(true);
  });

  it('takes smaller copies, in another image format', async () => {
    const folder = await binaryScene();
    for (let i = 0; i < 9; i++) await write(folder, `images_2/left side/photo ${i}.png`, await picture(16, 12, i, true));
    await rename(`${folder}/images`, `${folder}/originals`);
    const loaded = await open(folder, { downscale: 2 });
    expectKnownCameras(inOrder(loaded), cameras, true);
    expect(loaded.splits.train![0].intrinsics.width).toBe(16);
  });

  it.each([
    [0, [30, 15, 11], { fx: 30, fy: 30, cx: 15, cy: 11 }],
    [1, [30, 31, 15, 11], { fx: 30, fy: 31 }],
    [2, [30, 15, 11, 0.1], { fx: 30, distortion: { k1: 0.1, k2: 0, k3: 0, k4: 0, p1: 0, p2: 0 } }],
    [3, [30, 15, 11, 0.1, 0.2], { fy: 30, distortion: { k1: 0.1, k2: 0.2, k3: 0, k4: 0, p1: 0, p2: 0 } }],
  ])('knows camera model %i', async (model, parameters, expected) => {
    const folder = await binaryScene();
    await write(folder, 'sparse/0/cameras.bin', cameraBytes(model, parameters).bytes);
    const { intrinsics } = (await open(folder)).splits.train![0];
    expect(intrinsics).toMatchObject(expected);
    if (model < 2) expect(intrinsics.distortion).toBeUndefined();
  });

  it('takes the largest of several models, names the others, and counts photos without a pose', async () => {
    const folder = await binaryScene();
    await rename(`${folder}/sparse/0`, `${folder}/sparse/10`);
    await write(folder, 'sparse/2/cameras.bin', cameraBytes().bytes);
    await write(folder, 'sparse/2/images.bin', imageBytes(3).bytes);
    const loaded = await open(folder);
    expect(inOrder(loaded)).toHaveLength(9);
    expect(loaded.warnings).toEqual(['the reconstruction has 2 models: sparse/10 with 9 images is taken, left out is sparse/2 with 3']);
    await write(folder, 'sparse/10/images.bin', imageBytes(5).bytes);
    await write(folder, 'images/left side/._photo 1.png', 'x');
    expect((await open(folder)).warnings).toEqual([
      'the reconstruction has 2 models: sparse/10 with 5 images is taken, left out is sparse/2 with 3',
      '4 photos in images have no pose in sparse/10 and are not used (left side/photo 5.png, left side/photo 6.png, left side/photo 7.png, …)',
    ]);
  });

  it('leaves alone cameras of other models that took no image', async () => {
    const folder = await binaryScene();
    const two = new Bytes()
      .put('u64', 2)
      .put('u32', 3, 5)
      .put('u64', WIDTH, lens.height)
      .put('f64', 9, 9, 4, 4, 0, 0, 0, 0)
      .put('u32', 7, 4)
      .put('u64', WIDTH, lens.height)
      .put('f64', ...OPENCV);
    await write(folder, 'sparse/0/cameras.bin', two.bytes);
    expectKnownCameras(inOrder(await open(folder)), cameras, true);
    const text = await textScene();
    await write(text, 'sparse/cameras.txt', `3 TELESCOPE 9 9 1 2\n7 OPENCV ${WIDTH} ${lens.height} ${OPENCV.join(' ')}\n`);
    expectKnownCameras(inOrder(await open(text)), cameras, true);
  });

  it('reads names of any characters', async () => {
    const folder = await textScene();
    const odd = ['#1  two spaces.png', 'a:b (1).png', '100%.png'];
    const { frames } = { frames: odd.map((file, i) => ({ file, i })) };
    const lines = frames.map(({ file, i }) => {
      const { q, t } = colmapPose(cameras[i]);
      return `${i + 1} ${[...q, ...t].join(' ')} 7 ${file}\r\n\r\n`;
    });
    await write(folder, 'sparse/images.txt', lines.join(''));
    for (const { file, i } of frames) await write(folder, `images/${file}`, await picture(WIDTH, lens.height, i, true));
    const loaded = await open(folder, { holdout: 0 });
    expect(loaded.splits.train!.map(({ name: shown }) => shown)).toEqual(['_1__two_spaces', '100_', 'a_b__1_']);
  });

  it('takes rotations of any length, as COLMAP does, and says so', async () => {
    const folder = await textScene();
    const lines = cameras.map((camera, i) => {
      const { q, t } = colmapPose(camera);
      return `# a comment\n${i + 1} ${[...q.map((value) => value * 1.7), ...t].join('\t')} 7 ${name(i)}\r\n\r\n`;
    });
    await write(folder, 'sparse/images.txt', lines.join(''));
    const loaded = await open(folder);
    expectKnownCameras(inOrder(loaded), cameras, true);
    expect(loaded.warnings.join()).toMatch(/9 rotations of sparse are no unit quaternions/);
  });

  it('finds a model beside the images, and scenes below the folder that was given', async () => {
    const folder = await binaryScene();
    await rename(`${folder}/sparse/0`, `${folder}/0`);
    await rm(`${folder}/sparse`, { recursive: true });
    expectKnownCameras(inOrder(await open(folder)), cameras, true);
    for (const file of ['cameras', 'images', 'points3D']) await rename(`${folder}/0/${file}.bin`, `${folder}/${file}.bin`);
    expect(await detectFormat(folder, nodeFiles)).toEqual({ format: 'colmap', reason: 'found cameras.bin' });
    expectKnownCameras(inOrder(await open(folder)), cameras, true);
    const parent = temporaryFolder();
    await binaryScene(`${parent}/dense/0`);
    expect(await inputError(open(parent))).toMatch(/Did you mean .*\/dense\/0\?/);
  });

  it('counts missing images and does without points', async () => {
    const folder = await binaryScene();
    await rm(`${folder}/images/left side/photo 3.png`);
    await rm(`${folder}/sparse/0/points3D.bin`);
    const loaded = await open(folder);
    expect(loaded.warnings).toEqual([
      '1 of the 9 images of images.bin are missing and were left out (left side/photo 3.jpg)',
      'sparse/0 has no points (points3D): read without them',
    ]);
    expect(loaded.points).toBeNull();
  });

  it('takes points from text beside a binary model, or from a point cloud', async () => {
    const [binary, text] = [await binaryScene(), await textScene()];
    const { points: known } = await open(binary);
    await rm(`${binary}/sparse/0/points3D.bin`);
    await rename(`${text}/sparse/points3D.txt`, `${binary}/sparse/0/points3D.txt`);
    expect((await open(binary)).points).toEqual(known);
    await write(binary, 'sparse/0/points3D.bin', new Uint8Array(8));
    expect((await open(binary)).points, 'an empty file does not hide another').toEqual(known);
    await rm(`${binary}/sparse/0/points3D.bin`);
    await rm(`${binary}/sparse/0/points3D.txt`);
    await write(binary, 'sparse/0/points3D.ply', writePly(known!));
    expect((await open(binary)).points).toEqual(known);
  });

  it('finds photos whose folder is in their names, or is written in other letters', async () => {
    const folder = await textScene();
    const file = `${folder}/sparse/images.txt`;
    await write(folder, 'sparse/images.txt', (await readFile(file, 'utf8')).replaceAll('left side/', 'images/left side/'));
    await rename(`${folder}/images`, `${folder}/Images`);
    expectKnownCameras(inOrder(await open(folder)), cameras, true);
  });

  it('says that a folder of masks is not used', async () => {
    const folder = await binaryScene();
    await write(folder, 'masks/photo.png', await picture(WIDTH, lens.height, 0));
    expect((await open(folder)).warnings).toEqual([
      'no image has a mask: the folder masks is not used, since only mask_path in transforms.json names masks',
    ]);
  });
});

describe('broken COLMAP scenes', () => {
  it.each([
    ['cameras', cameraBytes],
    ['images', imageBytes],
    ['points3D', pointBytes],
  ])('with %s.bin truncated anywhere, or too long', async (file, content) => {
    const { bytes } = content();
    const reader = (await import('../../datasets/colmap-binary.ts')).colmapBinary;
    const read = { cameras: reader.cameras, images: reader.images, points3D: reader.points }[file]!;
    expect(() => read('f.bin', bytes)).not.toThrow();
    for (let length = 0; length < bytes.length; length += 3)
      expect(() => read('f.bin', bytes.slice(0, length))).toThrow(/^f\.bin: expected /);
    expect(await broken(`sparse/0/${file}.bin`, bytes.slice(0, -1))).toMatch(new RegExp(`^SCENE/sparse/0/${file}\\.bin: expected `));
    expect(await broken(`sparse/0/${file}.bin`, Uint8Array.of(...bytes, 0))).toMatch(
      /expected the end of the file at byte \d+, found 1 more bytes/,
    );
  });

  it('with counts that are negative or beyond the file', async () => {
    const count = (value: number): Uint8Array => Uint8Array.of(...new Bytes().put('u64', value).bytes, ...imageBytes().bytes.slice(8));
    expect(await broken('sparse/0/images.bin', count(-1))).toMatch(
      /expected at most \d+ images in the \d+ bytes that follow byte 0, found 18446744073709551615/,
    );
    expect(await broken('sparse/0/images.bin', count(2 ** 40))).toMatch(/found 1099511627776/);
    const tracks = new Bytes()
      .put('u64', 1, 1)
      .put('f64', 0, 0, 0)
      .put('u8', 0, 0, 0)
      .put('f64', 0)
      .put('u64', 2 ** 52);
    expect(await broken('sparse/0/points3D.bin', tracks.bytes)).toMatch(/at most 0 observations of a point/);
  });

  it('with cameras of other models, refused by name', async () => {
    expect(await broken('sparse/0/cameras.bin', cameraBytes(5).bytes)).toMatch(
      /expected a camera of model SIMPLE_PINHOLE, .* found OPENCV_FISHEYE/,
    );
    expect(await broken('sparse/0/cameras.bin', cameraBytes(6, [...OPENCV, 0, 0, 0, 0]).bytes)).toMatch(/found FULL_OPENCV/);
    expect(await broken('sparse/0/cameras.bin', cameraBytes(99).bytes)).toMatch(/a camera model from 0 to 11, found 99/);
    expect(await broken('sparse/cameras.txt', '7 FOV 32 24 30 30 16 12 0.9')).toMatch(/found FOV/);
    expect(await broken('sparse/cameras.txt', '7 PINHOLE 32 24 30 30 16')).toMatch(
      /line 1: expected 4 parameters for PINHOLE \(fx fy cx cy\), found 3/,
    );
  });

  it.each(['0x20', '1_0', '44,4', 'Infinity', '1e', '.'])('with the number %s', async (number) => {
    expect(await broken('sparse/cameras.txt', `7 PINHOLE 32 24 ${number} 30 16 12`)).toContain(
      `line 1: expected a finite number, found "${number}"`,
    );
  });

  it('with numbers that make no camera or pose', async () => {
    expect(await broken('sparse/0/cameras.bin', cameraBytes(0, [NaN, 1, 1]).bytes)).toMatch(/expected a finite f at byte 32, found NaN/);
    expect(await broken('sparse/0/cameras.bin', cameraBytes(0, [-3, 1, 1]).bytes)).toMatch(
      /camera 7: expected a positive size and focal length/,
    );
    expect(await broken('sparse/0/cameras.bin', cameraBytes(0, [30, 1, 1], -1).bytes)).toMatch(
      /expected a width in pixels, found 18446744073709551615/,
    );
    expect(await broken('sparse/0/cameras.bin', cameraBytes(0, [30, 1, 1], 400).bytes)).toMatch(
      /expected an image of the shape 400x24, found one of 32x24/,
    );
    const image = (q: number[], camera: number, path: string): Uint8Array =>
      new Bytes()
        .put('u64', 1)
        .put('u32', 1)
        .put('f64', ...q, 0, 0, 4)
        .put('u32', camera)
        .text(path)
        .put('u64', 0).bytes;
    expect(await broken('sparse/0/images.bin', image([0, 0, 0, 0], 7, name(0)))).toMatch(
      /expected a rotation \(quaternion\), found length 0/,
    );
    expect(await broken('sparse/0/images.bin', image([NaN, 0, 0, 0], 7, name(0)))).toMatch(/expected a finite qw/);
    expect(await broken('sparse/0/images.bin', image([1, 0, 0, 0], 8, name(0)))).toMatch(/found number 8, which it does not list/);
    for (const path of ['../secret.jpg', '/etc/secret.jpg', 'a/../../secret.jpg'])
      expect(await broken('sparse/0/images.bin', image([1, 0, 0, 0], 7, path))).toMatch(/images\.bin: name: expected a (relative )?path/);
    expect(await broken('sparse/images.txt', '1 1 0 0 0 0 0 x 7 a.jpg')).toMatch(/line 1: expected a finite number, found "x"/);
    expect(await broken('sparse/images.txt', '1 1 0 0')).toMatch(
      /line 1: expected number, pose \(7 numbers\), camera and name of an image, found 4 words/,
    );
    expect(await broken('sparse/points3D.txt', '1 0 0')).toMatch(/line 1: expected a finite number, found the end of the line/);
  });

  it('with cameras that are listed twice, or without the lines of observations', async () => {
    const camera = `7 OPENCV ${WIDTH} ${lens.height} ${OPENCV.join(' ')}\n`;
    expect(await broken('sparse/cameras.txt', camera + camera)).toMatch(/cameras\.txt: expected each camera once, found number 7 twice/);
    const line = (i: number): string => `${i} 1 0 0 0 0 0 4 7 photo ${i}.jpg\n`;
    expect(await broken('sparse/images.txt', line(1) + line(2))).toMatch(
      /images\.txt: line 2: expected observations of the image in the line before .*, found "2\.jpg"/,
    );
  });

  it('with cameras and points that no unit of length puts so far away', async () => {
    const folder = await textScene();
    const read = (name: string): Promise<string> => readFile(`${folder}/sparse/${name}`, 'utf8');
    await write(folder, 'sparse/points3D.txt', `${await read('points3D.txt')}999 1e308 0 0 1 2 3 0.5\n`);
    const { points: found, warnings } = await open(folder);
    expect(found).toHaveLength(180);
    expect(warnings).toEqual(['1 points have coordinates beyond 1e+30 and were left out']);
    await write(folder, 'sparse/images.txt', (await read('images.txt')).replace(/^(\d+ (?:\S+ ){4})\S+/m, '$11e308'));
    expect(await inputError(open(folder))).toMatch(/photo_\d: expected a camera whose coordinates are at most 1e\+30, found it at /);
  });

  it('without photos, or without images at all', async () => {
    const folder = await binaryScene();
    await rename(`${folder}/images`, `${folder}/photos`);
    expect(await inputError(open(folder))).toMatch(/images: expected a folder of images, found none/);
    expect(await broken('sparse/0/images.bin', new Bytes().put('u64', 0).bytes)).toMatch(/expected images, found none in any split/);
  });
});
