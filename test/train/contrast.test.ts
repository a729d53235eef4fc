/** How much a picture changes around a pixel. */
import { describe, expect, it } from 'vitest';
import type { View } from '../../datasets/scene-data.ts';
import { contrastAt, drawChance, FULL_CONTRAST } from '../../src/train/contrast.ts';
import { tinyCamera } from './tiny-scene.ts';

/** @param grey [alpha too] of every pixel, 0..255 */
function viewOf(size: number, grey: (x: number, y: number) => readonly [number, number]): View {
  const { camToWorld, intrinsics } = tinyCamera(0, 0.3, size);
  const rgba = new Uint8Array(size * size * 4);
  for (let i = 0; i < size * size; i++) {
    const [value, alpha] = grey(i % size, Math.floor(i / size));
    rgba.set([value, value, value, alpha], 4 * i);
  }
  return { name: 'view', camToWorld: Float64Array.from(camToWorld), intrinsics, rgba };
}

describe('contrast around a pixel', () => {
  it('is the deviation of nine pixels two apart, and 0 where all are alike', () => {
    const view = viewOf(9, (x) => [x < 4 ? 0 : 255, 255]);
    expect(contrastAt(view, 9 * 4 + 1, [1, 1, 1])).toBe(0);
    // Of column 4 one column of three is black, of column 3 two are.
    expect(contrastAt(view, 9 * 4 + 4, [1, 1, 1])).toBeCloseTo(Math.sqrt(2) / 3, 12);
    expect(contrastAt(view, 9 * 4 + 3, [1, 1, 1])).toBeCloseTo(Math.sqrt(2) / 3, 12);
    // At a corner the border's pixels count again.
    expect(contrastAt(view, 0, [1, 1, 1])).toBe(0);
    expect(contrastAt(view, 80, [1, 1, 1])).toBe(0);
  });

  it('sees what is transparent as the background', () => {
    const view = viewOf(9, (x) => [0, x < 4 ? 0 : 255]);
    expect(contrastAt(view, 40, [0, 0, 0])).toBe(0);
    expect(contrastAt(view, 40, [1, 1, 1])).toBeCloseTo(Math.sqrt(2) / 3, 12);
  });

  it('makes a chance between that of flat pixels and 1', () => {
    expect([0, FULL_CONTRAST / 2, FULL_CONTRAST, 1].map((contrast) => drawChance(contrast, 0.25))).toEqual([0.25, 0.625, 1, 1]);
  });
});
