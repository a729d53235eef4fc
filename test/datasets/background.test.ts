import { describe, expect, it } from 'vitest';
import { backgroundColour, compositePixel, compositeView } from '../../datasets/background.ts';

describe('compositing over a background', () => {
  const rgba = Uint8Array.of(255, 0, 51, 255, 255, 0, 51, 0, 255, 0, 51, 102);

  it('is rgb a + background (1 - a) on stored values', () => {
    const out = new Float32Array(12).fill(-1);
    for (let i = 0; i < 3; i++) compositePixel(rgba, i, [0.5, 0.25, 1], out, i + 1);
    expect([...out.slice(0, 3)], 'only the named pixel is written').toEqual([-1, -1, -1]);
    expect([...out.slice(3, 9)]).toEqual([1, 0, Math.fround(0.2), 0.5, 0.25, 1]);
    // a = 0.4
    expect(out[9]).toBeCloseTo(0.4 + 0.3, 6);
    expect(out[10]).toBeCloseTo(0.15, 6);
    expect(out[11]).toBeCloseTo(0.08 + 0.6, 6);
  });

  it('leaves opaque pixels exact', () => {
    const out = new Float32Array(3);
    for (let value = 0; value < 256; value++) {
      compositePixel(Uint8Array.of(value, value, value, 255), 0, [1, 0, 0.5], out, 0);
      expect([...out]).toEqual(Array(3).fill(Math.fround(value / 255)));
    }
  });

  it('composites whole views', () => {
    const view = { name: '', camToWorld: new Float64Array(16), intrinsics: { width: 3, height: 1, fx: 1, fy: 1, cx: 0, cy: 0 }, rgba };
    const white = compositeView(view, backgroundColour('white'));
    expect(white).toHaveLength(9);
    expect([...white.slice(3, 6)]).toEqual([1, 1, 1]);
    expect([...compositeView(view, backgroundColour('black')).slice(3, 6)]).toEqual([0, 0, 0]);
  });
});
