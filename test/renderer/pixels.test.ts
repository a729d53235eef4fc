import { describe, expect, it } from 'vitest';
import { viridis } from '../../renderer/colour-maps.ts';
import { evenScale, shareOf, valueAt, type ValueScale } from '../../src/math/value-scale.ts';
import { depthPixels, depthUnit, mapPixels, toDepth16, toPixels } from '../../renderer/pixels.ts';

describe('pixels', () => {
  it('rounds to the nearest level and clamps', () => {
    expect([...toPixels(Float32Array.of(-1, 0.5 / 255 - 1e-4, 0.5 / 255 + 1e-4, 0.5, 1, 3), 2, 1).data]).toEqual([0, 0, 1, 128, 255, 255]);
  });

  it('maps a range to colours', () => {
    const { data } = mapPixels(Float32Array.of(2, 3, 4, 9), 4, 1, viridis, evenScale(2, 4));
    expect([...data.subarray(0, 3)]).toEqual([...viridis(0)]);
    expect([...data.subarray(6, 9)]).toEqual([...viridis(1)]);
    expect([...data.subarray(9, 12)]).toEqual([...viridis(1)]);
    expect([...mapPixels(Float32Array.of(5), 1, 1, viridis, evenScale(5, 5)).data]).toEqual([...viridis(0)]);
  });

  it('stores depth in the finest unit that holds it', () => {
    expect(depthUnit(6.5)).toBe(1e-4);
    expect(depthUnit(6.6)).toBe(1e-3);
    expect(depthUnit(1000)).toBe(0.1);
    expect([...toDepth16(Float32Array.of(0, 1.23456, 99), 1e-4).data]).toEqual([0, 12346, 65535]);
  });

  it('colours depth on a scale and fades what is not opaque to white', () => {
    const { data } = depthPixels(Float32Array.of(1, 2, 50), Float32Array.of(1, 1, 0), 3, 1, viridis, evenScale(1, 2));
    expect([...data]).toEqual([...viridis(0), ...viridis(1), 255, 255, 255]);
  });
});

describe('scales of values', () => {
  const horizon: ValueScale = { low: 0, high: 1000, knee: 2 };

  it('are even, or bent about a knee, and can be read backwards', () => {
    expect(shareOf(evenScale(2, 6), 3)).toBe(0.25);
    expect(shareOf(horizon, 2)).toBeCloseTo(0.501, 3);
    for (const scale of [horizon, evenScale(-1, 4)])
      for (const share of [0, 0.2, 0.7, 1]) expect(shareOf(scale, valueAt(scale, share))).toBeCloseTo(share, 10);
  });

  it('leave most of the map to what lies before the horizon', () => {
    const depths = [0.5, 1, 2, 4, 8].map((depth) => shareOf(horizon, depth));
    const steps = depths.slice(1).map((share, i) => share - depths[i]);
    expect(Math.min(...steps), 'each doubling of the depth is seen').toBeGreaterThan(0.1);
    expect(shareOf(evenScale(0, 1000), 8), 'on an even scale all of them are one colour').toBeLessThan(0.01);
  });
});
