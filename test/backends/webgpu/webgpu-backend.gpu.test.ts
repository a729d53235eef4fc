/** What the webgpu backend promises beyond the contract of an engine: parts, leaps over large empty spaces, limits, what it refuses. */
import { denseSpec } from '../../../src/model/representations/dense.ts';
import { maxStepsPerRay } from '../../../src/lattice/lattice.ts';
import { voxelCount } from '../../../src/geometry/grid.ts';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { FieldEngine, RenderedRays } from '../../../src/engine/backend.ts';
import { createTfjsBackend } from '../../../src/backends/tfjs/tfjs-backend.ts';
import { CallRunner } from '../../../src/backends/webgpu/call-runner.ts';
import type { WebgpuDevice } from '../../../src/backends/webgpu/device.ts';
import { createWebgpuBackend, type WebgpuBackendOptions } from '../../../src/backends/webgpu/webgpu-backend.ts';
import { DeviceError, MemoryError } from '../../../src/base/errors.ts';
import { presets } from '../../../src/config/presets.ts';
import { stageVariation } from '../../../src/train/loss-terms.ts';
import { fromHalves, toHalves } from '../../../src/math/half.ts';
import { defineNeuron } from '../../../src/neurons/define-neuron.ts';
import { add, mul, spike, stopGradient, sub } from '../../../src/neurons/graph.ts';
import { constantParameter } from '../../../src/neurons/parameters.ts';
import { renderingTensors } from '../../../src/model/tensor-names.ts';
import { variationReach } from '../../../src/model/total-variation.ts';
import { fineSpec } from '../../../src/train/stage-spec.ts';
import { expectClose, expectCloseToMax } from '../../conformance/compare.ts';
import { capacityOf, fieldFixture, loadFixture, type FieldFixture, type FixtureOptions } from '../../helpers/field-fixtures.ts';
import { openTestDevice } from '../../helpers/test-adapter.ts';

const RENDER = { background: [0.2, 0.4, 0.6], noiseSeed: 9 } as const;
const COARSE = { network: null } as const;

let device: WebgpuDevice;
beforeAll(async () => {
  device = await openTestDevice();
});

async function create(fixture: FieldFixture, options?: WebgpuBackendOptions): Promise<FieldEngine> {
  const { spec, batch, teacher, settings } = fixture;
  const capacity = {
    voxels: voxelCount(spec.grid),
    trainRays: batch.count,
    teacherVoxels: teacher ? voxelCount(teacher.grid) : 0,
    dropout: settings.dropout > 0,
    totalVariation: variationReach(settings.loss.totalVariation),
  };
  const engine = await createWebgpuBackend(device, options).createField(fixture.spec, capacity);
  await loadFixture(engine, fixture);
  return engine;
}

describe('parts', () => {
  it('rendering without a network in parts changes no bit', async () => {
    const fixture = fieldFixture(COARSE);
    const capacity = { voxels: voxelCount(fixture.spec.grid), trainRays: 0 };
    const { density, features } = fixture.tensors;
    const rendered = [];
    for (const options of [{}, { partSamples: maxStepsPerRay(fixture.spec) }]) {
      const engine = await createWebgpuBackend(device, options).createField(fixture.spec, capacity);
      await loadFixture(engine, { ...fixture, tensors: { density, features } });
      rendered.push(await engine.renderRays(fixture.batch, RENDER), await engine.renderRays(fixture.batch, RENDER));
      await engine.dispose();
    }
    expect(rendered[0].counts.samples).toBeGreaterThan(3 * maxStepsPerRay(fixture.spec));
    for (const each of rendered) expect(each).toEqual(rendered[0]);
  });

  it.each([
    ['condense', {}],
    ['pad', { network: { temporal: 'pad' } }],
    ['a teacher, dropout', { teacher: true, loss: { teacherColour: 0.5, teacherPotential: 0.2 }, settings: { dropout: 0.3 } }],
  ] as const)('a network is trained in parts as at once, and again with the same bits (%s)', async (_, options) => {
    const fixture = fieldFixture(options);
    const whole = await create(fixture);
    const wanted = await whole.gradients(fixture.batch, fixture.settings);
    const wantedImage = await whole.renderRays(fixture.batch, RENDER);
    await whole.dispose();
    const parts = await create(fixture, { partSamples: maxStepsPerRay(fixture.spec) });
    const got = await parts.gradients(fixture.batch, fixture.settings);
    expect(got.result.counts).toEqual(wanted.result.counts);
    expectCloseToMax('loss', [got.result.loss], [wanted.result.loss], 1e-5);
    for (const name of ['density', 'features', 'w1', 'w2', 'w3'] as const)
      expectCloseToMax(name, got.gradients[name]!, wanted.gradients[name]!, 1e-5);
    // Now the host encodes as many parts as it needed; the first time it had to repeat the call.
    expect(await parts.gradients(fixture.batch, fixture.settings)).toEqual(got);
    const image = await parts.renderRays(fixture.batch, RENDER);
    expect(image.counts).toEqual(wantedImage.counts);
    expect(image.spikes).toEqual(wantedImage.spikes);
    expectClose('rgb', image.rgb, wantedImage.rgb, 1e-6);
    await parts.dispose();
  });
});

it('dispatches that go on in a second dimension change no bit', async () => {
  const fixture = fieldFixture({ ...COARSE, size: [14, 14, 14], rays: 60, spec: { stepLength: 0.05 } });
  const trained = [];
  for (const options of [{}, { dispatchWidth: 3 }]) {
    const engine = await create(fixture, options);
    const result = await engine.trainStep(fixture.batch, fixture.settings);
    // More workgroups than a row has, of 256 samples and of 64 voxels.
    expect(result.counts.densitySamples).toBeGreaterThan(3 * 256);
    trained.push([result, await engine.read('density'), await engine.read('features'), await engine.renderRays(fixture.batch, RENDER)]);
    await engine.dispose();
  }
  expect(trained[1]).toEqual(trained[0]);
});

it('spikes in gaps are counted, but not punished', async () => {
  // What a potential is above its threshold stays, and fires later.
  const soft = defineNeuron({
    name: 'soft-reset',
    summary: 'leaky, reset by subtraction',
    source: 'this test',
    parameters: { threshold: constantParameter('firing threshold', 0.3, [1e-6, 1e6]) },
    charge: ({ x, state: { v } }) => add(mul(v, 0.8), x),
    fire: ({ h, p }) => spike(h, p.threshold),
    reset: ({ h, s, p }) => ({ v: sub(h, mul(p.threshold, stopGradient(s))) }),
    surrogate: { name: 'sigmoid', alpha: 4 },
  });
  const tfjs = await createTfjsBackend({ neurons: [soft], measureMargins: true });
  const fixture = fieldFixture({ rays: 18, network: { neuron: 'soft-reset', temporal: 'pad' }, loss: { spikes: [1, 0.6] } });
  const reference = await tfjs.createField(fixture.spec, capacityOf(fixture));
  await loadFixture(reference, fixture);
  const gaps = (await reference.probe(fixture.batch, {})).flatMap(({ steps }) => steps.filter(({ sample }) => sample < 0));
  for (const layer of [0, 1]) expect(gaps.reduce((sum, { layers }) => sum + layers[layer].neurons.length, 0)).toBeGreaterThan(50);

  const engine = await create(fixture);
  const wanted = await reference.gradients(fixture.batch, fixture.settings);
  const got = await engine.gradients(fixture.batch, fixture.settings);
  expect(reference.margins.spike).toBeGreaterThan(1e-5);
  expect(got.result.counts).toEqual(wanted.result.counts);
  expect(got.result.loss).toBeCloseTo(wanted.result.loss, 5);
  expectCloseToMax('w1', got.gradients.w1!, wanted.gradients.w1!, 2e-4);
  await engine.dispose();
  await reference.dispose();
});

it.each([
  ['in a box', {}],
  ['with gaps', { network: { temporal: 'pad' } }],
] as const)('operations of subgroups change no bit %s', async (_, options) => {
  expect(device.has('subgroups')).toBe(true);
  // Neither a multiple of a subgroup nor of a workgroup.
  const fixture = fieldFixture({ ...options, rays: 77 });
  const trained = [];
  for (const subgroups of [true, false]) {
    const engine = await create(fixture, { subgroups });
    const result = await engine.trainStep(fixture.batch, fixture.settings);
    trained.push([result, await engine.read('density'), await engine.read('w1'), await engine.renderRays(fixture.batch, RENDER)]);
    await engine.dispose();
  }
  expect(trained[1]).toEqual(trained[0]);
});

it.each([
  ['one channel, total variation', 1, { ...COARSE, loss: { totalVariation: { density: 30, features: 20, dense: true } } }],
  ['two channels, a network and a teacher', 2, { teacher: true, loss: { teacherColour: 0.5 } }],
] as const)('smaller planes of features change no bit (%s)', async (_, fewer, options) => {
  const fixture = fieldFixture({ size: [11, 10, 12], ...options });
  const trained = [];
  for (const channels of [4, fewer]) {
    const engine = await create(fixture, { planeBytes: 4 * channels * voxelCount(fixture.spec.grid) });
    const gradients = await engine.gradients(fixture.batch, fixture.settings);
    const result = await engine.trainStep(fixture.batch, fixture.settings);
    const tensors = [await engine.read('features'), await engine.read('features.v'), await engine.read('density')];
    trained.push([gradients, result, ...tensors, await engine.renderRays(fixture.batch, RENDER)]);
    await engine.dispose();
  }
  expect(trained[1]).toEqual(trained[0]);
});

describe('features in 16 bits', () => {
  async function render(fixture: FieldFixture, options: WebgpuBackendOptions, features: Float32Array): Promise<RenderedRays> {
    const { spec, tensors, batch } = fixture;
    const engine = await createWebgpuBackend(device, options).createField(spec, { voxels: voxelCount(spec.grid), trainRays: 0 });
    const rendering = renderingTensors(spec).map((name) => [name, tensors[name]]);
    await loadFixture(engine, { ...fixture, tensors: { ...Object.fromEntries(rendering), features } });
    expect(await engine.read('features')).toEqual(options.halfFeatures === true ? roundedOf(features) : features);
    const image = await engine.renderRays(batch, RENDER);
    await engine.dispose();
    return image;
  }
  const roundedOf = (values: Float32Array): Float32Array => fromHalves(toHalves(values));

  it.each([4, 2])('are read as what they were rounded to, in planes of %i channels', async (channels) => {
    const fixture = fieldFixture();
    const features = fixture.tensors.features!;
    const planeBytes = 2 * channels * voxelCount(fixture.spec.grid);
    const half = await render(fixture, { halfFeatures: true, planeBytes }, features);
    expect(half.counts.spikes[1]).toBeGreaterThan(0);
    expect(half).toEqual(await render(fixture, {}, roundedOf(features)));
  });

  it('change a colour by no more than rounding logits to 11 bits can', async () => {
    const fixture = fieldFixture(COARSE);
    const features = fixture.tensors.features!;
    const [half, exact] = [await render(fixture, { halfFeatures: true }, features), await render(fixture, {}, features)];
    const largest = features.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expectClose('rgb', half.rgb, exact.rgb, (largest * 2 ** -11) / 4 + 1e-6);
    expect(half.rgb).not.toEqual(exact.rgb);
    expect({ ...half, rgb: null }).toEqual({ ...exact, rgb: null });
  });

  it('are half as large, and only where nothing is trained; the description says so', () => {
    const { spec } = fieldFixture();
    const [plain, half] = [createWebgpuBackend(device), createWebgpuBackend(device, { halfFeatures: true })];
    const bytes = (trainRays: number): number[] => [plain, half].map((each) => each.estimateBytes(spec, { voxels: 1e6, trainRays }));
    expect(bytes(0)[0] - bytes(0)[1]).toBe(24e6);
    expect(bytes(64)[0]).toBe(bytes(64)[1]);
    expect(half.description).toContain('features in 16 bits');
    expect(plain.description).not.toContain('16 bits');
  });
});

it.each([
  ['in a box', { stepLength: 0.021 }],
  [
    'in contracted space',
    {
      stepLength: 0.02,
      space: { kind: 'unbounded', centre: [0, 0, 0], radius: 1 },
      grid: { size: [41, 38, 45], min: [-1.2, -1.2, -1.2], max: [1.2, 1.2, 1.2] },
    },
  ],
] as const)('leaps over large empty spaces lose no step %s', async (_, space) => {
  const spec = { densityShift: -6, alphaThreshold: 1e-4, ...space };
  const fixture = fieldFixture({ ...COARSE, size: [41, 38, 45], rays: 60, spec });
  const inBall = (i: number): boolean => Math.hypot((i % 41) - 14, (Math.floor(i / 41) % 38) - 22, Math.floor(i / (41 * 38)) - 24) < 9;
  const occupancy = fixture.occupancy.map((occupied, i) => (inBall(i) || i % 3001 === 0 ? occupied : 0));
  const reference = await (await createTfjsBackend()).createField(fixture.spec, { voxels: voxelCount(fixture.spec.grid), trainRays: 60 });
  const engine = await create(fixture);
  await loadFixture(reference, fixture);
  for (const each of [reference, engine]) await each.writeOccupancy(occupancy);
  const wanted = await reference.renderRays(fixture.batch, RENDER);
  const got = await engine.renderRays(fixture.batch, RENDER);
  expect(wanted.counts.densityEvaluations).toBeGreaterThan(200);
  expect(got.counts).toEqual(wanted.counts);
  const farthest = Math.max(1, ...wanted.depth.map((depth) => depth / 10));
  expectClose('depth', got.depth, wanted.depth, 2e-5 * farthest);
  await reference.dispose();
  await engine.dispose();
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

it('a GPU that is lost while the grid is scaled ends what comes next: nothing is read, nothing trained', async () => {
  const lost = await openTestDevice();
  const fixture = fieldFixture(COARSE);
  const engine = await createWebgpuBackend(lost).createField(fixture.spec, { voxels: 1000, steps: 1000, trainRays: fixture.batch.count });
  await loadFixture(engine, fixture);
  lost.device.destroy();
  await engine.scaleGrid({ ...fixture.spec, grid: { ...fixture.spec.grid, size: [10, 10, 10] } });
  await expect(engine.readOccupancy()).rejects.toThrow(DeviceError);
  await expect(engine.read('density')).rejects.toThrow(DeviceError);
  await expect(engine.trainStep(fixture.batch, fixture.settings)).rejects.toThrow(DeviceError);
});

it('a step that fails leaves no threshold raised', async () => {
  const high = [16, 16].map((width) => new Float32Array(width).fill(5));
  const fixture = fieldFixture({ seed: 1, network: { neuron: 'lif-regulated' }, settings: { thresholdRises: high } });
  const engine = await create(fixture);
  const before = await engine.renderRays(fixture.batch, RENDER);
  expect(before.counts.spikes[0]).toBeGreaterThan(0);
  const run = vi.spyOn(CallRunner.prototype, 'run').mockRejectedValueOnce(new Error('not this time'));
  await expect(engine.trainStep(fixture.batch, fixture.settings)).rejects.toThrow('not this time');
  run.mockRestore();
  expect(await engine.renderRays(fixture.batch, RENDER)).toEqual(before);
  await engine.dispose();
});

describe('what cannot be is refused', () => {
  const { spec } = fieldFixture(COARSE);

  it('a field that the GPU cannot bind, with the numbers that would fit', async () => {
    const plain = createWebgpuBackend(await openTestDevice({ plain: true }));
    const network = fieldFixture().spec;
    for (const [of, capacity, message, fix] of [
      [spec, { voxels: 40_000_000, trainRays: 0 }, /density needs 153 MiB; this GPU binds at most 128 MiB/, 'fine.voxels=33554432'],
      [network, { voxels: 17_000_000, trainRays: 64 }, /cells needs 130 MiB/, 'fine.voxels=16777216'],
      [spec, { voxels: 1000, trainRays: 100_000, steps: 100 }, /packedPlaces needs 153 MiB/, 'fine.rays=83886'],
      [network, { voxels: 1000, trainRays: 64, teacherVoxels: 4e7 }, /teacherFeatures0 needs/, 'a teacher of at most 33554432 voxels'],
      [network, { voxels: 1000, trainRays: 8, steps: 10_000_000 }, /A ray of 10000000 samples/, 'fine.stepSize'],
      [spec, { voxels: 1000, trainRays: 2 ** 22 }, /beyond the 2097152 that a dispatch reaches/, 'fine.rays=2097152'],
    ] as const) {
      const refused = errorOf(() => plain.estimateBytes(of, capacity));
      await expect(plain.createField(of, capacity)).rejects.toEqual(refused);
      expect(refused).toBeInstanceOf(MemoryError);
      expect((refused as MemoryError).message).toMatch(message);
      expect((refused as MemoryError).fix).toContain(fix);
    }
    // What exactly fits is not refused: these are the limits of 128 MiB themselves.
    const largest = await plain.createField(spec, { voxels: 8_388_608, trainRays: 0 });
    await largest.dispose();
    expect(plain.estimateBytes(spec, { voxels: 33_554_432, trainRays: 0 })).toBeGreaterThan(5 * 2 ** 27);
  });

  it('no preset, on the least GPU', async () => {
    const plain = createWebgpuBackend(await openTestDevice({ plain: true }));
    const box = { min: [-1, -1, -1], max: [1, 1, 1] } as const;
    for (const [name, space] of [
      ['paper', { kind: 'bounded' }],
      ['gpu', { kind: 'bounded' }],
      ['llff-paper', { kind: 'ndc' }],
      ['unbounded', { kind: 'unbounded', centre: [0, 0, 0], radius: 1 }],
    ] as const) {
      const { [name]: preset } = presets;
      const trained = fineSpec(preset, { space, near: 0.1, box }, preset.fine.scaleAt.length);
      const capacity = {
        voxels: voxelCount(trained.grid),
        trainRays: preset.fine.rays,
        totalVariation: stageVariation(preset.fine.loss),
      };
      expect(plain.estimateBytes(trained, capacity), name).toBeGreaterThan(3 * 48 * preset.fine.voxels * 0.9);
    }
  });

  it('more inputs as Poisson spikes than a row has bits for', async () => {
    const { spec } = fieldFixture({ representation: denseSpec(40), network: { temporal: 'repeat', encoding: 'poisson' } });
    const field = createWebgpuBackend(device).createField(spec, { voxels: 1000, trainRays: 8 });
    await expect(field).rejects.toThrow(/at most 64 inputs as Poisson spikes; the field has 67/);
  });

  it('encoded features', async () => {
    const { spec } = fieldFixture({ network: { featureFrequencies: 2 } });
    const field = createWebgpuBackend(device).createField(spec, { voxels: 1000, trainRays: 0 });
    await expect(field).rejects.toThrow(/shows the network features as they are; the field has network.featureFrequencies=2/);
  });

  it.each<[string, FixtureOptions]>([
    ['27', { representation: denseSpec(27) }],
    ['5, shown as spikes', { representation: denseSpec(5), rays: 18, network: { temporal: 'repeat', encoding: 'poisson' } }],
  ])('it renders other numbers of features than 12: %s', async (_name, options) => {
    const fixture = fieldFixture(options);
    const settings = { background: [1, 0.5, 0.1], noiseSeed: 5 } as const;
    const [wanted, got] = await Promise.all(
      [await createTfjsBackend(), createWebgpuBackend(device)].map(async (backend) => {
        const engine = await backend.createField(fixture.spec, { voxels: 1000, trainRays: 0 });
        for (const name of renderingTensors(fixture.spec)) await engine.write(name, fixture.tensors[name]!);
        await engine.writeOccupancy(fixture.occupancy);
        const rendered = await engine.renderRays(fixture.batch, settings);
        await engine.dispose();
        return rendered;
      }),
    );
    expect(got.counts).toEqual(wanted.counts);
    expectClose('rgb', got.rgb, wanted.rgb, 2e-5);
  });

  it('dropout that nothing was reserved for', async () => {
    const fixture = fieldFixture();
    const engine = await create(fixture);
    await expect(engine.trainStep(fixture.batch, { ...fixture.settings, dropout: 0.1 })).rejects.toThrow(RangeError);
    await engine.dispose();
  });
});
