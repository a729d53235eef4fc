import { describe, expect, it } from 'vitest';
import { viridis } from '../../renderer/colour-maps.ts';
import { depthPixels, depthUnit, mapPixels, toDepth16, toPixels } from '../../renderer/pixels.ts';

describe('pixels', () => {
  it('rounds to the nearest level and clamps', () => {
    expect([...toPixels(Float32Array.of(-1, 0.5 / 255 - 1e-4, 0.5 / 255 + 1e-4, 0.5, 1, 3), 2, 1).data]).toEqual([0, 0, 1, 128, 255, 255]);
  });

  it('maps a range to colours', () => {
    const { data } = mapPixels(Float32Array.of(2, 3, 4, 9), 4, 1, viridis, 2, 4);
    expect([...data.subarray(0, 3)]).toEqual([...viridis(0)]);
    expect([...data.subarray(6, 9)]).toEqual([...viridis(1)]);
    expect([...data.subarray(9, 12)]).toEqual([...viridis(1)]);
    expect([...mapPixels(Float32Array.of(5), 1, 1, viridis, 5, 5).data]).toEqual([...viridis(0)]);
  });

  it('stores depth in the finest unit that holds it', () => {
    expect(depthUnit(6.5)).toBe(1e-4);
    expect(depthUnit(6.6)).toBe(1e-3);
    expect(depthUnit(1000)).toBe(0.1);
    expect([...toDepth16(Float32Array.of(0, 1.23456, 99), 1e-4).data]).toEqual([0, 12346, 65535]);
  });

  it('colours depth over the range of what is opaque and fades the rest to white', () => {
    const { data } = depthPixels(Float32Array.of(1, 2, 50), Float32Array.of(1, 1, 0), 3, 1, viridis);
    expect([...data]).toEqual([...viridis(0), ...viridis(1), 255, 255, 255]);
    expect([...depthPixels(Float32Array.of(1), Float32Array.of(0), 1, 1, viridis).data]).toEqual([255, 255, 255]);
  });
});
