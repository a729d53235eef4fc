import { describe, expect, it } from 'vitest';
import { inspectScene } from '../../datasets/inspect-scene.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { ANGLE, open, picture, transforms, write, writeSplit } from './blender-scene.ts';

describe('inspecting a scene', () => {
  it('reports splits, cameras, bounds and alpha as JSON', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 12);
    await writeSplit(folder, 'val', 2, 0.5);
    const report = inspectScene(await open(folder));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.splits.train).toMatchObject({ views: 12, width: 8, height: 8, cx: 4, cy: 4 });
    expect(report.splits.val!.views).toBe(2);
    expect(report.splits.train!.fieldOfView.x).toBeCloseTo((ANGLE * 180) / Math.PI, 10);
    expect(report.cameras.distance!.median).toBeCloseTo(4, 10);
    expect(Math.hypot(...report.cameras.centre!)).toBeLessThan(1e-10);
    expect(report.cameras.spread).toBeLessThan(1e-6);
    expect(report.bounds!.max[2]).toBeCloseTo(4 * Math.sin(ANGLE / 2), 10);
    expect(report.bounds!.min[0]).toBeCloseTo(-4 * Math.sin(ANGLE / 2), 10);
    expect(report.alpha.hasAlpha).toBe(true);
    expect(report.problems).toEqual([]);
  });

  it('counts transparent and partly transparent pixels', async () => {
    const folder = temporaryFolder();
    await write(folder, 'transforms_train.json', transforms('train', 2));
    await write(folder, 'train/r_0.png', await picture(8, 8, 0, true));
    const { rgba } = (await open(await opaqueTwin(folder))).splits.train![0];
    expect(rgba.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
    await write(folder, 'train/r_1.png', await picture(8, 8, 3));
    const scene = await open(folder);
    const alphas = scene.splits.train!.flatMap((view) => [...view.rgba].filter((_, i) => i % 4 === 3));
    const report = inspectScene(scene);
    expect(report.alpha.transparent).toBe(alphas.filter((alpha) => alpha === 0).length / 128);
    expect(report.alpha.partial).toBe(alphas.filter((alpha) => alpha > 0 && alpha < 255).length / 128);
    expect(report.alpha.partial).toBeGreaterThan(0);
  });

  it('names problems', async () => {
    const folder = temporaryFolder();
    const content = await writeSplit(folder, 'train', 4);
    await write(folder, 'transforms_test.json', { ...transforms('test', 1), frames: [{ ...content.frames[2], file_path: 'train/r_2' }] });
    await write(folder, 'train/r_3.png', await blank());
    const { problems } = inspectScene(await open(folder, { near: 4.5, far: 6 }));
    expect(problems).toContain('only 4 training views; expect holes and floaters where no more photos are taken');
    expect(problems).toContain('1 train images are wholly transparent (r_3); leave them out');
    expect(problems).toContain('train r_2 and test r_2 have the same pose; leave one of them out');
    expect(problems).toContain(
      'the common centre is outside near .. far for 4 of 4 cameras; choose others with --set scene.near=… --set scene.far=…',
    );
  });

  it('names cameras without a common centre', async () => {
    const folder = temporaryFolder();
    const content = await writeSplit(folder, 'train', 10);
    for (const [i, frame] of content.frames.entries()) (frame.transform_matrix as number[][])[2][3] += i % 2 === 0 ? 3 : -3;
    await write(folder, 'transforms_train.json', content);
    const report = inspectScene(await open(folder, { near: 1, far: 9 }));
    expect(report.problems.join('\n')).toMatch(/do not look at a common centre: their axes miss it by/);
    expect(report.problems.join('\n')).toMatch(/neither a val nor a test split/);
  });

  it('describes a scene whose depth range cannot be found, and says why', async () => {
    const folder = temporaryFolder();
    const content = await writeSplit(folder, 'train', 10);
    for (const [i, frame] of content.frames.entries()) {
      const matrix = structuredClone(content.frames[0].transform_matrix) as number[][];
      matrix[0][3] += i * 0.1;
      frame.transform_matrix = matrix;
    }
    await write(folder, 'transforms_train.json', content);
    await expect(open(folder)).rejects.toThrow('near and far cannot be found: all cameras look in the same direction');
    const report = inspectScene(await open(folder, { rangeOptional: true }));
    expect(report).toMatchObject({ near: null, far: null, cameras: { centre: null }, splits: { train: { views: 10 } } });
    expect(report.problems.join('\n')).toMatch(/near and far cannot be found: .*; training needs --set scene\.near=… --set scene\.far=…/);
  });

  it('says that a lens or a field of view is none that photos have, and in which image a lens folds', async () => {
    const problemsWith = async (keys: object): Promise<string> => {
      const folder = temporaryFolder();
      await write(folder, 'transforms_train.json', { ...(await writeSplit(folder, 'train', 3)), camera_angle_x: undefined, ...keys });
      return inspectScene(await open(folder, { near: 1, far: 9, rangeOptional: true })).problems.join('\n');
    };
    expect(await problemsWith({ fl_x: 9 })).not.toMatch(/field of view|lens/);
    expect(await problemsWith({ fl_x: 1e7 })).toMatch(/the field of view of 3 of 3 cameras is 0\.0000458 degrees .*in pixels\?/);
    expect(await problemsWith({ fl_x: 0.9 })).toMatch(/the field of view of 3 of 3 cameras is 155 degrees/);
    expect(await problemsWith({ fl_x: 9, k1: 50 })).toMatch(/the lens of 3 of 3 cameras moves the corner of the image to 3.1 times/);
    for (const keys of [{ fl_x: 1e300 }, { camera_angle_x: 1e-320 }, { fl_x: 9, cx: 1e300 }])
      await expect(problemsWith(keys)).rejects.toThrow(
        /train\/r_0\.png: expected focal lengths and a principal point of an image of 8x8 pixels/,
      );
    await expect(problemsWith({ fl_x: 9, k1: -3 })).rejects.toThrow(/train\/r_0\.png: lens distortion: no viewing ray at pixel/);
  });

  it('says that what is taken for a subject in a box has surroundings', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 3);
    const says = async (seed: number | null): Promise<boolean> => {
      for (let i = 0; i < 3; i++)
        await write(folder, `train/r_${i}.png`, seed === null ? await plain() : await picture(8, 8, seed + i, true));
      return inspectScene(await open(folder, { near: 1, far: 9 })).problems.some((text) => text.includes('photos show surroundings'));
    };
    expect(await says(1)).toBe(true);
    expect(await says(null)).toBe(false);
  });

  it('stays JSON where no centre exists', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'test', 1);
    const report = inspectScene(await open(folder, { near: 1, far: 9 }));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.cameras).toEqual({ centre: null, distance: null, spread: null, reach: 0, up: expect.any(String) as string });
    expect(report.problems).toContain(
      'there is no train split: the scene can be looked at, but not trained on; put photos with their poses into one',
    );
  });
});

/** The folder with its second image opaque as well. */
async function opaqueTwin(folder: string): Promise<string> {
  await write(folder, 'train/r_1.png', await picture(8, 8, 1, true));
  return folder;
}

/** A white picture with a dark subject in the middle. */
async function plain(): Promise<Uint8Array> {
  const { sharpCodec } = await import('../../src/node/image-codec.ts');
  const data = new Uint8Array(256).fill(255);
  for (const pixel of [27, 28, 35, 36]) data.fill(20, pixel * 4, pixel * 4 + 3);
  return sharpCodec.encodePng({ width: 8, height: 8, channels: 4, data });
}

async function blank(): Promise<Uint8Array> {
  const { sharpCodec } = await import('../../src/node/image-codec.ts');
  return sharpCodec.encodePng({ width: 8, height: 8, channels: 4, data: new Uint8Array(256) });
}
