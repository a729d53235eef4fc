/** What the webgpu backend promises beyond the contract of an engine: parts, leaps over large empty spaces, limits, what it refuses. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { FieldEngine } from '../../../src/backends/backend.ts';
import { createTfjsBackend } from '../../../src/backends/tfjs/tfjs-backend.ts';
import type { WebgpuDevice } from '../../../src/backends/webgpu/device.ts';
import { createWebgpuBackend, type WebgpuBackendOptions } from '../../../src/backends/webgpu/webgpu-backend.ts';
import { BackendError, MemoryError } from '../../../src/errors.ts';
import { maxStepsPerRay, voxelCount } from '../../../src/model/field-spec.ts';
import { expectClose, expectCloseToMax } from '../../conformance/compare.ts';
import { fieldFixture, loadFixture, type FieldFixture } from '../../helpers/field-fixtures.ts';
import { openSoftwareDevice } from '../../helpers/software-adapter.ts';

// A software adapter compiles a kernel for seconds when it is first used.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const RENDER = { background: [0.2, 0.4, 0.6], noiseSeed: 9 } as const;
const COARSE = { network: null } as const;

let device: WebgpuDevice;
beforeAll(async () => {
  device = await openSoftwareDevice();
});

async function create(fixture: FieldFixture, options?: WebgpuBackendOptions): Promise<FieldEngine> {
  const capacity = { voxels: voxelCount(fixture.spec.grid), trainRays: fixture.batch.count };
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

  it.each(['condense', 'pad'] as const)('a network is trained in parts as at once, and again with the same bits (%s)', async (temporal) => {
    const fixture = fieldFixture({ network: { temporal } });
    const whole = await create(fixture);
    const wanted = await whole.gradients(fixture.batch, fixture.settings);
    const wantedImage = await whole.renderRays(fixture.batch, RENDER);
    await whole.dispose();
    const parts = await create(fixture, { partSamples: maxStepsPerRay(fixture.spec) });
    const got = await parts.gradients(fixture.batch, fixture.settings);
    expect(got.result.counts).toEqual(wanted.result.counts);
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

it('leaps over large empty spaces lose no step', async () => {
  const fixture = fieldFixture({
    ...COARSE,
    size: [41, 38, 45],
    rays: 60,
    spec: { stepLength: 0.021, densityShift: -6, alphaThreshold: 1e-4 },
  });
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
  expectClose('depth', got.depth, wanted.depth, 2e-5);
  await reference.dispose();
  await engine.dispose();
});

describe('what cannot be is refused', () => {
  const { spec } = fieldFixture(COARSE);

  it('a field that the GPU cannot bind', async () => {
    const backend = createWebgpuBackend(device);
    const capacity = { voxels: 1000, trainRays: 2 ** 22 };
    expect(backend.estimateBytes(spec, capacity)).toBeGreaterThan(device.limit('maxStorageBufferBindingSize'));
    await expect(backend.createField(spec, capacity)).rejects.toThrow(MemoryError);
    await expect(backend.createField(spec, capacity)).rejects.toThrow(/needs \d+ MiB; this GPU binds at most/);
  });

  it('another number of feature channels', async () => {
    const create = createWebgpuBackend(device).createField({ ...spec, featureChannels: 4 }, { voxels: 1000, trainRays: 0 });
    await expect(create).rejects.toThrow(BackendError);
  });

  it('a teacher and dropout', async () => {
    expect(() => createWebgpuBackend(device).estimateBytes(spec, { voxels: 1000, trainRays: 8, teacherVoxels: 8 })).toThrow(BackendError);
    const fixture = fieldFixture(COARSE);
    const engine = await create(fixture);
    await expect(engine.trainStep(fixture.batch, { ...fixture.settings, dropout: 0.1 })).rejects.toThrow(BackendError);
    const loss = { ...fixture.settings.loss, teacherColour: 1 };
    await expect(engine.trainStep(fixture.batch, { ...fixture.settings, loss })).rejects.toThrow(BackendError);
    await engine.dispose();
  });
});
