import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { automaticDepthRange } from '../../src/geometry/camera-geometry.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { ANGLE, inputError, open, picture, transforms, write, writeSplit } from './blender-scene.ts';

describe('the Blender loader', () => {
  it('reads poses, intrinsics, pixels and names', async () => {
    const folder = temporaryFolder();
    const { frames } = await writeSplit(folder, 'train', 3);
    const scene = await open(folder);
    expect(scene.format).toBe('blender');
    expect(Object.keys(scene.splits)).toEqual(['train']);
    expect(scene.splits.train!.map((view) => view.name)).toEqual(['r_0', 'r_1', 'r_2']);
    const focal = 4 / Math.tan(ANGLE / 2);
    for (const [i, view] of scene.splits.train!.entries()) {
      expect([...view.camToWorld]).toEqual((frames[i].transform_matrix as number[][]).flat().map((v) => v + 0)); // JSON has no -0
      expect(view.intrinsics).toEqual({ width: 8, height: 8, fx: focal, fy: focal, cx: 4, cy: 4 });
      const stored = await sharp(await picture(8, 8, i))
        .raw()
        .toBuffer();
      expect([...view.rgba]).toEqual([...stored]);
    }
    expect(scene.hasAlpha).toBe(true);
    expect(scene.warnings).toEqual([]);
  });

  it('takes any subset of the splits, and loads only the pixels asked for', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'val', 2);
    await writeSplit(folder, 'test', 1, 1);
    expect(Object.keys((await open(folder)).splits)).toEqual(['val', 'test']);
    const decoded: string[] = [];
    const images = { ...sharpCodec, decode: (path: string) => (decoded.push(path), sharpCodec.decode(path)) };
    expect(Object.keys((await open(folder, { splits: ['test'], images })).splits)).toEqual(['test']);
    expect(decoded).toEqual([`${folder}/test/r_0.png`]);
  });

  it('finds images with and without extension, jpg, and paths written on Windows', async () => {
    const folder = temporaryFolder();
    const content = transforms('train', 4);
    content.frames[0].file_path = './train/r_0.png';
    content.frames[1].file_path = '.\\train\\r_1';
    content.frames[2].file_path = 'train/../train/r_2';
    content.frames[3].file_path = 'train/dotted.name';
    await write(folder, 'transforms_train.json', content);
    for (const name of ['r_0.png', 'r_1.png', 'dotted.name.png']) await write(folder, `train/${name}`, await picture(8, 8));
    await write(
      folder,
      'train/r_2.jpg',
      await sharp(await picture(8, 8))
        .flatten()
        .jpeg()
        .toBuffer(),
    );
    expect((await open(folder)).splits.train!.map((view) => view.name)).toEqual(['r_0', 'r_1', 'r_2', 'dotted.name']);
  });

  it('names views by their whole path where last parts repeat', async () => {
    const folder = temporaryFolder();
    const content = transforms('train', 3);
    content.frames.forEach((frame, i) => (frame.file_path = `${['left', 'right', 'left'][i]}/0001.png`));
    await write(folder, 'transforms_train.json', content);
    for (const side of ['left', 'right']) await write(folder, `${side}/0001.png`, await picture(8, 8));
    expect((await open(folder)).splits.train!.map((view) => view.name)).toEqual(['left_0001', 'right_0001', 'left_0001_2']);
  });

  it('ignores keys it does not know', async () => {
    const folder = temporaryFolder();
    const content = await writeSplit(folder, 'train', 2);
    Object.assign(content, { made_by: 'blender' });
    content.frames[0].rotation = 0.0126;
    await write(folder, 'transforms_train.json', content);
    expect((await open(folder)).splits.train).toHaveLength(2);
  });

  it('says whether images carry transparency', async () => {
    const folder = temporaryFolder();
    await write(folder, 'transforms_train.json', transforms('train', 2));
    for (let i = 0; i < 2; i++) await write(folder, `train/r_${i}.png`, await picture(8, 8, i, true));
    expect((await open(folder)).hasAlpha).toBe(false);
    await write(folder, 'train/r_1.png', await picture(8, 8, 1));
    expect((await open(folder)).hasAlpha).toBe(true);
  });

  it('warns of missing images, counting them, and leaves their frames out', async () => {
    const folder = temporaryFolder();
    await write(folder, 'transforms_train.json', transforms('train', 5));
    for (const i of [0, 3]) await write(folder, `train/r_${i}.png`, await picture(8, 8));
    const scene = await open(folder);
    expect(scene.splits.train!.map((view) => view.name)).toEqual(['r_0', 'r_3']);
    expect(scene.warnings).toEqual([
      '3 of the 5 images of transforms_train.json are missing and were left out (train/r_1, train/r_2, train/r_4)',
    ]);
  });

  it('refuses a split none of whose images exist', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 2);
    await write(folder, 'transforms_val.json', transforms('val', 4));
    expect(await inputError(open(folder))).toMatch(/transforms_val\.json: expected images .* found none of the 4 .*val\/r_0, val\/r_1/);
  });

  it('leaves out a split without frames, and refuses a scene without any', async () => {
    const folder = temporaryFolder();
    await write(folder, 'transforms_train.json', { camera_angle_x: 1, frames: [] });
    expect(await inputError(open(folder))).toMatch(/expected images, found none in any split/);
    await writeSplit(folder, 'val', 2);
    const scene = await open(folder);
    expect(Object.keys(scene.splits)).toEqual(['val']);
    expect(scene.warnings[0]).toMatch(/transforms_train\.json lists no frames/);
  });

  it('takes near and far from the cameras, or from the options', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 3);
    const automatic = await open(folder);
    expect(automatic.near).toBeCloseTo(2, 10);
    expect(automatic.far).toBeCloseTo(6, 10);
    const given = await open(folder, { near: 0.5, far: 'auto' });
    expect([given.near, given.far]).toEqual([0.5, automatic.far]);
    expect(await inputError(open(folder, { near: 7 }))).toMatch(/expected 0 < near < far, found 7 and [56]/);
    const poses = automatic.splits.train!.map((view) => view.camToWorld);
    expect(automaticDepthRange(poses)).toEqual({ near: automatic.near, far: automatic.far });
  });

  it('reports every image, with at most four being decoded at a time', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 9);
    let now = 0;
    let most = 0;
    const images = {
      ...sharpCodec,
      async decode(path: string) {
        most = Math.max(most, ++now);
        const image = await sharpCodec.decode(path);
        now--;
        return image;
      },
    };
    const seen: string[] = [];
    await open(folder, { images, report: (event) => seen.push(event.type === 'view' ? `${event.done}/${event.total}` : event.type) });
    expect(most).toBe(4);
    expect(seen).toEqual(Array.from({ length: 9 }, (_, i) => `${i + 1}/9`));
  });
});

describe('the fingerprint', () => {
  it('is of the training data: not of the folder, other splits, downscaling or the order of keys', async () => {
    const [a, b] = [temporaryFolder(), temporaryFolder()];
    await writeSplit(a, 'train', 2);
    const content = await writeSplit(b, 'train', 2);
    await writeSplit(b, 'val', 1, 2);
    await write(b, 'transforms_train.json', { frames: content.frames, other: 1, camera_angle_x: ANGLE });
    const { fingerprint } = await open(a);
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect((await open(b)).fingerprint).toBe(fingerprint);
    expect((await open(b, { downscale: 4, splits: ['val'] })).fingerprint).toBe(fingerprint);
  });

  it('changes with a pose, the field of view, a pixel, or a missing image', async () => {
    const folder = temporaryFolder();
    const content = await writeSplit(folder, 'train', 3);
    const prints = [(await open(folder)).fingerprint];
    const moved = structuredClone(content);
    (moved.frames[1].transform_matrix as number[][])[0][3] += 1e-9;
    await write(folder, 'transforms_train.json', moved);
    prints.push((await open(folder)).fingerprint);
    await write(folder, 'transforms_train.json', { ...content, camera_angle_x: ANGLE + 1e-9 });
    prints.push((await open(folder)).fingerprint);
    await write(folder, 'transforms_train.json', content);
    await write(folder, 'train/r_2.png', await picture(8, 8, 77));
    prints.push((await open(folder)).fingerprint);
    await write(folder, 'transforms_train.json', { ...content, frames: content.frames.slice(0, 2) });
    prints.push((await open(folder)).fingerprint);
    expect(new Set(prints).size).toBe(5);
  });
});
