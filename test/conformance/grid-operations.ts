/** Refreshing the occupancy and scaling the grid: every backend does what the model's functions say. */
import { representationOf } from '../../src/model/representations/index.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Backend, FieldEngine } from '../../src/engine/backend.ts';
import { densityOf } from '../../src/lattice/density.ts';
import { type FieldSpec } from '../../src/model/field-spec.ts';
import { neighbourhoodExceeds, refreshOccupancy, resampleOccupancy } from '../../src/lattice/occupancy.ts';
import { initialPlanes, planeGrid, planeSteps } from '../../src/spaces/planes.ts';
import { resampleGrid } from '../../src/lattice/resample-grid.ts';
import { fieldFixture, loadFixture, type FieldFixture, type FixtureOptions } from '../helpers/field-fixtures.ts';
import { expectCloseToMax } from './compare.ts';

/** Relative to the largest entry: eight products in single precision. */
const TOLERANCE = 1e-6;

interface Scaling {
  readonly name: string;
  readonly options: FixtureOptions;
  /** What changes of the spec. */
  readonly to: Partial<FieldSpec>;
}

const box = { min: [-1.1, -0.9, -0.8], max: [1, 0.95, 0.75] } as const;

const SMALLEST = { size: [2, 2, 2], ...box } as const;

/** Occupied points on both sides of the threshold. */
const denser = { densityShift: -2, alphaThreshold: 0.2 };

/** Planes of a forward-facing field, whose own density at the beginning is each plane's, at both resolutions. */
const ndc = { space: { kind: 'ndc' }, near: 0, alphaThreshold: 0.5, densityShift: 0 } as const;
const planesBefore = { ...ndc, ...planeSteps(7, 1), grid: planeGrid(box, 7 * 60, 7) };
const planesAfter = { ...planeSteps(7, 1), grid: planeGrid(box, 7 * 131, 7) };

export const scalings: readonly Scaling[] = [
  { name: 'a finer grid, a lower shift', options: { spec: denser }, to: { densityShift: -3, grid: { size: [14, 12, 11], ...box } } },
  {
    name: 'twice the points and one less, so that half of them lie between two',
    options: { spec: denser },
    to: { grid: { size: [17, 15, 13], ...box } },
  },
  { name: 'a coarser grid', options: { spec: denser }, to: { grid: { size: [5, 8, 4], ...box } } },
  { name: 'the same grid, a lower shift', options: { spec: denser }, to: { densityShift: -3 } },
  { name: 'another box', options: { spec: denser }, to: { grid: { size: [11, 7, 9], min: [-0.7, -1.1, -0.8], max: [1.4, 0.4, 0.75] } } },
  { name: 'planes of a forward-facing field', options: { spec: planesBefore }, to: planesAfter },
  { name: 'planes, without a network', options: { spec: planesBefore, network: null }, to: planesAfter },
];

/** @param createBackend is told the voxels of the largest grid */
export function describeGridOperations(name: string, createBackend: (voxels: number) => Promise<Backend>, cases = scalings): void {
  const voxels = Math.max(
    ...cases.flatMap(({ options, to }) => [voxelCount(fieldFixture(options).spec.grid), voxelCount(to.grid ?? SMALLEST)]),
  );
  describe(`${name}: occupancy and grids`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await createBackend(voxels);
    });

    for (const { name: what, options, to: changes } of cases) {
      describe(what, () => {
        const fixture = planted(fieldFixture(options));
        const { spec: from, occupancy } = fixture;
        const to = { ...from, ...changes };
        const density = fixture.tensors.density!;
        const load = async (): Promise<FieldEngine> => {
          const engine = await backend.createField(from, { voxels, steps: 1000, trainRays: fixture.batch.count });
          await loadFixture(engine, fixture);
          return engine;
        };

        test('a refresh keeps exactly the points that it should, and again', async () => {
          const engine = await load();
          await engine.refreshOccupancy();
          const expected = refreshOccupancy(from, density, occupancy);
          const kept = expected.filter((point) => point === 1).length;
          expect(kept).toBeGreaterThan(20);
          expect(kept).toBeLessThan(occupancy.filter((point) => point === 1).length);
          expect(await engine.readOccupancy()).toEqual(expected);
          await engine.refreshOccupancy();
          expect(await engine.readOccupancy()).toEqual(expected);
          await engine.dispose();
        });

        test('scaling resamples what is there, and starts the moments anew', async () => {
          const engine = await load();
          await engine.trainStep(fixture.batch, { ...fixture.settings, learningRates: { density: 0, features: 0, network: 0 } });
          await engine.scaleGrid(to);
          expect(engine.spec).toEqual(to);
          const [scaled, features] = [await engine.read('density'), await engine.read('features')];
          expectCloseToMax('density', scaled, resampleGrid(density, from.grid, to.grid, 1), TOLERANCE);
          expectCloseToMax(
            'features',
            features,
            resampleGrid(fixture.tensors.features!, from.grid, to.grid, representationOf(from).features),
            TOLERANCE,
          );
          for (const moment of [
            'density.m',
            'density.v',
            'features.m',
            'features.v',
            ...(from.network ? (['w1.m', 'w3.v'] as const) : []),
          ] as const)
            expect(
              (await engine.read(moment)).every((value) => value === 0),
              moment,
            ).toBe(true);
          expect((await engine.read('rate')).every((value) => value === 1)).toBe(true);
          expectOccupied(await engine.readOccupancy(), from, to, resampleOccupancy(occupancy, from.grid, to.grid), scaled);
          await engine.dispose();
        });
      });
    }
  });
}

/** Mostly empty; some densities are the threshold's neighbours in single precision. Planes begin with their own density. */
function planted(fixture: FieldFixture): FieldFixture {
  const { spec, tensors } = fixture;
  const density = tensors.density!;
  if (spec.space.kind === 'ndc') initialPlanes(spec.grid).forEach((value, i) => (density[i] = density[i] / 3 + value - 1));
  else density.forEach((value, i) => (density[i] = value - 4));
  const threshold = densityOf(spec.alphaThreshold, spec.densityShift, spec.interval);
  const nearby = new Float32Array([threshold, threshold, threshold]);
  const words = new Int32Array(nearby.buffer);
  words[0]--;
  words[2]++;
  for (let i = 0; i < 30; i++) density[(37 * i) % density.length] = nearby[i % 3];
  return fixture;
}

/** The points with a density above the threshold nearby, with the old shift; those apart from it by rounding may go either way. */
function expectOccupied(
  occupancy: Uint8Array,
  { densityShift }: FieldSpec,
  to: FieldSpec,
  before: Uint8Array,
  density: Float32Array,
): void {
  const threshold = densityOf(to.alphaThreshold, densityShift, to.interval);
  const rounding = TOLERANCE * density.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const [surely, perhaps] = [threshold + rounding, threshold - rounding].map((each) => {
    const exceeds = neighbourhoodExceeds(density, to.grid.size, each);
    return exceeds.map((point, i) => point & before[i]);
  });
  const kept = occupancy.filter((point) => point === 1).length;
  expect(kept).toBeGreaterThan(10);
  expect(kept).toBeLessThan(occupancy.length);
  expect(occupancy.filter((point, i) => point < surely[i] || point > perhaps[i])).toHaveLength(0);
}
