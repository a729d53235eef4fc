import { interpolated } from '../../src/lattice/place.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import type { Rays } from '../../src/geometry/rays.ts';
import { describe, expect, test } from 'vitest';
import { alphaOf, marchRays } from '../../renderer/march.ts';
import { raySpan } from '../../src/spaces/straight-steps.ts';
import { encodeViews } from '../../renderer/view-encoding.ts';
import { type FieldSpec } from '../../src/model/field-spec.ts';
import { expectClose } from '../conformance/compare.ts';

/** A box of 4 x 4 x 4 metres, one voxel a metre. */
const spec: FieldSpec = {
  space: BOUNDED,
  grid: { size: [5, 5, 5], min: [-2, -2, -2], max: [2, 2, 2] },
  representation: denseSpec(3),
  network: null,
  densityShift: 0,
  interval: 0.5,
  stepLength: 0.5,
  near: 0,
  alphaThreshold: 0.01,
  weightThreshold: 0,
};
const voxels = voxelCount(spec.grid);
const full = new Uint8Array(voxels).fill(1);

function rays(...list: number[][]): Rays {
  return {
    count: list.length,
    origins: Float32Array.from(list.flatMap((ray) => ray.slice(0, 3))),
    directions: Float32Array.from(list.flatMap((ray) => ray.slice(3))),
  };
}

function march(ray: number[], changes: Partial<FieldSpec> = {}, density = -2, occupancy = full) {
  return marchRays({ ...spec, ...changes }, rays(ray), interpolated(new Float32Array(voxels).fill(density)), occupancy);
}

const span = (ray: number[]) => raySpan({ box: spec.grid, near: 0 }, Infinity, ray.slice(0, 3), ray.slice(3));

describe('span of a ray', () => {
  test.each([
    ['through the middle', [0, 0, 5, 0, 0, -1], 3, 7],
    ['a direction of length 2', [0, 0, 5, 0, 0, -2], 1.5, 3.5],
    ['from inside', [0, 0, 1, 0, 0, -1], 0, 3],
  ])('%s', (_name, ray, tMin, tMax) => {
    expect(span(ray)).toEqual({ tMin, tMax });
  });

  test.each([
    ['beside the box', [3, 0, 5, 0, 0, -1]],
    ['away from the box', [0, 0, 5, 0, 0, 1]],
  ])('%s is empty', (_name, ray) => {
    const { tMin, tMax } = span(ray);
    expect(tMax).toBeLessThanOrEqual(tMin);
    expect(march(ray)).toMatchObject({ densityEvaluations: 0, exitDistance: Float32Array.of(0) });
  });
});

describe('steps', () => {
  test('have metric length whatever the length of the direction', () => {
    for (const scale of [1, 0.25, 3]) {
      const { stepIndex, distance, exitDistance } = march([0, 0, 5, 0, 0, -scale]);
      expect([...stepIndex]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expectClose('distance', distance, [3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5], 1e-5);
      expect(exitDistance[0]).toBeCloseTo(7, 5);
    }
  });

  test('begin at `near`, in units of the direction', () => {
    expect(march([0, 0, 5, 0, 0, -2], { near: 2.5 }).distance[0]).toBeCloseTo(5, 5);
    expect(march([0, 0, 5, 0, 0, -2], { near: 4 }).stepIndex).toHaveLength(0);
  });

  test('exist where the nearest grid point is occupied', () => {
    const occupancy = new Uint8Array(voxels);
    occupancy[2 + 5 * (2 + 5 * 3)] = 1; // the point (0, 0, 1): z from 0.5 to 1.5
    const { stepIndex, densityEvaluations } = march([0, 0, 5, 0, 0, -1], { stepLength: 0.4 }, -2, occupancy);
    expect([...stepIndex]).toEqual([2, 3]);
    expect(densityEvaluations).toBe(2);
  });

  test('are samples above the alpha threshold', () => {
    const alpha = alphaOf(spec, -2);
    expect(alpha).toBeCloseTo(1 - (1 + Math.exp(-2)) ** -0.5, 12);
    expect(march([0, 0, 5, 0, 0, -1], { alphaThreshold: alpha * 0.999 }).stepIndex).toHaveLength(8);
    const none = march([0, 0, 5, 0, 0, -1], { alphaThreshold: alpha * 1.001 });
    expect(none.stepIndex).toHaveLength(0);
    expect(none.densityEvaluations).toBe(8);
  });

  test('end behind the sample that leaves less than a thousandth of the light', () => {
    // alpha = 1 - (1 + e^5)^-0.5: T = 0.082, 0.0067, 0.00055
    expect(march([0, 0, 5, 0, 0, -1], {}, 5)).toMatchObject({ densityEvaluations: 3, densityOffsets: Int32Array.of(0, 3) });
  });

  test('are shown to the network above the weight threshold', () => {
    const alpha = alphaOf(spec, -1);
    const weights = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => alpha * (1 - alpha) ** i);
    const { networkRows, stepIndex, rayOffsets } = march([0, 0, 5, 0, 0, -1], { weightThreshold: (weights[4] + weights[5]) / 2 }, -1);
    expect(stepIndex).toHaveLength(8);
    expect([...networkRows]).toEqual([0, 1, 2, 3, 4]);
    expect([...rayOffsets]).toEqual([0, 5]);
  });
});

test('interpolation weights are those of the eight corners', () => {
  const { corners, cornerWeights } = march([0.25, -0.5, 0.1, 0, 0, -1]);
  expectClose('sum', [cornerWeights.slice(0, 8).reduce((a, b) => a + b)], [1], 1e-6);
  const position = [0, 0, 0];
  for (let k = 0; k < 8; k++) {
    const point = corners[k];
    [point % 5, Math.floor(point / 5) % 5, Math.floor(point / 25)].forEach((p, axis) => (position[axis] += cornerWeights[k] * (p - 2)));
  }
  expectClose('position', position, [0.25, -0.5, 0.1], 1e-6);
});

test('view terms: direction, sines axis by axis, cosines axis by axis', () => {
  const u = [2 / 3, -1 / 3, 2 / 3];
  const terms = encodeViews(Float32Array.of(4, -2, 4, 0, 0, 1), 2);
  const expected = [...u, ...u.flatMap((x) => [Math.sin(x), Math.sin(2 * x)]), ...u.flatMap((x) => [Math.cos(x), Math.cos(2 * x)])];
  expect(terms).toHaveLength(30);
  expectClose('terms', terms.slice(0, 15), expected, 1e-6);
  expectClose('second ray', terms.slice(15, 18), [0, 0, 1], 1e-7);
});
