import { describe, expect, it } from 'vitest';
import { compositeView } from '../../datasets/background.ts';
import { downscaleImage, downscaleIntrinsics, downscaleView } from '../../datasets/downscale.ts';
import type { View } from '../../datasets/scene-data.ts';
import { Random } from '../../src/math/random.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { open, writeSplit } from './blender-scene.ts';

function view(width: number, height: number, rgba: Uint8Array): View {
  return { name: '', camToWorld: new Float64Array(16), intrinsics: { width, height, fx: 1, fy: 1, cx: 0, cy: 0 }, rgba };
}

describe('downscaling', () => {
  it('averages premultiplied: an invisible colour does not bleed', () => {
    const rgba = Uint8Array.of(200, 100, 50, 255, 0, 255, 0, 0, 200, 100, 50, 255, 0, 255, 0, 0);
    expect([...downscaleImage({ width: 2, height: 2, rgba }, 2).rgba]).toEqual([200, 100, 50, 128]);
  });

  it('weighs colours by alpha', () => {
    // alpha 255 and 51 (5 : 1): red (5*240 + 0) / 6 = 200, blue (0 + 120) / 6 = 20; alpha (255 + 51) / 4 = 76.5.
    const rgba = Uint8Array.of(240, 0, 0, 255, 0, 0, 120, 51, 9, 9, 9, 0, 9, 9, 9, 0);
    expect([...downscaleImage({ width: 2, height: 2, rgba }, 2).rgba]).toEqual([200, 0, 20, 77]);
  });

  it('gives nothing for blocks without alpha, and averages blocks in their places', () => {
    const rgba = new Uint8Array(4 * 2 * 4).map((_, i) =>
      i % 4 === 3 ? (Math.floor(i / 4) % 4 < 2 ? 0 : 255) : Math.floor(i / 16) * 100 + 20,
    );
    expect([...downscaleImage({ width: 4, height: 2, rgba }, 2).rgba]).toEqual([0, 0, 0, 0, 70, 70, 70, 255]);
  });

  it('commutes with compositing over any background, up to rounding', () => {
    const random = new Random(5);
    const rgba = new Uint8Array(16 * 16 * 4).map(() => random.integer(256));
    const small = downscaleImage({ width: 16, height: 16, rgba }, 4);
    for (const background of [
      [1, 1, 1],
      [0, 0, 0],
      [0.2, 0.9, 0.4],
    ] as const) {
      // prettier-ignore
      const full = compositeView(view(16, 16, rgba), background);
      const down = compositeView(view(4, 4, small.rgba), background);
      for (let i = 0; i < down.length; i++) {
        const [pixel, channel] = [Math.floor(i / 3), i % 3];
        let mean = 0;
        for (let k = 0; k < 16; k++) {
          const at = (Math.floor(pixel / 4) * 4 + (k >> 2)) * 16 + (pixel % 4) * 4 + (k & 3);
          mean += full[at * 3 + channel] / 16;
        }
        // Half a step of the colour and half a step of alpha.
        expect(Math.abs(down[i] - mean)).toBeLessThan(1 / 255);
      }
    }
  });

  it('scales intrinsics and leaves poses alone', async () => {
    expect(downscaleIntrinsics({ width: 8, height: 4, fx: 10, fy: 12, cx: 3, cy: 2 }, 2)).toEqual({
      width: 4,
      height: 2,
      fx: 5,
      fy: 6,
      cx: 1.5,
      cy: 1,
    });
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 2);
    const [full, half] = [await open(folder), await open(folder, { downscale: 2 })];
    expect(half.splits.train![1].intrinsics.fx).toBeCloseTo(full.splits.train![1].intrinsics.fx / 2, 12);
    expect(half.splits.train![1].rgba).toHaveLength(4 * 4 * 4);
    expect(half.splits.train![1].camToWorld).toEqual(full.splits.train![1].camToWorld);
  });

  it('leaves out what fills no block, of image, mask and intrinsics alike', () => {
    const rgba = Uint8Array.from({ length: 5 * 3 * 4 }, (_, i) => (i % 4 === 3 ? 255 : Math.floor(i / 4)));
    const mask = new Uint8Array(15).fill(1);
    mask[1] = mask[4] = mask[14] = 0;
    const down = downscaleView({ ...view(5, 3, rgba), mask }, 2);
    expect([...down.rgba.filter((_, i) => i % 4 === 0)]).toEqual([3, 5]);
    expect([...down.mask!]).toEqual([0, 1]);
    expect(down.intrinsics).toMatchObject({ width: 2, height: 1, fx: view(5, 3, rgba).intrinsics.fx / 2 });
  });
});
