import { mkdir, rename } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { meanPose } from '../../datasets/forward-facing.ts';
import { detectFormat } from '../../datasets/index.ts';
import { inspectScene } from '../../datasets/inspect-scene.ts';
import { writeNpy } from '../../datasets/npy.ts';
import type { SceneData, View } from '../../datasets/scene-data.ts';
import { forwardCameras } from '../../datasets/synth/capture-cameras.ts';
import { cameraOnSphere } from '../../datasets/synth/synthetic-cameras.ts';
import { writeSyntheticScene } from '../../datasets/synth/write-synthetic-scene.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { sceneRegion } from '../../src/train/scene-region.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { inputError, open, picture, write } from './blender-scene.ts';
import { expectKnownCameras } from './known-cameras.ts';

/** Rows of poses_bounds.npy for the forward cameras; images are 16 x 12 in images_2, of originals of 32 x 24. */
function rows(count: number): Float64Array {
  const data = new Float64Array(count * 17);
  forwardCameras(count, 32, 1).forEach(({ camToWorld: m, intrinsics: k }, i) => {
    const numbers = [k.height, k.width, k.fx].flatMap((last, a) => [-m[a * 4 + 1], m[a * 4], m[a * 4 + 2], m[a * 4 + 3], last]);
    data.set([...numbers, 2 + i / 10, 9 - i / 10], i * 17);
  });
  return data;
}

async function scene(change?: (data: Float64Array) => void, count = 9): Promise<string> {
  const folder = temporaryFolder();
  const data = rows(count);
  change?.(data);
  await write(folder, 'poses_bounds.npy', writeNpy({ shape: [count, 17], data }));
  for (let i = 0; i < count; i++) await write(folder, `images_2/image${String(i).padStart(3, '0')}.png`, await picture(16, 12, i, true));
  return folder;
}

/** All views in the order of their cameras. */
function inOrder({ splits }: SceneData): View[] {
  return Object.values(splits)
    .flat()
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Rows of cameras all round the origin. */
function allRound(data: Float64Array): void {
  for (let i = 0; i < data.length / 17; i++) {
    const { camToWorld: m } = cameraOnSphere(i * 0.7, 0.3, 32);
    for (let a = 0; a < 3; a++) data.set([-m[a * 4 + 1], m[a * 4], m[a * 4 + 2], m[a * 4 + 3]], i * 17 + a * 5);
  }
}

/** A COLMAP model of two of the images. */
async function addModel(folder: string): Promise<void> {
  await write(folder, 'sparse/0/cameras.txt', '1 PINHOLE 16 12 20 20 8 6\n');
  await write(
    folder,
    'sparse/0/images.txt',
    '1 1 0 0 0 0 0 4 1 image000.png\n\n2 0.7071067811865476 0 0.7071067811865476 0 0 0 4 1 image001.png\n\n',
  );
}

describe('poses_bounds.npy of cameras all round', () => {
  it('gives way to a COLMAP model beside it, unless asked for', async () => {
    const folder = await scene(allRound);
    await rename(`${folder}/images_2`, `${folder}/images`);
    await addModel(folder);
    expect((await detectFormat(folder, nodeFiles)).format).toBe('colmap');
    expect((await open(folder, { holdout: 0 })).splits.train).toHaveLength(2);
    const asked = await open(folder, { format: 'llff' });
    expect(asked.format).toBe('llff');
    expect(inOrder(asked)).toHaveLength(9);
    expect(await inputError(open(folder, { format: 'nsvf' }))).toMatch(
      /expected a scene of the format nsvf \(looked for nsvf: .*\nLeave --format out/,
    );
  });

  it('is unbounded without one, and forward-facing ones go before a model', async () => {
    expect((await open(await scene(allRound), { downscale: 2 })).space.kind).toBe('unbounded');
    const forward = await scene();
    await addModel(forward);
    const loaded = await open(forward, { downscale: 2 });
    expect([loaded.format, loaded.space.kind]).toEqual(['llff', 'ndc']);
  });

  it('holds out every 8th in the order of names, as Mip-NeRF 360 does', async () => {
    const folder = await scene(allRound, 18);
    const { splits } = await open(folder, { downscale: 2 });
    expect(splits.test!.map(({ name }) => name)).toEqual(['image000', 'image008', 'image016']);
  });

  it('has images of the shape that it says', async () => {
    const folder = await scene((data) => {
      data[9] = 24;
    });
    expect(await inputError(open(folder, { downscale: 2 }))).toMatch(
      /poses_bounds\.npy: row 0: expected an image of the shape 24x24, found one of 16x12/,
    );
  });
});

describe('the LLFF loader', () => {
  it('sees what the generated cameras saw, within a thousandth of a pixel, and holds out every 8th view', async () => {
    const folder = temporaryFolder();
    await writeSyntheticScene({ scene: 'forward', views: 10, size: 32, folder, files: nodeFiles, images: sharpCodec, seed: 4 });
    const loaded = await open(folder);
    expect(loaded.splits.test!.map(({ name }) => name)).toEqual(['image000', 'image008']);
    expect(loaded.splits.train).toHaveLength(8);
    expectKnownCameras(inOrder(loaded), forwardCameras(10, 32, 4), false);
    expect(loaded.hasAlpha, 'the scene fills every picture').toBe(false);
    const found = inspectScene(await open(folder, { downscale: 2 }));
    expect(found.splits.train).toMatchObject({ width: 16, height: 12 });
  });

  it('makes a world in which the cameras look along -Z and the nearest thing is at 1/0.95', async () => {
    // Metres of the file: the nearest thing is at 2.
    const NEAR = 0.95 * 2;
    const loaded = await open(await scene(), { downscale: 2 });
    expect(loaded.space).toMatchObject({ kind: 'ndc', near: 1 });
    expect(loaded.space.kind === 'ndc' && loaded.space.scale).toBeCloseTo(1 / NEAR, 12);
    expect(loaded.near).toBeCloseTo(1 / 0.95, 12);
    expect(loaded.far).toBeCloseTo(9 / NEAR, 12);
    const views = inOrder(loaded);
    expect(views[3].depthRange!.near).toBeCloseTo(2.3 / NEAR, 12);
    const mean = meanPose(views.map(({ camToWorld }) => camToWorld));
    expect([...mean].every((value, i) => Math.abs(value - (i % 5 === 0 ? 1 : 0)) < 1e-12)).toBe(true);
    const { box, ...region } = sceneRegion(loaded);
    expect(region).toEqual({ space: { kind: 'ndc' }, near: 0 });
    expect([box.min[2], box.max[2]]).toEqual([-1, 1]);
    expect(box.max[0]).toBeGreaterThan(0.5);
    const inBox = await open(await scene(), { downscale: 2, space: 'bounded' });
    expect(inBox.near).toBeCloseTo(2, 12);
    expect(sceneRegion(inBox).box.max[1]).toBeGreaterThan(sceneRegion(inBox).box.min[1]);
  });

  it('takes the copies that --downscale asks for, and averages the rest', async () => {
    const folder = await scene();
    const half = await open(folder, { downscale: 2 });
    expect(half.splits.train![0].intrinsics).toEqual({ width: 16, height: 12, fx: 12.8, fy: 12.8, cx: 8, cy: 6 });
    const quarter = await open(folder, { downscale: 4 });
    expect(quarter.splits.train![0].intrinsics).toMatchObject({ width: 8, height: 6, fx: 6.4 });
    expectKnownCameras(inOrder(quarter), forwardCameras(9, 32, 1), false);
    const message = await inputError(open(folder));
    expect(message).toMatch(/images: expected a folder of images, found images_2\nThe smaller copies fit --downscale 2\./);
    expect(await inputError(open(folder, { downscale: 3 }))).toMatch(/expected a folder of images \(or images_3\)/);
    for (let i = 0; i < 9; i++) await write(folder, `images_4/a${i}.JPG`, await picture(4, 3, i, true));
    expect((await open(folder, { downscale: 4 })).splits.train![0].name, 'the smallest copies that fit').toBe('a1');
    expect((await open(folder, { downscale: 2 })).splits.train![0].name).toBe('image001');
  });

  it('holds out what it is told to', async () => {
    const folder = await scene();
    const names = async (holdout: number): Promise<unknown> =>
      (await open(folder, { downscale: 2, holdout })).splits.test?.map((v) => v.name);
    expect(await names(4)).toEqual(['image000', 'image004', 'image008']);
    expect(await names(0)).toBeUndefined();
    expect(await names(1), 'with nothing left to train on, nothing is held out').toBeUndefined();
  });
});

describe('broken LLFF scenes', () => {
  const broken = async (change: (data: Float64Array) => void): Promise<string> => inputError(open(await scene(change), { downscale: 2 }));

  it('name the row and what is wrong with it', async () => {
    expect(await broken((d) => (d[17 * 2 + 3] = NaN))).toMatch(/poses_bounds\.npy: row 2: expected finite numbers, found NaN in column 3/);
    expect(await broken((d) => (d[17] += 0.5))).toMatch(/row 1: expected a rigid motion/);
    expect(await broken((d) => (d[17 * 4 + 15] = -1))).toMatch(/row 4: expected bounds 0 < near < far, found -1 and/);
    expect(await broken((d) => (d[17 * 4 + 16] = 0.5))).toMatch(/row 4: expected bounds 0 < near < far/);
    expect(await broken((d) => (d[14] = 0))).toMatch(/row 0: expected a positive height, width and focal length, found 24, 32, 0/);
    expect(await broken((d) => (d[9] = Infinity))).toMatch(/finite numbers, found Infinity in column 9/);
  });

  it('have as many images as poses', async () => {
    const folder = await scene();
    await write(folder, 'images_2/image009.png', await picture(16, 12));
    expect(await inputError(open(folder, { downscale: 2 }))).toMatch(/images_2: expected 9 images, one for each row of .*, found 10/);
    await mkdir(`${folder}/images_4`);
    expect(await inputError(open(folder, { downscale: 4 }))).toMatch(/images_4: expected 9 images, .* found 0/);
  });

  it('have 17 columns', async () => {
    const folder = await scene();
    await write(folder, 'poses_bounds.npy', writeNpy({ shape: [9, 14], data: new Float64Array(126) }));
    expect(await inputError(open(folder, { downscale: 2 }))).toMatch(/expected an array of shape \(views, 17\), found \(9, 14\)/);
    await write(folder, 'poses_bounds.npy', writeNpy({ shape: [0, 17], data: new Float64Array(0) }));
    expect(await inputError(open(folder, { downscale: 2 }))).toMatch(/found \(0, 17\)/);
    await write(folder, 'poses_bounds.npy', 'text');
    expect(await inputError(open(folder, { downscale: 2 }))).toMatch(/poses_bounds\.npy: expected a NumPy array/);
  });
});
