import { readFile, rename, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../datasets/index.ts';
import type { SceneData, View } from '../../datasets/scene-data.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { writePly } from '../../datasets/ply.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { inputError, open, picture, write } from './blender-scene.ts';
import {
  WIDTH,
  cameras,
  lens,
  Bytes,
  OPENCV,
  points,
  name,
  colmapPose,
  cameraBytes,
  imageBytes,
  binaryScene,
  textScene,
} from './colmap-scene.ts';
import { expectKnownCameras } from './known-cameras.ts';

function inOrder({ splits }: SceneData): View[] {
  return Object.values(splits)
    .flat()
    .sort((a, b) => a.name.localeCompare(b.name));
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
