/** Vector-matrix factors on a GPU beyond the cases of test/conformance: grids, parts, room. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Capacity, FieldEngine } from '../../../src/engine/backend.ts';
import type { WebgpuDevice } from '../../../src/backends/webgpu/device.ts';
import { createWebgpuBackend, type WebgpuBackendOptions } from '../../../src/backends/webgpu/webgpu-backend.ts';
import { voxelCount } from '../../../src/geometry/grid.ts';
import { maxStepsPerRay } from '../../../src/lattice/lattice.ts';
import { refreshOccupancy, resampleOccupancy } from '../../../src/lattice/occupancy.ts';
import { representationOf } from '../../../src/model/representations/index.ts';
import { vmSpec } from '../../../src/model/representations/vm.ts';
import { gridParameters, parametersOf } from '../../../src/model/tensor-names.ts';
import { expectCloseToMax } from '../../conformance/compare.ts';
import { capacityOf, fieldFixture, loadFixture, type FieldFixture, type FixtureOptions } from '../../helpers/field-fixtures.ts';
import { openTestDevice } from '../../helpers/test-adapter.ts';

/** Other ranks along every axis, a number of features that is no multiple of 4. */
const options: FixtureOptions = { representation: vmSpec(13, [4, 12, 8], [20, 8, 12]), spec: { alphaThreshold: 0.2 } };

let device: WebgpuDevice;
beforeAll(async () => {
  device = await openTestDevice();
});

async function create(fixture: FieldFixture, room: Partial<Capacity> = {}, backend: WebgpuBackendOptions = {}): Promise<FieldEngine> {
  const engine = await createWebgpuBackend(device, backend).createField(fixture.spec, { ...capacityOf(fixture), ...room });
  await loadFixture(engine, fixture);
  return engine;
}

describe('grids', () => {
  const fixture = fieldFixture(options);
  const { spec, occupancy } = fixture;
  const representation = representationOf(spec);
  const values = Object.fromEntries(gridParameters(spec).map((name) => [name, fixture.tensors[name]!]));

  it('a refresh keeps exactly the points that it should', async () => {
    const engine = await create(fixture);
    await engine.refreshOccupancy();
    const expected = refreshOccupancy(spec, representation.densities(spec, values), occupancy);
    expect(await engine.readOccupancy()).toEqual(expected);
    const kept = expected.filter((point) => point === 1).length;
    expect(kept).toBeGreaterThan(20);
    expect(kept).toBeLessThan(occupancy.filter((point) => point === 1).length);
    await engine.dispose();
  });

  it.each([
    ['a finer grid', { size: [14, 12, 11], min: spec.grid.min, max: spec.grid.max }],
    ['another box', { size: [11, 7, 9], min: [-0.7, -1.1, -0.8], max: [1.4, 0.4, 0.75] }],
  ] as const)('scaling resamples factors, keeps the basis and starts the moments anew: %s', async (_, grid) => {
    const to = { ...spec, grid, densityShift: -2 };
    const engine = await create(fixture, { voxels: voxelCount(grid), steps: maxStepsPerRay(to) });
    await engine.trainStep(fixture.batch, { ...fixture.settings, learningRates: { density: 0, features: 0, network: 0 } });
    for (const name of ['densityLineZ.v', 'featurePlaneXZ.v', 'basis.v'])
      expect((await engine.read(name)).some((value) => value !== 0)).toBe(true);
    await engine.scaleGrid(to);
    expect(engine.spec).toEqual(to);
    const expected = representation.resize(values, spec.grid, grid);
    for (const [name, data] of Object.entries(expected)) expectCloseToMax(name, await engine.read(name), data, 1e-6);
    for (const name of parametersOf(to).flatMap((parameter) => [`${parameter}.m`, `${parameter}.v`]))
      expect(
        (await engine.read(name)).every((value) => value === 0),
        name,
      ).toBe(true);
    const before = resampleOccupancy(occupancy, spec.grid, grid);
    // Refreshed with the old shift, as scaling does.
    const densities = representation.densities(to, expected);
    expect(await engine.readOccupancy()).toEqual(refreshOccupancy({ ...to, densityShift: spec.densityShift }, densities, before));
    await engine.trainStep(fixture.batch, fixture.settings);
    await engine.dispose();
  });

  it('a grid with more numbers than there is room for is refused', async () => {
    const engine = await create(fixture, { voxels: 2000, steps: 1000 });
    // As many voxels as there is room for, but longer planes.
    const to = { ...spec, grid: { ...spec.grid, size: [125, 8, 2] as const } };
    await expect(engine.scaleGrid(to)).rejects.toThrow(
      /125x8x2 needs \d+ numbers of its (density|appearance); this engine was made for \d+/,
    );
    await engine.dispose();
  });
});

it('training in parts, with other widths of a dispatch, and again: the same gradients', async () => {
  const fixture = fieldFixture({ ...options, rays: 24 });
  const whole = await create(fixture);
  const wanted = await whole.gradients(fixture.batch, fixture.settings);
  expect(await whole.gradients(fixture.batch, fixture.settings)).toEqual(wanted);
  await whole.dispose();
  const parts = await create(fixture, {}, { partSamples: maxStepsPerRay(fixture.spec), dispatchWidth: 3 });
  const got = await parts.gradients(fixture.batch, fixture.settings);
  expect(got.result.counts).toEqual(wanted.result.counts);
  for (const name of parametersOf(fixture.spec)) expectCloseToMax(name, got.gradients[name]!, wanted.gradients[name]!, 1e-5);
  await parts.dispose();
});
