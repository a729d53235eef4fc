import type { Intrinsics } from '../../src/geometry/intrinsics.ts';
import { rm, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { writePly } from '../../datasets/ply.ts';
import type { SceneData, View } from '../../datasets/scene-data.ts';
import { captureCameras } from '../../datasets/synth/capture-cameras.ts';
import { writeSyntheticScene } from '../../datasets/synth/write-synthetic-scene.ts';
import { cameraRays } from '../../src/geometry/camera.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { sceneRegion } from '../../src/train/scene-region.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { inputError, open, picture, rows, transforms as blenderTransforms, write } from './blender-scene.ts';
import { expectKnownCameras } from './known-cameras.ts';

type Json = Record<string, unknown>;

/** A transforms.json for `count` images of 8 x 8 around the origin. */
function content(count: number, keys: Json = { fl_x: 9, w: 8, h: 8 }): Json & { frames: Json[] } {
  const frames = blenderTransforms('images', count).frames.map((frame, i) => ({ ...frame, file_path: `images/f_${i}.png` }));
  return { ...keys, frames };
}

async function scene(change: (content: Json & { frames: Json[] }) => void = () => undefined, count = 9, opaque = false): Promise<string> {
  const folder = temporaryFolder();
  const json = content(count);
  for (let i = 0; i < count; i++) await write(folder, `images/f_${i}.png`, await picture(8, 8, i, opaque));
  change(json);
  await write(folder, 'transforms.json', json);
  return folder;
}

const broken = async (change: (content: Json & { frames: Json[] }) => void): Promise<string> => inputError(open(await scene(change, 3)));

function named({ splits }: SceneData): Record<string, string[]> {
  return Object.fromEntries(Object.entries(splits).map(([split, views]) => [split, views.map(({ name }) => name)]));
}

const first = ({ splits }: SceneData): View => splits.train![0];

describe('the nerfstudio loader', () => {
  it('has the rays of the cameras that took the pictures, lens and all', async () => {
    const folder = temporaryFolder();
    await writeSyntheticScene({ scene: 'capture', views: 16, size: 40, folder, files: nodeFiles, images: sharpCodec, seed: 2 });
    const truth = captureCameras(16, 40, 2);
    const loaded = await open(folder);
    expect(named(loaded).test).toEqual(['frame_00001', 'frame_00009']);
    const views = [...loaded.splits.train!, ...loaded.splits.test!].sort((a, b) => a.name.localeCompare(b.name));
    expectKnownCameras(views, truth, true);
    views.forEach((view, i) => {
      const [seen, meant] = [cameraRays(view).directions, cameraRays(truth[i]).directions];
      expect(seen.every((value, k) => Math.abs(value - meant[k]) < 1e-6)).toBe(true);
    });
    const half = await open(folder, { downscale: 2, holdout: 0 });
    expectKnownCameras(half.splits.train!, truth, true);
    // Transparent photos of an object: trained on in the box around its points.
    expect(loaded.space.kind).toBe('bounded');
    expect(loaded.points!.length).toBeGreaterThan(300);
    const box = sceneRegion(loaded).box;
    expect(box.min.every((value, axis) => value > -1.7 && box.max[axis] < 1.7)).toBe(true);
    expect(box.max[0] - box.min[0]).toBeGreaterThan(1.6);
    expect([loaded.near > 1.5, loaded.far < 7]).toEqual([true, true]);
  });

  it('takes cameras for all frames or of each, in pixels or angles, for the size they are given for', async () => {
    const of = async (change: (content: Json & { frames: Json[] }) => void): Promise<Intrinsics> =>
      first(await open(await scene(change, 3))).intrinsics;
    expect(await of(() => undefined)).toEqual({ width: 8, height: 8, fx: 9, fy: 9, cx: 4, cy: 4 });
    expect(await of((t) => Object.assign(t, { fl_y: 10, cx: 3.5, cy: 4.5 }))).toMatchObject({ fx: 9, fy: 10, cx: 3.5, cy: 4.5 });
    expect(await of((t) => Object.assign(t, { w: 16, h: 16, cx: 7 }))).toMatchObject({ fx: 4.5, fy: 4.5, cx: 3.5, cy: 4 });
    const angle = { camera_angle_x: 0.8, camera_angle_y: 0.6 };
    expect((await of((t) => Object.assign(t, { fl_x: undefined, ...angle }))).fx).toBeCloseTo(4 / Math.tan(0.4), 12);
    expect((await of((t) => Object.assign(t, { fl_x: undefined, ...angle }))).fy).toBeCloseTo(4 / Math.tan(0.3), 12);
    expect(await of((t) => t.frames.forEach((frame, i) => Object.assign(frame, { fl_x: 20 + i, k1: 0.01 * i })))).toMatchObject({
      fx: 21,
      distortion: { k1: 0.01, k2: 0, k3: 0, k4: 0, p1: 0, p2: 0 },
    });
    expect((await of((t) => Object.assign(t, { k1: 0, p2: 0 }))).distortion, 'a pinhole').toBeUndefined();
  });

  it('accepts poses of three rows, and knows that applied_transform is in them', async () => {
    const applied = [[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0]]; // prettier-ignore
    const folder = await scene((t) => {
      t.applied_transform = applied;
      t.frames.forEach((frame) => (frame.transform_matrix = (frame.transform_matrix as number[][]).slice(0, 3)));
    }, 3);
    const [view] = (await open(folder)).splits.train!;
    expect(rows(view.camToWorld)).toEqual(content(3).frames[1].transform_matrix);
  });

  it('splits by the lists of the file, or by the order of names', async () => {
    const listed = await scene((t) => {
      t.train_filenames = ['images/f_2.png', './images/f_0.png'];
      t.val_filenames = ['images/f_1.png'];
    });
    expect(named(await open(listed))).toEqual({ train: ['f_0', 'f_2'], val: ['f_1'] });
    expect((await open(listed)).warnings.join('\n')).toMatch(
      /^\d+ frames of transforms\.json are in none of its lists .* \(images\/f_3\.png, /m,
    );
    const shuffled = await scene((t) => t.frames.reverse());
    expect(named(await open(shuffled)).test).toEqual(['f_0', 'f_8']);
    expect(named(await open(shuffled, { holdout: 3 })).test).toEqual(['f_0', 'f_3', 'f_6']);
    expect(Object.keys((await open(shuffled, { holdout: 0 })).splits)).toEqual(['train']);
  });

  it('takes smaller copies, and masks with them', async () => {
    const folder = await scene((t) => {
      t.frames.forEach((frame, i) => (frame.mask_path = `masks/f_${i}.png`));
    }, 2);
    const mask = async (size: number): Promise<Uint8Array> => {
      // White but for the left column and the last pixel.
      const rgba = Uint8Array.from({ length: size * size * 4 }, (_, i) => {
        const pixel = i >> 2;
        return i % 4 === 3 || (pixel % size > 0 && pixel < size * size - 1) ? 255 : 0;
      });
      return sharpCodec.encodePng({ width: size, height: size, channels: 4, data: rgba });
    };
    for (const i of [0, 1]) {
      await write(folder, `masks/f_${i}.png`, await mask(8));
      await write(folder, `masks_2/f_${i}.png`, await mask(4));
      await write(folder, `images_2/f_${i}.png`, await picture(4, 4, i));
    }
    const whole = first(await open(folder, { holdout: 0 }));
    expect([...whole.mask!].reduce((sum, value) => sum + value)).toBe(64 - 8 - 1);
    expect(whole.mask![8]).toBe(0);
    expect(whole.mask![9]).toBe(1);
    const half = first(await open(folder, { holdout: 0, downscale: 2 }));
    expect([...half.mask!].reduce((sum, value) => sum + value)).toBe(16 - 4 - 1);
    expect(half.intrinsics).toMatchObject({ width: 4, fx: 4.5 });
    const quarter = first(await open(folder, { holdout: 0, downscale: 4 }));
    expect([...quarter.mask!], 'a block counts where all of it does').toEqual([0, 1, 0, 0]);
    const before = (await open(folder, { holdout: 0 })).fingerprint;
    await write(folder, 'masks/f_1.png', await picture(8, 8, 5, true));
    expect((await open(folder, { holdout: 0 })).fingerprint).not.toBe(before);
  });

  it('lets images differ in size, and says so', async () => {
    const folder = await scene((t) => {
      Object.assign(t, { w: undefined, h: undefined });
      Object.assign(t.frames[2], { fl_x: 14 });
    });
    await write(folder, 'images/f_2.png', await picture(12, 10, 2));
    const loaded = await open(folder);
    expect(loaded.splits.train![1].intrinsics).toMatchObject({ width: 12, height: 10, fx: 14, cx: 6, cy: 5 });
    expect(loaded.splits.train![1].rgba).toHaveLength(480);
    expect(loaded.warnings).toEqual(['train images have different sizes: 6 of 8x8, 1 of 12x10']);
  });

  it('says that frames with different poses cannot be of one photo', async () => {
    const loaded = await open(await scene(({ frames }) => (frames[4].file_path = frames[2].file_path)));
    expect(loaded.warnings).toContain('1 photos are named by frames with different poses (f_2.png)');
  });

  it('counts and names missing images', async () => {
    const folder = await scene((t) => {
      t.frames[4].file_path = 'images/gone.png';
      t.frames[7].file_path = 'images/lost.png';
    });
    const loaded = await open(folder);
    expect(loaded.warnings).toEqual([
      '2 of the 9 images of transforms.json are missing and were left out (images/gone.png, images/lost.png)',
      '2 photos beside those of transforms.json have no frame and are not used (images/f_4.png, images/f_7.png)',
    ]);
    expect(named(loaded)).toEqual({ train: ['f_1', 'f_2', 'f_3', 'f_5', 'f_6', 'f_8'], test: ['f_0'] });
  });
});

describe('the space of a capture', () => {
  const cloud = (radius: number): Float32Array => Float32Array.from({ length: 300 }, (_, i) => radius * Math.sin(i * 1.7));

  it('is a box where images are transparent, points lie between the cameras, or instant-ngp says so', async () => {
    expect((await open(await scene())).space).toEqual({ kind: 'bounded', box: null });
    const photos = await scene((t) => (t.ply_file_path = 'points.ply'), 9, true);
    await write(photos, 'points.ply', writePly(cloud(0.8)));
    const { space, near, far } = await open(photos);
    expect(space.kind).toBe('bounded');
    expect(space.kind === 'bounded' && space.box!.max[0]).toBeCloseTo(0.8 * 1.3, 1);
    expect(near).toBeLessThan(4 - 0.8);
    expect(far).toBeGreaterThan(4 + 0.8);
    const ngp = await open(await scene((t) => (t.aabb_scale = 1), 9, true));
    expect(ngp.space.kind === 'bounded' && ngp.space.box!.max[2]).toBeCloseTo(0.5 / 0.33, 12);
    const shifted = await open(await scene((t) => Object.assign(t, { aabb_scale: 0.5, scale: 1, offset: [0.5, 0, 1] }), 9, true), {
      near: 1,
      far: 6,
    });
    expect(shifted.space).toEqual({ kind: 'bounded', box: { min: [-0.25, 0.25, -0.75], max: [0.25, 0.75, -0.25] } });
  });

  it('is unbounded where photos show what is behind', async () => {
    const photos = await open(await scene(undefined, 9, true));
    expect(photos.space.kind).toBe('unbounded');
    expect(sceneRegion(photos)).toEqual({ space: photos.space, near: 0, box: { min: [-1.2, -1.2, -1.2], max: [1.2, 1.2, 1.2] } });
    const atOnePlace = { ...photos, space: { kind: 'unbounded', centre: [0, 0, 0], radius: 0 } } as const;
    expect(() => sceneRegion(atOnePlace)).toThrow(/cameras around a region, found all of them at one place/);
    const far = await scene((t) => (t.ply_file_path = 'points.ply'), 9, true);
    await write(far, 'points.ply', writePly(cloud(30)));
    expect((await open(far)).space.kind).toBe('unbounded');
    expect((await open(await scene((t) => (t.aabb_scale = 16), 9, true))).space.kind).toBe('unbounded');
    expect((await open(await scene(undefined, 9, true), { space: 'bounded' })).space).toEqual({ kind: 'bounded', box: null });
  });

  it('is forward-facing where all cameras look one way and depths are known', async () => {
    const forward = (t: Json & { frames: Json[] }): void => {
      t.frames.forEach((frame, i) => (frame.transform_matrix = [[1, 0, 0, i * 0.1], [0, 1, 0, 0.01 * i * i], [0, 0, 1, 0], [0, 0, 0, 1]])); // prettier-ignore
      t.ply_file_path = 'points.ply';
    };
    const folder = await scene(forward, 9, true);
    const points = Float32Array.from({ length: 300 }, (_, i) => (i % 3 === 2 ? -4 - (i % 7) / 3 : Math.sin(i)));
    await write(folder, 'points.ply', writePly(points));
    const loaded = await open(folder);
    expect(loaded.space.kind).toBe('ndc');
    expect(loaded.near).toBeCloseTo(1 / 0.95, 6);
    expect(loaded.points![2] / points[2]).toBeCloseTo(loaded.space.kind === 'ndc' ? loaded.space.scale : NaN, 5);
  });
});

describe('broken nerfstudio scenes', () => {
  it('of fisheye and other cameras are refused by name', async () => {
    for (const model of ['OPENCV_FISHEYE', 'EQUIRECTANGULAR', 'FISHEYE624']) {
      const text = await broken((t) => (t.camera_model = model));
      expect(text).toMatch(new RegExp(`expected a perspective camera .* found camera_model "${model}"\n.*colmap image_undistorter`));
    }
    expect(await broken((t) => (t.is_fisheye = true))).toMatch(/found is_fisheye/);
    expect(await broken((t) => (t.frames[1].camera_model = 'OPENCV_FISHEYE'))).toMatch(/found camera_model "OPENCV_FISHEYE"/);
  });

  it('say which key is wrong', async () => {
    expect(await broken((t) => (t.fl_x = undefined))).toMatch(
      /fl_x: expected a focal length in pixels \(or camera_angle_x\).* none for frames\[0\]/,
    );
    expect(await broken((t) => (t.fl_x = -3))).toMatch(/: fl_x: expected a positive number, found -3/);
    expect(await broken((t) => (t.k1 = 'x'))).toMatch(/: k1: expected a number, found "x"/);
    expect(await broken((t) => (t.frames[1].k2 = '0.1'))).toMatch(/: frames\[1\]\.k2: expected a number, found "0\.1"/);
    expect(await broken((t) => (t.w = 0))).toMatch(/: w: expected a positive number, found 0/);
    expect(await broken((t) => (t.w = 20))).toMatch(/\(w, h\): expected an image of the shape 20x8, found one of 8x8/);
    expect(await broken((t) => (t.aabb_scale = 0))).toMatch(/: aabb_scale: expected a positive number/);
    expect(await broken((t) => (t.applied_transform = [[1, 2]]))).toMatch(/: applied_transform/);
    expect(await broken((t) => (t.frames = 'none' as never))).toMatch(/: frames: expected a list of frames/);
    expect(await broken((t) => (t.k1 = -8))).toMatch(/lens distortion: no viewing ray at pixel/);
    expect(await broken((t) => (t.train_filenames = ['images/other.png']))).toMatch(
      /train_filenames\[0\]: expected the file_path of a frame, found "images\/other\.png"/,
    );
  });

  it('have rigid, finite poses', async () => {
    expect(await broken((t) => (t.frames[2].transform_matrix = undefined))).toMatch(/frames\[2\]\.transform_matrix: expected a 4x4 matrix/);
    expect(await broken((t) => ((t.frames[2].transform_matrix as number[][])[0][0] += 0.5))).toMatch(/expected a rigid motion/);
    expect(await broken((t) => ((t.frames[2].transform_matrix as unknown[][])[1][3] = null))).toMatch(
      /\[1\]\[3\]: expected a finite number/,
    );
  });

  it.each(['file_path', 'mask_path'])('keep %s inside the scene folder', async (key) => {
    for (const path of ['../x.png', '/etc/x.png', 'images/../../x.png', 'C:/x.png'])
      expect(await broken((t) => (t.frames[1][key] = path))).toMatch(new RegExp(`frames\\[1\\]\\.${key}: expected a`));
  });

  it('may have links that lead in circles', async () => {
    const folder = await scene(undefined, 3);
    await rm(`${folder}/images/f_1.png`);
    await symlink('f_1.png', `${folder}/images/f_1.png`);
    expect(await inputError(open(folder))).toMatch(/images\/f_1\.png/);
  });

  it('have the masks and points they speak of', async () => {
    expect(await broken((t) => (t.frames[0].mask_path = 'masks/none.png'))).toMatch(
      /mask_path: expected a mask that exists, found "masks\/none\.png"/,
    );
    expect(await broken((t) => (t.frames[0].mask_path = 'images/f_0.jpg'))).toMatch(/mask_path: expected a mask that exists/);
    expect(await broken((t) => (t.ply_file_path = '../points.ply'))).toMatch(/ply_file_path: expected a path inside the scene folder/);
    const folder = await scene((t) => (t.frames[1].mask_path = 'mask.png'), 3);
    await write(folder, 'mask.png', await picture(4, 4));
    expect(await inputError(open(folder))).toMatch(/mask\.png: expected 8x8, the size of its image, found 4x4/);
  });
});
