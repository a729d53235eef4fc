/** One reader of cameras for the JSON of Blender, instant-ngp and nerfstudio: the same keys mean the same in every layout. */
import { describe, expect, it } from 'vitest';
import { inspectScene } from '../../datasets/inspect-scene.ts';
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Intrinsics } from '../../src/geometry/intrinsics.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { inputError, open, picture, transforms, write } from './blender-scene.ts';

type Keys = Record<string, unknown>;

/** A scene of 3 images of 8 x 8, with keys for all frames, for each, and for the last. */
async function scene(layout: 'blender' | 'nerfstudio', ofAll: Keys, ofFrames: Keys = {}, ofLast: Keys = {}): Promise<string> {
  const folder = temporaryFolder();
  const { frames } = transforms('images', 3);
  for (let i = 0; i < 3; i++) await write(folder, `images/r_${i}.png`, await picture(8, 8, i));
  const file = layout === 'blender' ? 'transforms_train.json' : 'transforms.json';
  await write(folder, file, { ...ofAll, frames: frames.map((frame, i) => ({ ...frame, ...ofFrames, ...(i === 2 && ofLast) })) });
  return folder;
}

const intrinsics = ({ splits }: SceneData): Intrinsics => splits.train![0].intrinsics;

describe.each(['blender', 'nerfstudio'] as const)('the cameras of a %s file', (layout) => {
  /** All images are for training. */
  const all = async (ofAll: Keys, ofFrames?: Keys): Promise<SceneData> => open(await scene(layout, ofAll, ofFrames), { holdout: 0 });
  const of = async (ofAll: Keys, ofFrames?: Keys): Promise<Intrinsics> => intrinsics(await open(await scene(layout, ofAll, ofFrames)));

  it('have focal length, principal point, size and distortion, for all frames', async () => {
    expect(await of({ fl_x: 18, fl_y: 20, cx: 6, cy: 9, w: 16, h: 16, k1: -0.1, p2: 0.01 })).toEqual({
      ...{ width: 8, height: 8, fx: 9, fy: 10, cx: 3, cy: 4.5 },
      distortion: { k1: -0.1, k2: 0, k3: 0, k4: 0, p1: 0, p2: 0.01 },
    });
    expect((await of({ fl_x: 9, distortion_params: [0.1, 0, 0, 0, 0, 0.02] })).distortion).toMatchObject({ k1: 0.1, p2: 0.02 });
  });

  it('have fields of view in radians and in degrees', async () => {
    expect((await of({ camera_angle_x: 0.8 })).fx).toBe(4 / Math.tan(0.4));
    const degrees = await of({ x_fov: 60, y_fov: 90 });
    expect([degrees.fx, degrees.fy]).toEqual([expect.closeTo(4 * Math.sqrt(3), 12), expect.closeTo(4, 12)]);
  });

  it('are replaced by those of a frame, however either writes them', async () => {
    const { fx, fy } = await of({ fl_x: 9, fl_y: 10 }, { camera_angle_x: 0.8 });
    expect([fx, fy]).toEqual([4 / Math.tan(0.4), 4 / Math.tan(0.4)]);
    expect(await of({ fl_x: 9, cx: 3, k1: 0.1 }, { cx: 5, k1: 0 })).toEqual({ width: 8, height: 8, fx: 9, fy: 9, cx: 5, cy: 4 });
    expect((await of({ fl_x: 9, k1: 0.1 }, { distortion_params: [0, 0.02, 0, 0, 0, 0] })).distortion).toMatchObject({ k1: 0, k2: 0.02 });
  });

  it('take null for no key, and 3 rows for 4', async () => {
    expect(
      await of({ fl_x: 9, cx: null, k1: null, w: null, aabb_scale: null, ply_file_path: null }, { fl_x: null, mask_path: null }),
    ).toEqual({ width: 8, height: 8, fx: 9, fy: 9, cx: 4, cy: 4 });
    const rows = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 4]]; // prettier-ignore
    const loaded = await open(await scene(layout, { fl_x: 9 }, { transform_matrix: rows }), { near: 1, far: 6 });
    expect([...loaded.splits.train![0].camToWorld]).toEqual([...rows.flat(), 0, 0, 0, 1]);
  });

  it.each<[Keys, string]>([
    [{ equirectangular: true }, 'equirectangular: a panorama'],
    [{ latlong: true }, 'latlong: a panorama'],
    [{ orthographic: 1 }, 'orthographic: parallel projection'],
    [{ ftheta_p0: 0, ftheta_p1: 0.01 }, 'ftheta_p1: an f-theta lens'],
    [{ is_fisheye: true }, 'is_fisheye: a fisheye lens'],
    [{ fisheye_crop_radius: 300 }, 'fisheye_crop_radius: a fisheye lens'],
    [{ rolling_shutter: [0, 0, 0.1, 0] }, 'rolling_shutter: a rolling shutter'],
    [{ k6: 0.1 }, 'k6: a lens of more coefficients'],
    [{ intrinsic_matrix: [[1]] }, 'intrinsic_matrix: a matrix of intrinsics'],
    [{ white_transparent: true }, 'white_transparent: a colour that counts as transparent'],
    [{ sharpen: 2 }, 'sharpen: sharpening'],
    [{ from_mitsuba: true }, "from_mitsuba: Mitsuba's axes"],
  ])('are refused by name with %j, for all frames or in one', async (keys, found) => {
    const ofAll = await inputError(open(await scene(layout, { fl_x: 9, ...keys })));
    expect(ofAll).toContain(`found ${found}`);
    expect(await inputError(open(await scene(layout, { fl_x: 9 }, keys)))).toContain(`found frames[0].${found}`);
  });

  it('may say that they have none of these', async () => {
    const off = { equirectangular: false, rolling_shutter: [0, 0, 0, 0], k5: 0, is_fisheye: false, sharpen: 0, white_transparent: null };
    expect((await of({ fl_x: 9, ...off }, off)).fx).toBe(9);
  });

  it('have keys that nobody knows named, and what contradicts itself', async () => {
    const named = await open(await scene(layout, { fl_x: 9, lens_serial: 'x', aabb: [], up: [0, 0, 1] }, { exposure: 1, rotation: 0.1 }));
    expect(named.warnings).toContainEqual(
      expect.stringMatching(/has keys that are not known and were left out: lens_serial, frames\[\]\.exposure$/),
    );
    const twice = await open(await scene(layout, { fl_x: 9, w: 8, h: 8, camera_angle_x: 1 }));
    expect(twice.warnings).toContainEqual(expect.stringMatching(/fl_x is 9\.0000, camera_angle_x makes it 7\.3220: fl_x is taken/));
    const agreed = await open(await scene(layout, { fl_x: 9, w: 8, h: 8, camera_angle_x: 2 * Math.atan(4 / 9) }));
    expect(agreed.warnings).toEqual([]);
  });

  it('are compared with the photo where the file does not say how large its images are', async () => {
    const ofAll = await all({ fl_x: 18, fl_y: 9, camera_angle_x: 2 * Math.atan(4 / 9), y_fov: 20 });
    expect(ofAll.warnings).toEqual([
      '3 train images (r_0, r_1, r_2): fl_x is 18.000, camera_angle_x makes it 9.0000: fl_x is taken; if it is for images whose side is 16 and not 8, say so with w',
      expect.stringMatching(
        /: fl_y is 9\.0000, y_fov makes it 22\.685: fl_y is taken; if it is for images whose side is 3 and not 8, say so with h$/,
      ),
    ]);
    // Keys of the file and of the frame are one camera.
    const ofBoth = await all({ w: 16, h: 16 }, { fl_x: 18, camera_angle_x: 0.3 });
    expect(ofBoth.warnings).toEqual([expect.stringMatching(/: fl_x is 18\.000, camera_angle_x makes it 52\.933: fl_x is taken$/)]);
    const differing = await open(await scene(layout, { w: 16, h: 16 }, { fl_x: 18, camera_angle_x: 0.3 }, { fl_x: 20 }), { holdout: 0 });
    expect(differing.warnings).toEqual([
      expect.stringMatching(/^3 train images .*: for r_0, fl_x is 18\.000, camera_angle_x makes it 52\.933/),
    ]);
  });

  it('are asked about where pixels would be no squares: one of the focal lengths is for other images', async () => {
    const problems = async (keys: Keys): Promise<readonly string[]> => inspectScene(await all(keys)).problems;
    const found = expect.stringMatching(/the pixels of 3 of 3 cameras are no squares: fx is 2\.00 times fy \(r_0, r_1, r_2\)/) as string;
    expect(await problems({ fl_x: 18, camera_angle_y: 2 * Math.atan(4 / 9) })).toContainEqual(found);
    expect(await problems({ fl_x: 9, fl_y: 9.1 })).not.toContainEqual(expect.stringContaining('no squares'));
  });

  it.each<[Keys, string]>([
    [{ camera_angle_x: 0.7, x_fov: 90 }, 'camera_angle_x is 40.107 degrees, x_fov 90.000: camera_angle_x is taken'],
    [{ fl_x: 9, camera_angle_y: 0.7, y_fov: 41 }, 'camera_angle_y is 40.107 degrees, y_fov 41.000: camera_angle_y is taken'],
    [
      { fl_x: 9, k1: 0.2, distortion_params: [0.1, 0, 0, 0, 0, 0] },
      'k1 is 0.2, distortion_params have another: distortion_params are taken',
    ],
    [{ fl_x: 9, camera_model: 'pinhole', k1: 0.1 }, 'camera_model pinhole has no k1: it is taken all the same'],
    [{ fl_x: 9, camera_model: 'SIMPLE_RADIAL', k1: 0.1, p2: 0.01 }, 'camera_model SIMPLE_RADIAL has no p2: it is taken all the same'],
    [{ fl_x: 9, camera_model: 'RADIAL', distortion_params: [0.1, 0, 0, 0, 0.01, 0] }, 'camera_model RADIAL has no p1: it is taken'],
  ])('are named where they are said twice or contradict their model: %j', async (keys, said) => {
    expect((await open(await scene(layout, keys))).warnings).toContainEqual(expect.stringContaining(said));
    expect((await open(await scene(layout, {}, keys))).warnings).toContainEqual(expect.stringContaining(said));
  });

  it('read masks, and do without points that are missing', async () => {
    const folder = await scene(layout, { fl_x: 9, ply_file_path: 'cloud.ply' }, { mask_path: 'mask.png' });
    await write(folder, 'mask.png', await picture(8, 8, 4, true));
    await write(folder, 'clouds.ply', 'none');
    const loaded = await open(folder);
    expect(loaded.splits.train![0].mask).toHaveLength(64);
    expect(loaded.warnings).toEqual([
      expect.stringMatching(
        /names the points cloud\.ply \(ply_file_path\), which are not there: read without them; nearest to it is clouds\.ply$/,
      ),
    ]);
  });
});

describe('frames at different times', () => {
  it('are said to blur', async () => {
    const folder = temporaryFolder();
    const { frames } = transforms('images', 3);
    for (let i = 0; i < 3; i++) await write(folder, `images/r_${i}.png`, await picture(8, 8, i));
    await write(folder, 'transforms.json', { fl_x: 9, frames: frames.map((frame, i) => ({ ...frame, time: i / 2 })) });
    expect((await open(folder)).warnings).toContainEqual(expect.stringMatching(/frames have 3 different times: what moves .* blurred/));
  });
});
