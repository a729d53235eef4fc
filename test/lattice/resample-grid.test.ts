import type { GridSpec } from '../../src/geometry/grid.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';
import { describe, expect, it } from 'vitest';
import { resampleGrid } from '../../src/lattice/resample-grid.ts';

function sample(grid: GridSpec, channels: number, value: (p: Vec3, channel: number) => number): Float32Array {
  const [nx, ny, nz] = grid.size;
  const out = new Float32Array(nx * ny * nz * channels);
  for (let i = 0; i < nx * ny * nz; i++) {
    const index = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    const at = (axis: number): number => grid.min[axis] + (index[axis] * (grid.max[axis] - grid.min[axis])) / (grid.size[axis] - 1);
    for (let c = 0; c < channels; c++) out[i * channels + c] = value([at(0), at(1), at(2)], c);
  }
  return out;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

const linear = ([x, y, z]: Vec3, c: number): number => 0.3 * x - 1.2 * y + 0.7 * z + c * (1 + 0.1 * x);

describe('resampling', () => {
  const box = { min: [-1, 0, 2], max: [1, 0.5, 3] } as const;
  const small: GridSpec = { size: [5, 4, 3], ...box };

  it('keeps linear functions, all channels apart, whatever the sizes', () => {
    for (const size of [
      [9, 7, 5],
      [5, 4, 3],
      [4, 11, 2],
      [2, 2, 2],
    ] as const) {
      const to: GridSpec = { size, ...box };
      expect(largestDifference(resampleGrid(sample(small, 3, linear), small, to, 3), sample(to, 3, linear))).toBeLessThan(2e-6);
    }
  });

  it('keeps linear functions in a box inside the old one', () => {
    const to: GridSpec = { size: [6, 3, 8], min: [-0.4, 0.1, 2.2], max: [0.9, 0.5, 2.7] };
    expect(largestDifference(resampleGrid(sample(small, 1, linear), small, to, 1), sample(to, 1, linear))).toBeLessThan(2e-6);
  });

  it('continues the faces outside the old box', () => {
    const to: GridSpec = { size: [3, 3, 3], min: [-2, -1, 1], max: [2, 2, 4] };
    const clamped = ([x, y, z]: Vec3, c: number): number =>
      linear([Math.min(1, Math.max(-1, x)), Math.min(0.5, Math.max(0, y)), Math.min(3, Math.max(2, z))], c);
    expect(largestDifference(resampleGrid(sample(small, 1, linear), small, to, 1), sample(to, 1, clamped))).toBeLessThan(2e-6);
  });

  it('leaves a grid of the same size as it is, bit for bit', () => {
    const source = Float32Array.from({ length: 60 * 2 }, (_, i) => Math.sin(i * 12.9898) * 43758.5453);
    expect(resampleGrid(source, small, small, 2)).toEqual(source);
  });
});
