/** What the wasm backend promises beyond the contract of an engine: threads that fail, capacities, channels. */
import { denseSpec } from '../../src/model/representations/dense.ts';
import { vmSpec } from '../../src/model/representations/vm.ts';
import { maxStepsPerRay } from '../../src/lattice/lattice.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kernelSources, sourcesName } from '../../src/backends/wasm/compile-kernels.ts';
import { KernelPool } from '../../src/backends/wasm/kernel-pool.ts';
import { compileKernels, createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { createBackend } from '../../src/backends/wasm/wasm-backend.ts';
import { BackendError } from '../../src/base/errors.ts';
import { presets } from '../../src/config/presets.ts';
import { builtInNeurons } from '../../src/neurons/index.ts';
import { parametersOf, renderingTensors } from '../../src/model/tensor-names.ts';
import { fineSpec } from '../../src/train/stage-spec.ts';
import { coefficients } from '../conformance/case-options.ts';
import { capacityOf, fieldFixture, firstRays, loadFixture, type FixtureOptions } from '../helpers/field-fixtures.ts';

it('kernels are compiled from the sources that are here', async () => {
  const names = WebAssembly.Module.exports(await compileKernels(false)).map(({ name }) => name);
  expect(names, 'run `npm run build`').toContain(sourcesName(await kernelSources(builtInNeurons)));
});

describe('threads', () => {
  it('a thread that cannot start is an error with its reason, not a program that waits', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const spawn = () => ({ ready: Promise.reject(new Error('out of threads')), terminate: () => Promise.resolve() });
    const started = KernelPool.start(await compileKernels(false), memory, 2, spawn);
    await expect(started).rejects.toThrow(BackendError);
    await expect(started).rejects.toThrow(/out of threads/);
  });

  it.each<[string, FixtureOptions]>([
    ['', {}],
    [
      ', all terms of the loss',
      {
        loss: { potentials: coefficients(16), teacherColour: 0.5, teacherPotential: 0.1, distortion: 0.5 },
        teacher: true,
        settings: { dropout: 0.2 },
      },
    ],
    [', total variation', { loss: { totalVariation: { density: 30, features: 20, dense: false } } }],
    [
      ', factors with total variation and L1',
      {
        representation: vmSpec(13, [4, 20, 8], [20, 8, 36]),
        loss: { totalVariation: { density: 30, features: 20, dense: true }, densityL1: 1 },
      },
    ],
    [', dense total variation', { loss: { totalVariation: { density: 30, features: 20, dense: true } } }],
  ])('the result has the same bits on 1, 2, 5 and 16 threads%s', async (_, options) => {
    const results = [];
    for (const threads of [1, 2, 5, 16]) {
      const fixture = fieldFixture(options);
      const engine = await (await createWasmBackend({ threads })).createField(fixture.spec, { ...capacityOf(fixture), trainRays: 64 });
      await loadFixture(engine, fixture);
      for (let step = 1; step <= 3; step++) await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step });
      results.push(await Promise.all([...parametersOf(fixture.spec), 'w1.v'].map((name) => engine.read(name))));
      await engine.dispose();
    }
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it.each(['lif', 'three-bit', 'relu'])(
    'steps of many rays have more lanes, and the same bits on more threads than small steps have lanes (%s)',
    async (neuron) => {
      const results = [];
      for (const [threads, trainRays] of [
        [1, 8192],
        [3, 8192],
        [20, 8192],
        [1, 64],
      ]) {
        const fixture = fieldFixture({ network: { neuron } });
        const engine = await (await createWasmBackend({ threads })).createField(fixture.spec, { ...capacityOf(fixture), trainRays });
        await loadFixture(engine, fixture);
        for (let step = 1; step <= 3; step++) await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step });
        results.push(await Promise.all([...parametersOf(fixture.spec), 'w1.v'].map((name) => engine.read(name))));
        await engine.dispose();
      }
      const [one, three, twenty, fewLanes] = results;
      expect(three).toEqual(one);
      expect(twenty).toEqual(one);
      // Sums are made in another order.
      expect(fewLanes).not.toEqual(one);
    },
  );

  it('one thread without shared memory renders the same bits', async () => {
    const fixture = fieldFixture();
    const module = await WebAssembly.compile(readFileSync(new URL('../../src/backends/wasm/kernels-unshared.wasm', import.meta.url)));
    const spawn = (): never => {
      throw new Error('no more threads');
    };
    const rendered = [];
    for (const backend of [
      createBackend(module, { threads: 1, relaxed: false, shared: false, spawn }),
      await createWasmBackend({ threads: 2, relaxedSimd: false }),
    ]) {
      const engine = await backend.createField(fixture.spec, { voxels: voxelCount(fixture.spec.grid), trainRays: 0 });
      for (const name of renderingTensors(fixture.spec)) await engine.write(name, fixture.tensors[name]!);
      await engine.writeOccupancy(fixture.occupancy);
      rendered.push(await engine.renderRays(fixture.batch, { background: [1, 0, 0] }));
      await engine.dispose();
    }
    expect(rendered[0]).toEqual(rendered[1]);
    expect(rendered[0].counts.samples).toBeGreaterThan(0);
  });

  it.each<[string, FixtureOptions]>([
    ['three-bit', { network: { neuron: 'three-bit', width: 48 } }],
    ['ReLU', { network: { neuron: 'relu' } }],
    ['GLIF, repeat, Poisson encoding', { network: { neuron: 'glif', temporal: 'repeat', encoding: 'poisson' } }],
    ['synapses of their own', { network: { neuron: 'hetsyn', layers: [1, 2].map(() => ({ kind: 'hetsyn', width: 16 })) } }],
    ['sums that decay', { network: { neuron: 'hetsyn', layers: [1, 2].map(() => ({ kind: 'hetsyn-2', width: 16 })) } }],
    ['factors, input spikes', { representation: vmSpec(13, [4, 20, 8], [20, 8, 36]), network: { featureLevels: 3, viewLevels: 2 } }],
  ])('an engine that only draws, without memory for gradients, draws the same bits as one that trains (%s)', async (_, options) => {
    const fixture = fieldFixture(options);
    const { rate, ...tensors } = fixture.tensors;
    expect(rate).toBeDefined();
    const backend = await createWasmBackend({ threads: 2 });
    const rendered = [];
    for (const trainRays of [0, 64]) {
      const engine = await backend.createField(fixture.spec, { ...capacityOf(fixture), trainRays });
      await loadFixture(engine, { ...fixture, tensors });
      rendered.push(await engine.renderRays(fixture.batch, { background: [1, 0, 0], noiseSeed: 3 }));
      await engine.dispose();
    }
    expect(rendered[0]).toEqual(rendered[1]);
    expect(rendered[0].counts.spikes[1]).toBeGreaterThan(0);
  });

  it('a number of threads out of range is refused', async () => {
    await expect(createWasmBackend({ threads: 65 })).rejects.toThrow(/1 to 64 threads/);
  });
});

it('a batch of fewer rays than lanes, and an empty one, train', async () => {
  const fixture = fieldFixture();
  const engine = await (
    await createWasmBackend({ threads: 2 })
  ).createField(fixture.spec, { voxels: voxelCount(fixture.spec.grid), trainRays: 64 });
  await loadFixture(engine, fixture);
  expect((await engine.trainStep(firstRays(fixture.batch, 3), fixture.settings)).counts.rays).toBe(3);
  const far = fixture.batch.origins.map((value) => value + 1000);
  const missed = await engine.trainStep({ ...fixture.batch, origins: far }, fixture.settings);
  expect(missed.counts.samples).toBe(0);
  expect(missed.loss).toBeGreaterThan(0);
  await engine.dispose();
});

it('a long thin box grows through all scalings within its capacity', async () => {
  const { paper } = presets;
  const config = { ...paper, fine: { ...paper.fine, voxels: 40_000 } };
  const backend = await createWasmBackend({ threads: 1 });
  for (const depth of [2.1, 2.7, 3.3, 3.9]) {
    const box = { min: [-0.11, -0.17, 0], max: [0.12, 0.16, depth] } as const;
    const total = config.fine.scaleAt.length;
    const last = fineSpec(config, { space: BOUNDED, near: 2, box }, total);
    const engine = await backend.createField(fineSpec(config, { space: BOUNDED, near: 2, box }, 0), {
      voxels: voxelCount(last.grid),
      steps: maxStepsPerRay(last),
      trainRays: 64,
    });
    for (let done = 1; done <= total; done++) await engine.scaleGrid(fineSpec(config, { space: BOUNDED, near: 2, box }, done));
    expect(engine.spec).toEqual(last);
    await engine.dispose();
  }
});

it('without a network other features than the logits of a colour are refused', async () => {
  const { spec } = fieldFixture({ network: null });
  const backend = await createWasmBackend({ threads: 1 });
  const field = backend.createField({ ...spec, representation: denseSpec(16) }, { voxels: voxelCount(spec.grid), trainRays: 0 });
  await expect(field).rejects.toThrow(/3 features without a network; the field has 16/);
});

it('scaling starts the moments of all that factors have anew', async () => {
  const fixture = fieldFixture({ representation: 'vm' });
  const to = { ...fixture.spec, grid: { ...fixture.spec.grid, size: [17, 15, 13] as const } };
  const engine = await (
    await createWasmBackend({ threads: 2 })
  ).createField(fixture.spec, { ...capacityOf(fixture), voxels: voxelCount(to.grid), steps: maxStepsPerRay(to) });
  await loadFixture(engine, fixture);
  await engine.trainStep(fixture.batch, fixture.settings);
  expect((await engine.read('basis.v')).some((value) => value !== 0)).toBe(true);
  await engine.scaleGrid(to);
  for (const name of parametersOf(to).flatMap((parameter) => [`${parameter}.m`, `${parameter}.v`]))
    expect(
      (await engine.read(name)).every((value) => value === 0),
      name,
    ).toBe(true);
  await engine.dispose();
});
