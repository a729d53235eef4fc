/** Contracted space: the map and its inverse, the distances of the steps, and which of them exist. */
import { interpolated } from '../../src/lattice/place.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { maxStepsPerRay } from '../../src/lattice/lattice.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';
import { lookAt } from '../../src/geometry/look-at.ts';
import { expect, it } from 'vitest';
import { CONTRACTED_HALF, contract, expand, FARTHEST, innerSteps, normOf, stepParameter } from '../../src/geometry/contraction.ts';
import { fieldRays } from '../../src/spaces/index.ts';
import { marchRays } from '../../renderer/march.ts';
import { cameraRays } from '../../src/geometry/camera.ts';
import { Random } from '../../src/math/random.ts';
import { type FieldSpec } from '../../src/model/field-spec.ts';

const HALF = CONTRACTED_HALF;
const spec: FieldSpec = {
  space: { kind: 'unbounded', centre: [1, -2, 0.5], radius: 4 },
  grid: { size: [13, 13, 13], min: [-HALF, -HALF, -HALF], max: [HALF, HALF, HALF] },
  representation: denseSpec(3),
  network: null,
  densityShift: 0,
  interval: 1,
  stepLength: 0.1,
  near: 0,
  alphaThreshold: 0,
  weightThreshold: 0,
};

it('the cube stays, what is beyond lies in the shell, and comes back', () => {
  const random = new Random(3);
  for (let n = 0; n < 200; n++) {
    const scale = 10 ** (3 * random.float() - 1);
    const p: Vec3 = [(random.float() - 0.5) * scale, (random.float() - 0.5) * scale, (random.float() - 0.5) * scale];
    const c = contract(p);
    if (normOf(p) <= 1) expect(c).toEqual(p);
    else expect(normOf(c)).toBeCloseTo(1.2 - 0.2 / normOf(p), 12);
    expand(c).forEach((value, axis) => expect(Math.abs(value - p[axis])).toBeLessThan(1e-9 * Math.max(1, scale ** 2)));
  }
});

it('half of the distances are even up to the diameter, half even in their inverse up to the end', () => {
  const inner = innerSteps(spec.stepLength);
  expect(inner).toBe(21);
  expect(maxStepsPerRay(spec)).toBe(2 * inner);
  const edge = (j: number): number => 2 / (1 - (127 / 128) * (j / inner));
  for (let i = 0; i < inner; i++) expect(stepParameter(i, inner)).toBeCloseTo(((i + 0.5) * 2) / inner, 12);
  for (let j = 0; j < inner; j++) expect(stepParameter(inner + j, inner)).toBeCloseTo((edge(j) + edge(j + 1)) / 2, 9);
  expect(edge(0)).toBe(2);
  expect(edge(inner)).toBeCloseTo(FARTHEST, 9);
});

it('a ray through the middle has all its inner steps; beyond, steps a step apart', () => {
  const rays = { count: 1, origins: Float32Array.of(-1, 0.01, 0.02), directions: Float32Array.of(1, 0, 0) };
  const voxels = voxelCount(spec.grid);
  const density = new Float32Array(voxels).fill(-9);
  const { stepIndex, distance } = marchRays(spec, rays, interpolated(density), new Uint8Array(voxels).fill(1));
  expect([...stepIndex.subarray(0, 21)]).toEqual(Array.from({ length: 21 }, (_, i) => i));
  const places = [...distance].map((t) => contract([t - 1, 0.01, 0.02])[0]);
  for (let i = 22; i < places.length; i++) expect(places[i] - places[i - 1]).toBeGreaterThan(0.095);
  // The shell is 0.2 thick.
  expect(places.length).toBeLessThanOrEqual(21 + 2);
  expect(places.length).toBeGreaterThan(21);
});

it('rays of a camera are in units of the inner region, with unit directions', () => {
  const { centre, radius } = spec.space as Extract<FieldSpec['space'], { kind: 'unbounded' }>;
  const camera = {
    camToWorld: lookAt([4, -1, 2], [1, -2, 0.5], [0, 0, 1]),
    intrinsics: { width: 4, height: 3, fx: 4, fy: 4, cx: 2, cy: 1.5 },
  };
  const world = cameraRays(camera);
  const rays = fieldRays(spec.space, camera, 0, 12);
  for (let ray = 0; ray < 12; ray++) {
    expect(Math.hypot(...rays.directions.subarray(ray * 3, ray * 3 + 3))).toBeCloseTo(1, 6);
    const depth = 3;
    const length = Math.hypot(...world.directions.subarray(ray * 3, ray * 3 + 3));
    for (let axis = 0; axis < 3; axis++) {
      const i = ray * 3 + axis;
      const place = world.origins[i] + world.directions[i] * depth;
      const own = rays.origins[i] + (rays.directions[i] * depth * length) / radius;
      expect(centre[axis] + radius * own).toBeCloseTo(place, 5);
    }
  }
});
