import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { orientationOf, turnedSize, turnImage } from '../../datasets/orientation.ts';
import type { View } from '../../datasets/scene-data.ts';
import { presets } from '../../src/config/presets.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodePlaces } from '../../src/node/node-scenes.ts';
import type { RunRecord } from '../../src/run/run-record.ts';
import { openPhotos, readViews } from '../../src/jobs/run-views.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { inputError, open, picture, transforms, write } from './blender-scene.ts';

const ALL = [1, 2, 3, 4, 5, 6, 7, 8];

/** For each orientation the one that undoes it. */
const INVERSE = [1, 2, 3, 4, 5, 8, 7, 6];

describe('turning stored pixels', () => {
  it.each(ALL)('by orientation %i gives what viewers show', async (orientation) => {
    const path = join(temporaryFolder(), 'x.png');
    writeFileSync(path, await sharp(await picture(7, 5, 3, true)).withMetadata({ orientation }).png().toBuffer()); // prettier-ignore
    const header = await sharpCodec.header(path);
    expect(header).toEqual({ width: 7, height: 5, orientation, hasAlpha: true });
    const shown = await sharp(path).autoOrient().raw().toBuffer({ resolveWithObject: true });
    const turned = turnImage(await sharpCodec.decode(path), orientation);
    expect([turned.width, turned.height]).toEqual([shown.info.width, shown.info.height]);
    expect(turnedSize(header, orientation)).toEqual({ width: turned.width, height: turned.height });
    expect(Buffer.from(turned.rgba).equals(shown.data)).toBe(true);
  });

  it('is decided by the shape that the camera is for, where it can be', () => {
    const header = { width: 60, height: 80, orientation: 6, hasAlpha: false };
    expect(orientationOf(header, { width: 800, height: 600 }, 'auto')).toEqual({ turn: 6, certain: true });
    expect(orientationOf(header, { width: 600, height: 800 }, 'auto')).toEqual({ turn: 1, certain: true });
    expect(orientationOf(header, undefined, 'auto')).toEqual({ turn: 6, certain: false });
    expect(orientationOf({ ...header, orientation: 3 }, { width: 60, height: 80 }, 'auto')).toEqual({ turn: 3, certain: false });
    expect(orientationOf({ ...header, width: 80 }, { width: 80, height: 80 }, 'auto')).toEqual({ turn: 6, certain: false });
    expect(orientationOf(header, undefined, 'stored')).toEqual({ turn: 1, certain: true });
    expect(orientationOf(header, { width: 600, height: 800 }, 'upright')).toEqual({ turn: 6, certain: true });
  });
});

describe('photos that were stored turned', () => {
  const upright: Uint8Array[] = [];
  beforeAll(async () => {
    for (let i = 0; i < 3; i++) upright.push(await picture(12, 8, i, true));
  });

  /** The upright pictures stored as a camera held in another way would. */
  async function scene(orientation: number, keys: object, file = 'transforms.json'): Promise<string> {
    const folder = temporaryFolder();
    const { frames } = transforms('images', 3);
    for (const [i, png] of upright.entries()) {
      const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
      const stored = turnImage({ ...info, rgba: new Uint8Array(data) }, INVERSE[orientation - 1]);
      const raw = { width: stored.width, height: stored.height, channels: 4 } as const;
      await write(folder, `images/r_${i}.png`, await sharp(stored.rgba, { raw }).withMetadata({ orientation }).png().toBuffer());
    }
    await write(folder, file, { fl_x: 9, ...keys, frames });
    return folder;
  }

  const pixels = async (png: Uint8Array): Promise<number[]> => [...(await sharp(png).raw().toBuffer())];
  const first = async (folder: string, options = {}): Promise<{ view: View; warnings: readonly string[] }> => {
    const { splits, warnings } = await open(folder, { holdout: 0, ...options });
    return { view: splits.train![0], warnings };
  };

  it.each(ALL)('%i: are seen upright', async (orientation) => {
    const { view, warnings } = await first(await scene(orientation, { w: 12, h: 8 }));
    expect(view.intrinsics).toMatchObject({ width: 12, height: 8, cx: 6, cy: 4 });
    expect([...view.rgba]).toEqual(await pixels(upright[0]));
    expect(warnings.join()).toMatch(
      orientation >= 2 && orientation <= 4 ? /3 train images are turned by their EXIF orientation.*scene\.orientation=stored/ : /^$/,
    );
  });

  it('are seen upright in the Blender layout and without a size too, and it is said', async () => {
    const { view, warnings } = await first(await scene(6, {}, 'transforms_train.json'));
    expect([...view.rgba]).toEqual(await pixels(upright[0]));
    expect(warnings).toEqual([expect.stringMatching(/3 train images are turned/)]);
  });

  it('are seen as stored where the camera is for that shape, or where it is asked for', async () => {
    const asStored = await first(await scene(6, { w: 8, h: 12 }));
    expect(asStored.view.intrinsics).toMatchObject({ width: 8, height: 12 });
    expect(asStored.warnings).toEqual([]);
    const asked = await first(await scene(3, { w: 12, h: 8 }), { orientation: 'stored' });
    expect([...asked.view.rgba]).not.toEqual(await pixels(upright[0]));
    expect(asked.warnings).toEqual([]);
  });

  it('have masks that lie as they do', async () => {
    const folder = await scene(6, { w: 12, h: 8 });
    const content = transforms('images', 3);
    await write(folder, 'transforms.json', {
      fl_x: 9,
      w: 12,
      h: 8,
      frames: content.frames.map((frame) => ({ ...frame, mask_path: 'mask.png' })),
    });
    // White in the left half of the upright image: above in the stored one, which is turned by a quarter.
    const stored = Uint8Array.from({ length: 8 * 12 * 4 }, (_, i) => (i % 4 === 3 || Math.floor(i / 32) >= 6 ? 255 : 0));
    const raw = { width: 8, height: 12, channels: 4 } as const;
    await write(folder, 'mask.png', await sharp(stored, { raw }).png().toBuffer());
    const { mask } = (await first(folder)).view;
    const meant = turnImage({ width: 8, height: 12, rgba: stored }, 6);
    expect([...mask!]).toEqual(Array.from({ length: 96 }, (_, i) => (meant.rgba[i * 4] > 0 ? 1 : 0)));
  });

  it('are shown by the viewer as they are trained on', async () => {
    const path = await scene(6, { w: 12, h: 8 });
    const record = { scene: { path, format: 'nerfstudio', frame: null }, config: presets.unbounded } as RunRecord;
    const { views, problem } = await readViews(nodePlaces, record);
    expect(problem).toBeNull();
    expect(views[0].intrinsics).toMatchObject({ width: 12, height: 8 });
    const { data, ...shown } = await (await openPhotos(nodePlaces, record))('test', 0);
    expect(shown).toEqual({ width: 12, height: 8, channels: 3 });
    expect([...data]).toEqual((await pixels(upright[0])).filter((_, i) => i % 4 < 3));
  });

  it('that lie on their side though nothing says so are refused as such', async () => {
    const folder = await scene(1, { w: 8, h: 12 });
    expect(await inputError(open(folder))).toMatch(
      /expected an image of the shape 8x12, found one of 12x8: it lies on its side\nTurn the image/,
    );
  });
});
