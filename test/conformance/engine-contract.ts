/** What the interface promises besides numbers: the same for every backend, itself the reference. */
import { voxelCount } from '../../src/geometry/grid.ts';
import type { Rays } from '../../src/geometry/rays.ts';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, Capacity, FieldEngine } from '../../src/engine/backend.ts';
import { type FieldSpec } from '../../src/model/field-spec.ts';
import { parametersOf, trainingTensors, type TensorName } from '../../src/model/tensor-names.ts';
import { capacityOf, fieldFixture, firstRays, loadFixture, type FieldFixture } from '../helpers/field-fixtures.ts';
import { coefficients } from './case-options.ts';
import { expectClose } from './compare.ts';

const RENDER = { background: [0.2, 0.4, 0.6], noiseSeed: 9 } as const;

export function describeEngineContract(name: string, createBackend: () => Promise<Backend>): void {
  describe(`${name} keeps the contract of an engine`, () => {
    let backend: Backend;
    const open: FieldEngine[] = [];
    beforeAll(async () => {
      backend = await createBackend();
    });
    afterEach(async () => {
      for (const engine of open.splice(0)) await engine.dispose();
    });

    async function create(spec: FieldSpec, capacity: Partial<Capacity> = {}): Promise<FieldEngine> {
      const engine = await backend.createField(spec, { voxels: voxelCount(spec.grid), trainRays: 64, ...capacity });
      open.push(engine);
      return engine;
    }

    async function load(fixture: FieldFixture): Promise<FieldEngine> {
      const engine = await create(fixture.spec);
      await loadFixture(engine, fixture);
      return engine;
    }

    test('names itself and estimates its memory', () => {
      const { spec } = fieldFixture();
      const small = backend.estimateBytes(spec, { voxels: 1000, trainRays: 64 });
      expect(backend.name).toBe(name.split(' ')[0]);
      expect(small).toBeGreaterThan(0);
      expect(backend.estimateBytes(spec, { voxels: 100_000, trainRays: 64 })).toBeGreaterThan(small);
    });

    test('a new field is empty, fully occupied, with rates of 1', async () => {
      const engine = await create(fieldFixture().spec);
      for (const tensor of ['density', 'features', 'w1', 'w2.m', 'w3.v', 'density.v', 'features.m', 'inputRange'] as const) {
        expect((await engine.read(tensor)).every((value) => value === 0)).toBe(true);
      }
      expect((await engine.read('rate')).every((value) => value === 1)).toBe(true);
      expect((await engine.readOccupancy()).every((value) => value === 1)).toBe(true);
    });

    test('reads what was written, as copies', async () => {
      const fixture = fieldFixture();
      const engine = await load(fixture);
      for (const [tensor, data] of Object.entries(fixture.tensors) as [TensorName, Float32Array][]) {
        const moment = `${tensor}.v` as TensorName;
        expect(await engine.read(tensor)).toEqual(data);
        (await engine.read(tensor)).fill(7);
        expect(await engine.read(tensor)).toEqual(data);
        if (tensor === 'rate' || tensor === 'inputRange') continue;
        await engine.write(moment, data);
        expect(await engine.read(moment)).toEqual(data);
      }
      expect(await engine.readOccupancy()).toEqual(fixture.occupancy);
    });

    test.each(['density', 'features', 'w1', 'w2', 'w3', 'features.m', 'w3.v', 'rate', 'inputRange'] as const)(
      'refuses a %s of another length',
      async (tensor) => {
        const engine = await create(fieldFixture().spec);
        const { length } = await engine.read(tensor);
        await expect(engine.write(tensor, new Float32Array(length + 1))).rejects.toThrow(RangeError);
        await expect(engine.write(tensor, new Float32Array(length - 1))).rejects.toThrow(RangeError);
      },
    );

    test('refuses an occupancy of another length, a tensor that the field does not have, and too large a batch', async () => {
      const engine = await create(fieldFixture({ network: null }).spec, { trainRays: 8 });
      const { batch, settings } = fieldFixture({ network: null, rays: 9 });
      await expect(engine.writeOccupancy(new Uint8Array(3))).rejects.toThrow(RangeError);
      await expect(engine.read('w1')).rejects.toThrow(RangeError);
      await expect(engine.write('w2', new Float32Array(1))).rejects.toThrow(RangeError);
      await expect(engine.trainStep(batch, settings)).rejects.toThrow(RangeError);
    });

    const variation = (dense: boolean): FieldFixture => fieldFixture({ loss: { totalVariation: { density: 30, features: 20, dense } } });
    test.each<[string, FieldFixture, Partial<Capacity>, RegExp]>([
      ['rays', fieldFixture({ rays: 37 }), { trainRays: 36 }, /37 rays is beyond.* 36 /],
      ['any step', fieldFixture(), { trainRays: 0 }, /rendering only/],
      ['total variation', variation(false), { totalVariation: 'nowhere' }, /total variation touched.*nowhere/],
      ['dense total variation', variation(true), { totalVariation: 'touched' }, /total variation everywhere.*touched/],
      ['dropout', fieldFixture({ settings: { dropout: 0.3 } }), { dropout: false }, /drops 0.3/],
    ])('refuses %s beyond its capacity, and goes on as if nothing had been asked', async (_what, fixture, less, message) => {
      const engine = await create(fixture.spec, { ...capacityOf(fixture), ...less });
      for (const name of parametersOf(fixture.spec)) await engine.write(name, fixture.tensors[name]!);
      await expect(engine.trainStep(fixture.batch, fixture.settings)).rejects.toThrow(message);
      await expect(engine.gradients(fixture.batch, fixture.settings)).rejects.toThrow(RangeError);
      for (const name of parametersOf(fixture.spec)) expect(await engine.read(name), name).toEqual(fixture.tensors[name]);
    });

    test('with the room it was made for, dense total variation reaches every voxel of a grid that few rays touch', async () => {
      const fixture = fieldFixture({
        rays: 16,
        size: [24, 24, 24],
        network: null,
        loss: { totalVariation: { density: 30, features: 0, dense: true } },
      });
      const engine = await create(fixture.spec, capacityOf(fixture));
      // So even that hardly any differences are clamped, which could cancel each other.
      const before = fixture.tensors.density!.map((value) => value / 10);
      await engine.write('density', before);
      await engine.trainStep(fixture.batch, fixture.settings);
      const density = await engine.read('density');
      expect(density.filter((value, i) => value !== before[i]).length).toBeGreaterThan(0.99 * density.length);
    });

    test('refuses arrays of another length than the number of rays says', async () => {
      const fixture = fieldFixture({ loss: { potentials: coefficients(16) } });
      const engine = await load(fixture);
      const { batch, settings } = fixture;
      const { loss } = settings;
      for (const name of ['origins', 'directions', 'target', 'background', 'viewDirections'] as const)
        for (const length of [3 * batch.count - 1, 3 * batch.count + 3])
          await expect(engine.trainStep({ ...batch, [name]: new Float32Array(length) }, settings), name).rejects.toThrow(RangeError);
      for (const count of [batch.count - 1, -1, 0.5])
        await expect(engine.trainStep({ ...batch, count }, settings), `${count}`).rejects.toThrow(RangeError);
      const [first, second] = coefficients(16);
      const short = { ...settings, loss: { ...loss, potentials: [first, second.slice(1)] as const } };
      await expect(engine.trainStep(batch, short)).rejects.toThrow(RangeError);
      await expect(engine.renderRays({ ...batch, directions: batch.directions.slice(3) }, RENDER)).rejects.toThrow(RangeError);
      expect((await engine.trainStep(firstRays(batch, 5), settings)).counts.rays).toBe(5);
    });

    test('a field made for rendering renders, and has no moments', async () => {
      const fixture = fieldFixture();
      const { density, features, w1, w2, w3 } = fixture.tensors;
      const trained = await load(fixture);
      const engine = await create(fixture.spec, { trainRays: 0 });
      await loadFixture(engine, { ...fixture, tensors: { density, features, w1, w2, w3 } });
      expect((await engine.renderRays(fixture.batch, RENDER)).rgb).toEqual((await trained.renderRays(fixture.batch, RENDER)).rgb);
      await expect(engine.read('density.m')).rejects.toThrow(RangeError);
    });

    test('gradients() changes nothing', async () => {
      const fixture = fieldFixture({ network: { temporal: 'repeat', encoding: 'poisson' } });
      const engine = await load(fixture);
      const names: TensorName[] = ['density', 'density.m', 'features', 'features.v', 'w1', 'w1.m', 'w2', 'w3', 'inputRange'];
      const before = await Promise.all(names.map((tensor) => engine.read(tensor)));
      await engine.gradients(fixture.batch, fixture.settings);
      expect(await Promise.all(names.map((tensor) => engine.read(tensor)))).toEqual(before);
    });

    test('the same calls give the same bits', async () => {
      const fixture = fieldFixture({ network: { temporal: 'pad' } });
      const runs = [];
      for (let run = 0; run < 2; run++) {
        const engine = await load(fixture);
        for (let step = 1; step <= 3; step++) await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step });
        runs.push([await engine.read('density'), await engine.read('features'), await engine.read('w1'), await engine.read('w3.v')]);
      }
      expect(runs[1]).toEqual(runs[0]);
    });

    test.each(['plif', 'glif'])('tensors carry the training over to another engine, bit for bit (%s)', async (neuron) => {
      const fixture = fieldFixture({ network: { neuron }, rays: 12 });
      const train = async (engine: FieldEngine, from: number): Promise<void> => {
        for (let step = from; step < from + 2; step++) await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step });
      };
      const engine = await load(fixture);
      await train(engine, 1);
      const copy = await create(fixture.spec);
      for (const name of trainingTensors(fixture.spec)) await copy.write(name, await engine.read(name));
      await copy.write('rate', await engine.read('rate'));
      await copy.writeOccupancy(fixture.occupancy);
      const start = await engine.read('n1.tau');
      for (const each of [engine, copy]) await train(each, 3);
      expect(await engine.read('n1.tau')).not.toEqual(start);
      for (const name of parametersOf(fixture.spec)) expect(await copy.read(name), name).toEqual(await engine.read(name));
    });

    test('voxels without a sample keep value and moments', async () => {
      const fixture = fieldFixture();
      const engine = await load(fixture);
      const { gradients } = await engine.gradients(fixture.batch, fixture.settings);
      const moments = fixture.tensors.density!.map((value) => value * value);
      await engine.write('density.m', moments);
      await engine.write('density.v', moments);
      await engine.trainStep(fixture.batch, fixture.settings);
      const [density, m] = [await engine.read('density'), await engine.read('density.m')];
      const untouched = [...gradients.density!.keys()].filter((voxel) => gradients.density![voxel] === 0);
      expect(untouched.length).toBeGreaterThan(20);
      for (const voxel of untouched) {
        expect(density[voxel]).toBe(fixture.tensors.density![voxel]);
        expect(m[voxel]).toBe(moments[voxel]);
      }
    });

    test.each([
      ['no ray hits the box', { origins: 100, occupancy: 1, weightThreshold: 0.02 }],
      ['nothing is occupied', { origins: 0, occupancy: 0, weightThreshold: 0.02 }],
      ['no sample weighs enough', { origins: 0, occupancy: 1, weightThreshold: 2 }],
    ])('a batch where %s', async (_what, { origins, occupancy, weightThreshold }) => {
      const fixture = fieldFixture({ spec: { weightThreshold } });
      const engine = await load(fixture);
      await engine.writeOccupancy(fixture.occupancy.fill(occupancy));
      const batch = { ...fixture.batch, origins: fixture.batch.origins.map((value) => value + origins) };
      const { gradients } = await engine.gradients(batch, fixture.settings);
      const { loss, counts } = await engine.trainStep(batch, fixture.settings);
      expect(Number.isFinite(loss)).toBe(true);
      expect(counts).toMatchObject({ rays: batch.count, activeRays: 0, samples: 0, timeSteps: 0, spikes: [0, 0] });
      for (const gradient of [gradients.features, gradients.w1, gradients.w2, gradients.w3]) {
        expect(gradient!.every((value) => value === 0)).toBe(true);
      }
      const rendered = await engine.renderRays(batch, RENDER);
      if (counts.densitySamples > 0) return;
      expect(rendered.opacity.every((value) => value === 0)).toBe(true);
      expectClose(
        'rgb',
        rendered.rgb,
        new Float32Array(rendered.rgb.length).map((_, i) => RENDER.background[i % 3]),
        1e-7,
      );
      if (origins > 0) expect(rendered.depth.every((value) => value === 0)).toBe(true);
    });

    test('a large render equals its parts, and the weight threshold can be replaced', async () => {
      const fixture = fieldFixture();
      const engine = await load(fixture);
      const rays = repeatRays(fixture.batch, 100);
      const one = await engine.renderRays(fixture.batch, RENDER);
      const many = await engine.renderRays(rays, RENDER);
      expect(many.rgb.slice(-one.rgb.length)).toEqual(one.rgb);
      expect(many.depth.slice(-one.depth.length)).toEqual(one.depth);
      expect(many.spikes.slice(-one.spikes.length)).toEqual(one.spikes);
      expect(many.counts.samples).toBe(one.counts.samples * 100);
      const all = await engine.renderRays(fixture.batch, { ...RENDER, weightThreshold: 0 });
      expect(all.counts.samples).toBe(all.counts.densitySamples);
      expect(all.counts.samples).toBeGreaterThan(one.counts.samples);
      expect((await engine.renderRays(fixture.batch, RENDER)).rgb).toEqual(one.rgb);
    });

    test('scaling refuses a grid beyond the capacity, and keeps what lies on the grid where only the activation changes', async () => {
      const fixture = fieldFixture();
      const engine = await create(fixture.spec, { voxels: 1000, steps: 1000 });
      await loadFixture(engine, fixture);
      const tooLarge = { ...fixture.spec.grid, size: [10, 10, 11] as const };
      await expect(engine.scaleGrid({ ...fixture.spec, grid: tooLarge })).rejects.toThrow(RangeError);
      expect(engine.spec).toEqual(fixture.spec);

      const shifted = { ...fixture.spec, densityShift: -2, weightThreshold: 0.1 };
      await engine.scaleGrid(shifted);
      expect(engine.spec).toEqual(shifted);
      for (const name of ['density', 'features', 'w1'] as const) expect(await engine.read(name), name).toEqual(fixture.tensors[name]);
      expect(await engine.read('rate')).toEqual(new Float32Array(504).fill(1));
    });

    test.each([{}, { neuron: 'plif' }])('after scaling it trains as a new field with its tensors does (%j)', async (network) => {
      const small = fieldFixture({ network });
      const large = fieldFixture({ network, size: [13, 12, 9], spec: { densityShift: -2 } });
      const engine = await create(small.spec, { voxels: 13 * 12 * 9, steps: 1000 });
      await loadFixture(engine, small);
      await engine.trainStep(small.batch, small.settings);
      await engine.scaleGrid(large.spec);
      const fresh = await create(large.spec);
      for (const name of parametersOf(large.spec)) await fresh.write(name, await engine.read(name));
      await fresh.writeOccupancy(await engine.readOccupancy());
      const [a, b] = [await engine.trainStep(large.batch, large.settings), await fresh.trainStep(large.batch, large.settings)];
      expect(a.counts.samples).toBeGreaterThan(20);
      expect(a).toEqual(b);
      for (const name of trainingTensors(large.spec)) expect(await engine.read(name), name).toEqual(await fresh.read(name));
    });
  });
}

function repeatRays({ count, origins, directions }: Rays, times: number): Rays {
  const tile = (data: Float32Array): Float32Array => {
    const out = new Float32Array(data.length * times);
    for (let i = 0; i < times; i++) out.set(data, i * data.length);
    return out;
  };
  return { count: count * times, origins: tile(origins), directions: tile(directions) };
}
