import { denseSpec } from '../../src/model/representations/dense.ts';
import { shiftForAlpha } from '../../src/spaces/divide-cubes.ts';
import { cubeGrid } from '../../src/geometry/grid.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import { describe, expect, it } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Box } from '../../src/geometry/box.ts';
import { fieldSpecSchema } from '../../src/model/field-spec-schema.ts';
import type { FieldSpace } from '../../src/spaces/space.ts';
import { alphaOf } from '../../src/lattice/density.ts';
import { coarseSpec, fineSpec } from '../../src/train/stage-spec.ts';

const box = { min: [-1, -2, 0], max: [1, 2, 1] } as const;

describe('grid resolution', () => {
  it('divides the box into cubic voxels and floors the number along each axis', () => {
    // Volume 8, 1000 voxels: edge 0.2; 10 x 20 x 5.
    expect(cubeGrid(box, 1000).size).toEqual([10, 20, 5]);
    expect(cubeGrid(box, 1100).size).toEqual([10, 20, 5]);
  });

  it('does not lose a voxel of a cube to rounding', () => {
    for (const n of [10, 40, 64, 100, 128, 160, 200])
      expect(cubeGrid({ min: [-1.3, 0.1, 2], max: [0.7, 2.1, 4] }, n ** 3).size).toEqual([n, n, n]);
  });

  it('has at least two points along an axis', () => {
    expect(cubeGrid({ min: [0, 0, 0], max: [100, 100, 0.01] }, 1000).size[2]).toBe(2);
  });
});

describe('stage specs', () => {
  it('gives an untrained voxel alphaInit over its whole edge', () => {
    for (const alpha of [1e-6, 1e-2, 0.5]) expect(alphaOf(0, shiftForAlpha(alpha), 1)).toBeCloseTo(alpha, 12);
  });

  it('has the alpha of TensoRF in its preset, before and after every scaling, on grids of 128 to 300 points', () => {
    const paper = presets['tensorf-paper'];
    const region = { space: BOUNDED, near: 2, box: { min: [-1.5, -1.5, -1.5], max: [1.5, 1.5, 1.5] } } as const;
    const specs = Array.from({ length: paper.fine.scaleAt.length + 1 }, (_, scalings) => fineSpec(paper, region, scalings));
    for (const { densityShift, interval, stepLength } of specs)
      for (const feature of [-3, 2, 9, 14])
        expect(alphaOf(feature, densityShift, interval)).toBeCloseTo(
          1 - Math.exp(-25 * Math.log1p(Math.exp(feature - 10)) * stepLength),
          9,
        );
    expect([specs[0], specs.at(-1)!].map(({ grid }) => grid.size)).toEqual([
      [128, 128, 128],
      [300, 300, 300],
    ]);
    // Half a voxel, as its step_ratio.
    expect(specs[0].stepLength).toBeCloseTo((0.5 * 3) / 128, 6);
  });

  it('steps stepSize voxels and scales the interval against the full grid', () => {
    const coarse = coarseSpec(presets.paper, { space: BOUNDED, near: 2, box });
    expect(coarse.interval).toBe(0.5);
    expect(coarse.stepLength).toBeCloseTo(0.5 * Math.cbrt(8 / 1_024_000), 12);
    expect(coarse).toMatchObject({ network: null, representation: denseSpec(3), near: 2 });

    const full = fineSpec(presets.paper, { space: BOUNDED, near: 2, box }, 4);
    expect(full.interval).toBeCloseTo(0.5, 12);
    expect(full.stepLength).toBeCloseTo(0.5 * Math.cbrt(8 / 160 ** 3), 12);
    const first = fineSpec(presets.paper, { space: BOUNDED, near: 2, box }, 0);
    expect(first.interval).toBeCloseTo(0.5 * Math.cbrt(16), 12);
    expect(first.interval / first.stepLength).toBeCloseTo(full.interval / full.stepLength, 9);
  });

  it('lowers the density shift at every scaling', () => {
    const shifts = [0, 1, 4].map((scalings) => fineSpec(presets.paper, { space: BOUNDED, near: 2, box }, scalings).densityShift);
    expect(shifts[0]).toBeCloseTo(Math.log(1 / 0.99 - 1), 12);
    expect(shifts[0] - shifts[1]).toBeCloseTo(1, 12);
    expect(shifts[0] - shifts[2]).toBeCloseTo(4, 12);
  });
});

describe('planes that follow the images', () => {
  const region = { space: { kind: 'ndc' }, near: 0, box: { min: [-1, -1, -1], max: [1, 1, 1] } } as const;
  const planesOf = (fine: Partial<Config['fine']>): number[] => {
    const { llff } = presets;
    const config = { ...llff, fine: { ...llff.fine, planes: 161, voxels: 2_000_000, ...fine } };
    return [...config.fine.scaleAt, 0].map((_, scalings) => fineSpec(config, region, scalings).grid.size[2]);
  };

  it('are halved as often as the images of then are', () => {
    // Images are quarters up to step 900, halves up to 2400; the grid is scaled at 600, 1200, 1800, 2400.
    expect(planesOf({ scaleAt: [600, 1200, 1800, 2400], imageScaleAt: [900, 2400] })).toEqual([41, 41, 81, 81, 161]);
    expect(planesOf({ scaleAt: [600, 1200], imageScaleAt: [1, 2] })).toEqual([41, 161, 161]);
  });

  it('are all there after the last scaling, whatever the images, and always where the settings do not say so', () => {
    expect(planesOf({ scaleAt: [100, 200], imageScaleAt: [150, 300] })).toEqual([41, 41, 161]);
    expect(planesOf({ scaleAt: [], imageScaleAt: [150, 300] })).toEqual([161]);
    expect(planesOf({ scaleAt: [100, 200], imageScaleAt: [] })).toEqual([161, 161, 161]);
    expect(planesOf({ scaleAt: [100, 200], imageScaleAt: [150, 300], planesFollowImages: false })).toEqual([161, 161, 161]);
  });

  it('leave as many pixels between them for images of every size, and the density its opacity', () => {
    const config = { ...presets.llff, fine: { ...presets.llff.fine, planes: 161, voxels: 2_000_000 } };
    const [first, last] = [0, config.fine.scaleAt.length].map((scalings) => fineSpec(config, region, scalings));
    expect(first.stepLength / last.stepLength).toBeCloseTo(4, 9);
    expect(first.interval / last.interval).toBeCloseTo(161 / 41, 9);
  });
});

describe('every spec that settings make', () => {
  const BOXES: Record<FieldSpace['kind'], Box[]> = {
    bounded: [box, { min: [0, 0, 0], max: [40, 0.3, 2] }, { min: [-1e-3, -1e-3, -1e-3], max: [1e-3, 1e-3, 1e-3] }],
    ndc: [{ min: [-1.4, -1.2, -1], max: [1.3, 1.2, 1] }],
    unbounded: [{ min: [-1.2, -1.2, -1.2], max: [1.2, 1.2, 1.2] }],
  };
  const SPACES: FieldSpace[] = [BOUNDED, { kind: 'ndc' }, { kind: 'unbounded', centre: [1, 2, 3], radius: 7 }];

  it.each(SPACES)('in a $kind space can be read from a file again', (space) => {
    for (const preset of Object.values(presets)) {
      for (const stepSize of [0.05, 0.5, 1, 4]) {
        for (const voxels of [8, 1000, 200_000]) {
          const fine = { ...preset.fine, stepSize, voxels, raysFrom: 'all' as const };
          // Nothing says where bricks would be where there is no coarse stage.
          const field = space.kind === 'ndc' && preset.field.kind === 'bricks' ? presets.llff.field : preset.field;
          const config = { ...preset, field, coarse: { ...preset.coarse, stepSize, voxels }, fine };
          for (const region of BOXES[space.kind].map((of) => ({ space, near: 0.5, box: of }))) {
            const specs = [...fine.scaleAt, 0].map((_, scalings) => fineSpec(config, region, scalings));
            for (const spec of [coarseSpec(config, region), ...specs]) {
              const text = JSON.stringify(spec);
              const result = fieldSpecSchema.safeParse(JSON.parse(text));
              expect(result.error?.issues[0].message, `stepSize ${stepSize}, ${voxels} voxels: ${text}`).toBeUndefined();
            }
          }
        }
      }
    }
  });
});
