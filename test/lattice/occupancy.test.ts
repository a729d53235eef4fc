import { denseSpec } from '../../src/model/representations/dense.ts';
import type { GridSpec } from '../../src/geometry/grid.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { alphaOf } from '../../src/lattice/density.ts';
import { type FieldSpec } from '../../src/model/field-spec.ts';
import { refreshOccupancy, resampleOccupancy } from '../../src/lattice/occupancy.ts';

const spec: FieldSpec = {
  space: BOUNDED,
  grid: { size: [7, 5, 6], min: [0, 0, 0], max: [1, 1, 1] },
  representation: denseSpec(3),
  network: null,
  densityShift: -3,
  interval: 0.5,
  stepLength: 0.1,
  near: 0,
  alphaThreshold: 0.2,
  weightThreshold: 0,
};

describe('occupancy refresh', () => {
  it('agrees with the definition: largest alpha of the 3x3x3 neighbourhood above the threshold, and occupied before', () => {
    const [nx, ny, nz] = spec.grid.size;
    const random = new Random(4);
    const density = Float32Array.from({ length: nx * ny * nz }, () => random.float() * 10 - 7);
    const before = Uint8Array.from(density, () => (random.float() < 0.8 ? 1 : 0));
    const expected = new Uint8Array(density.length);
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++) {
          let most = 0;
          for (let k = Math.max(0, z - 1); k <= Math.min(nz - 1, z + 1); k++) {
            for (let j = Math.max(0, y - 1); j <= Math.min(ny - 1, y + 1); j++) {
              for (let i = Math.max(0, x - 1); i <= Math.min(nx - 1, x + 1); i++) {
                most = Math.max(most, alphaOf(density[i + nx * (j + ny * k)], spec.densityShift, spec.interval));
              }
            }
          }
          const index = x + nx * (y + ny * z);
          expected[index] = before[index] === 1 && most > spec.alphaThreshold ? 1 : 0;
        }
      }
    }
    const kept = expected.reduce((sum, value) => sum + value, 0);
    expect(kept).toBeGreaterThan(20);
    expect(kept).toBeLessThan(180);
    expect(refreshOccupancy(spec, density, before)).toEqual(expected);
  });

  it('keeps everything at threshold 0, and nothing that alpha cannot exceed', () => {
    const density = new Float32Array(210).fill(-20);
    const all = new Uint8Array(210).fill(1);
    expect(refreshOccupancy({ ...spec, alphaThreshold: 0 }, density, all)).toEqual(all);
    expect(refreshOccupancy({ ...spec, alphaThreshold: 1 }, density.fill(1000), all)).toEqual(new Uint8Array(210));
  });
});

describe('occupancy on another grid', () => {
  const from: GridSpec = { size: [3, 3, 3], min: [0, 0, 0], max: [2, 2, 2] };
  const centre = new Uint8Array(27);
  centre[13] = 1;

  it('is that of the nearest point', () => {
    const to: GridSpec = { size: [5, 5, 5], min: [0, 0, 0], max: [2, 2, 2] };
    const result = resampleOccupancy(centre, from, to);
    // Points at 0.5 and 1.0 along every axis are nearest to point 1 (halves round up); 1.5 belongs to point 2.
    expect(result.reduce((sum, value) => sum + value, 0)).toBe(8);
    expect([result[1 + 5 * (1 + 5)], result[2 + 5 * (2 + 5 * 2)], result[3 + 5 * (3 + 5 * 3)]]).toEqual([1, 1, 0]);
  });

  it('is 0 outside the old box', () => {
    const to: GridSpec = { size: [2, 2, 2], min: [-3, -3, -3], max: [5, 5, 5] };
    expect(resampleOccupancy(new Uint8Array(27).fill(1), from, to)).toEqual(new Uint8Array(8));
  });

  it('is unchanged on the same grid', () => {
    const random = new Random(1);
    const occupancy = Uint8Array.from({ length: 27 }, () => random.integer(2));
    expect(resampleOccupancy(occupancy, from, from)).toEqual(occupancy);
  });
});
