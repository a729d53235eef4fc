import { beforeAll, describe, expect, it } from 'vitest';
import { createTfjsBackend, type TfjsBackend } from '../../../src/backends/tfjs/tfjs-backend.ts';
import { renderWork } from '../../../src/energy/work/render-work.ts';
import { NO_LOSS_TERMS } from '../../../src/engine/backend.ts';
import { emptyCounts } from '../../../src/engine/counts.ts';
import { alphaOf, densityOf } from '../../../src/lattice/density.ts';
import { locate } from '../../../src/lattice/place.ts';
import { Random } from '../../../src/math/random.ts';
import type { FieldSpec } from '../../../src/model/field-spec.ts';
import { denseSpec } from '../../../src/model/representations/dense.ts';
import { representationOf } from '../../../src/model/representations/index.ts';
import { BASIS, vmSpec } from '../../../src/model/representations/vm.ts';
import { parametersOf } from '../../../src/model/tensor-names.ts';
import { capacityOf, fieldFixture, loadFixture, type FieldFixture, type FixtureOptions } from '../../helpers/field-fixtures.ts';

/** Few numbers, other ranks along every axis. */
const smooth = (features: number): FixtureOptions => ({
  representation: vmSpec(features, [4, 8, 4], [8, 4, 12]),
  size: [5, 6, 4],
  rays: 8,
  spec: { alphaThreshold: 0, weightThreshold: 0 },
  loss: { ...NO_LOSS_TERMS, entropy: 0.05 },
});

function valuesOf({ spec, tensors }: FieldFixture): Record<string, Float32Array> {
  return Object.fromEntries(
    representationOf(spec)
      .tensors(spec)
      .map(({ name }) => [name, tensors[name]!]),
  );
}

describe('vector-matrix factors', () => {
  let backend: TfjsBackend;
  beforeAll(async () => {
    backend = await createTfjsBackend();
  });

  it('have six factors of density and of appearance, and a basis', () => {
    const { spec } = fieldFixture({ representation: 'vm' });
    const shapes = representationOf(spec)
      .tensors(spec)
      .map(({ name, shape }) => `${name} ${shape.join('x')}`);
    expect(shapes).toEqual([
      'densityPlaneXY 8x9x16',
      'densityLineZ 7x16',
      'densityPlaneXZ 7x9x16',
      'densityLineY 8x16',
      'densityPlaneYZ 7x8x16',
      'densityLineX 9x16',
      'featurePlaneXY 8x9x48',
      'featureLineZ 7x48',
      'featurePlaneXZ 7x9x48',
      'featureLineY 8x48',
      'featurePlaneYZ 7x8x48',
      'featureLineX 9x48',
      'basis 144x12',
    ]);
  });

  it('with one component are the product of a plane and a line', () => {
    const spec: FieldSpec = { ...fieldFixture().spec, representation: vmSpec(1, [4, 4, 4], [4, 4, 4]) };
    const representation = representationOf(spec);
    const values = Object.fromEntries(
      representation.tensors(spec).map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b))]),
    );
    const [nx, ny] = spec.grid.size;
    for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++) values['featurePlaneXY'][(y * nx + x) * 4 + 1] = x + 10 * y;
    values['featureLineZ'].forEach((_, i, line) => (line[i] = i % 4 === 1 ? 1 + Math.floor(i / 4) : 0));
    values[BASIS][1] = 2;
    // 2 (x + 10 y) (1 + z) at the points (3, 2, 4) and (0, 1, 6)
    const points = Uint32Array.of(3 + nx * (2 + ny * 4), nx * (1 + ny * 6));
    expect([...representation.featuresAt(spec, values, points)]).toEqual([230, 140]);
  });

  it('are what the trilinear interpolation of their values at the points gives', () => {
    const fixture = fieldFixture({ representation: 'vm' });
    const { spec } = fixture;
    const representation = representationOf(spec);
    const values = valuesOf(fixture);
    const densities = representation.densities(spec, values);
    const at = representation.densityAt(spec, values);
    const random = new Random(3);
    for (let i = 0; i < 50; i++) {
      const point = spec.grid.min.map((low, axis) => low + random.float() * (spec.grid.max[axis] - low));
      const place = locate(spec.grid, [point[0], point[1], point[2]], 0);
      expect(at(place)).toBeCloseTo(
        place.corners.reduce((sum, corner, k) => sum + place.weights[k] * densities[corner], 0),
        4,
      );
    }
  });

  it('keep what they are on a finer grid, and in a part of their box', () => {
    const fixture = fieldFixture({ representation: 'vm' });
    const { spec } = fixture;
    const representation = representationOf(spec);
    const values = valuesOf(fixture);
    const before = representation.densities(spec, values);
    const fine = { ...spec, grid: { ...spec.grid, size: [17, 15, 13] as const } };
    const after = representation.densities(fine, representation.resize(values, spec.grid, fine.grid));
    const [nx, ny, nz] = spec.grid.size;
    for (let z = 0; z < nz; z++)
      for (let y = 0; y < ny; y++)
        for (let x = 0; x < nx; x++) expect(after[2 * x + 17 * (2 * y + 15 * 2 * z)]).toBeCloseTo(before[x + nx * (y + ny * z)], 3);
    // The half along x whose points are the first five.
    const middle = (spec.grid.min[0] + spec.grid.max[0]) / 2;
    const half = {
      ...spec,
      grid: { size: [5, ny, nz] as const, min: spec.grid.min, max: [middle, spec.grid.max[1], spec.grid.max[2]] as const },
    };
    const part = representation.densities(half, representation.resize(values, spec.grid, half.grid));
    for (let row = 0; row < ny * nz; row++) for (let x = 0; x < 5; x++) expect(part[row * 5 + x]).toBeCloseTo(before[row * nx + x], 4);
  });

  it('begin at random, the same for a seed', () => {
    const { spec } = fieldFixture({ representation: 'vm' });
    const initial = (seed: number) => representationOf(spec).initial(spec, new Random(seed));
    const values = initial(1);
    expect(initial(1)).toEqual(values);
    const plane = values['featurePlaneXY'];
    expect(Math.sqrt(plane.reduce((sum, value) => sum + value * value, 0) / plane.length)).toBeCloseTo(0.1, 2);
    expect(Math.max(...values[BASIS].map(Math.abs))).toBeLessThanOrEqual(1 / 12);
  });

  it('take on given densities as far as a step tells them apart; what that leaves open stays as it was', () => {
    const { spec } = fieldFixture({ representation: 'vm' });
    const representation = representationOf(spec);
    const values = representation.initial(spec, new Random(1));
    const [nx, ny, nz] = spec.grid.size;
    const [transparent, opaque] = [0, 1].map((alpha) => densityOf(alpha === 0 ? 1e-3 : 0.99, spec.densityShift, spec.interval));
    const wanted = Float32Array.from({ length: nx * ny * nz }, (_, i) => (i % nx === 4 ? 1000 : -1000));
    const given = representation.withDensities(spec, wanted, values)!;
    const densities = representation.densities(spec, { ...values, ...given });
    // What stays of the random ones is noise of a few hundredths.
    densities.forEach((density, i) => expect(Math.abs(density - (i % nx === 4 ? opaque : transparent)), `point ${i}`).toBeLessThan(0.3));
    expect(Object.keys(given).every((name) => name.startsWith('density'))).toBe(true);
    const [rank] = vmSpec(12).densityRanks;
    const second = (plane: Float32Array): Float32Array => plane.filter((_, i) => i % rank === 1);
    expect(second(given['densityPlaneXZ'])).toEqual(second(values['densityPlaneXZ']));
  });

  it('begin in normalised device coordinates with the same weight for every plane, as grids do', () => {
    const grid = { size: [6, 5, 16], min: [-1, -1, -1], max: [1, 1, 1] } as const;
    const spec: FieldSpec = {
      ...fieldFixture().spec,
      space: { kind: 'ndc' },
      grid,
      densityShift: 0,
      interval: 16,
      representation: vmSpec(12),
    };
    const grids = representationOf({ ...spec, representation: denseSpec(12) });
    const factors = representationOf(spec);
    const alphas = (of: typeof grids): Float32Array =>
      of.densities(spec, of.initial(spec, new Random(1))).map((density) => alphaOf(density, spec.densityShift, spec.interval));
    const [wanted, found] = [alphas(grids), alphas(factors)];
    // The last plane is all but opaque in either; the components that are left are noise of a few hundredths.
    found.forEach((alpha, i) => expect(Math.abs(alpha - wanted[i]), `point ${i}`).toBeLessThan(0.1));
  });

  it.each([
    ['no network', null],
    ['ReLU', { neuron: 'relu' }],
  ] as const)('have gradients that are the slopes of the loss: %s', async (_name, network) => {
    const fixture = fieldFixture({ ...smooth(network === null ? 3 : 12), network });
    const engine = await backend.createField(fixture.spec, capacityOf(fixture));
    await loadFixture(engine, fixture);
    const lossOf = async (): Promise<number> => (await engine.gradients(fixture.batch, fixture.settings)).result.loss;
    const { gradients } = await engine.gradients(fixture.batch, fixture.settings);
    for (const name of parametersOf(fixture.spec).filter((each) => !each.startsWith('w'))) {
      const values = await engine.read(name);
      const gradient = gradients[name]!;
      const length = Math.hypot(...gradient);
      const step = network === null ? 0.02 : 0.002;
      const at = async (sign: number): Promise<number> => {
        await engine.write(
          name,
          values.map((value, i) => value + (sign * step * gradient[i]) / length),
        );
        return lossOf();
      };
      const slope = ((await at(1)) - (await at(-1))) / (2 * step);
      await engine.write(name, values);
      expect(length, name).toBeGreaterThan(1e-4);
      expect(slope / length, name).toBeGreaterThan(0.97);
      expect(slope / length, name).toBeLessThan(1.03);
    }
    await engine.dispose();
  });

  it('have total variation of planes and L1 of the density, which are the slopes of what they say', async () => {
    const plain = fieldFixture({ ...smooth(3), network: null });
    const loss = { totalVariation: { density: 0.7, features: 0.4, dense: false }, densityL1: 0.3 };
    const penalised = fieldFixture({ ...smooth(3), network: null, loss: { ...smooth(3).loss, ...loss } });
    const engine = await backend.createField(penalised.spec, capacityOf(penalised));
    await loadFixture(engine, penalised);
    const without = (await engine.gradients(plain.batch, plain.settings)).gradients;
    const with_ = (await engine.gradients(penalised.batch, penalised.settings)).gradients;
    const penalty = (name: string, data: Float32Array, shape: readonly number[]): number => {
      const weight = { d: 0.7, f: 0.4, b: 0 }[name[0] as 'd' | 'f' | 'b'];
      let sum = name.startsWith('density') ? (0.3 * data.reduce((total, value) => total + Math.abs(value), 0)) / data.length : 0;
      if (shape.length < 3) return sum;
      const [rows, columns, rank] = shape;
      let [along, across] = [0, 0];
      for (let y = 0; y < rows; y++)
        for (let x = 0; x < columns; x++)
          for (let r = 0; r < rank; r++) {
            const at = (y * columns + x) * rank + r;
            if (x > 0) along += (data[at] - data[at - rank]) ** 2;
            if (y > 0) across += (data[at] - data[at - columns * rank]) ** 2;
          }
      sum += weight * 0.01 * 2 * (along / (rows * (columns - 1) * rank) + across / ((rows - 1) * columns * rank));
      return sum;
    };
    const h = 1e-2;
    for (const { name, shape } of representationOf(penalised.spec).tensors(penalised.spec)) {
      const data = penalised.tensors[name]!;
      for (const i of [0, 17 % data.length, data.length - 1]) {
        const moved = (sign: number): number => penalty(name, Object.assign(data.slice(), { [i]: data[i] + sign * h }), shape);
        expect(with_[name]![i] - without[name]![i], `${name} ${i}`).toBeCloseTo((moved(1) - moved(-1)) / (2 * h), 5);
      }
    }
    await engine.dispose();
  });

  it('train everywhere, what no ray touches too', async () => {
    const fixture = fieldFixture({ representation: 'vm' });
    const engine = await backend.createField(fixture.spec, capacityOf(fixture));
    await loadFixture(engine, fixture);
    await engine.write('featurePlaneXY.m', new Float32Array(fixture.tensors['featurePlaneXY']!.length).fill(1));
    await engine.write('featurePlaneXY.v', new Float32Array(fixture.tensors['featurePlaneXY']!.length).fill(1));
    await engine.trainStep(fixture.batch, fixture.settings);
    const after = await engine.read('featurePlaneXY');
    expect(after.every((value, i) => value !== fixture.tensors['featurePlaneXY']![i])).toBe(true);
    await engine.dispose();
  });

  it('cost interpolation, products and the basis', () => {
    const spec = { ...fieldFixture().spec, representation: vmSpec(27) };
    const rows = renderWork({ ...emptyCounts(), densityEvaluations: 10, samples: 2 }, spec).filter(
      ({ stage }) => stage === 'interpolation',
    );
    expect(rows.map(({ part, work }) => [part, work.macs])).toEqual([
      ['density', 10 * 7 * 48],
      ['features', 2 * 6 * 144],
      ['basis matrix', 2 * 144 * 27],
    ]);
  });

  it('L1 is refused where there are no factors', async () => {
    const fixture = fieldFixture({ loss: { densityL1: 1 } });
    const engine = await backend.createField(fixture.spec, capacityOf(fixture));
    await expect(engine.trainStep(fixture.batch, fixture.settings)).rejects.toThrow(/fields of the kind dense have none/);
    await engine.dispose();
  });
});
