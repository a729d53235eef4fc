import { beforeAll, describe, expect, test } from 'vitest';
import { loadTensorFlow, type ImportModule } from '../../src/backends/tfjs/load-tensorflow.ts';
import { createTfjsBackend, type TfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import type { TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { BackendError, MemoryError } from '../../src/base/errors.ts';
import { fieldFixture, loadFixture } from '../helpers/field-fixtures.ts';

let tf: TensorFlow;
let backend: TfjsBackend;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
  backend = await createTfjsBackend({ tf });
});

describe('training', () => {
  test.each([
    ['no network', null],
    ['LIF', {}],
    ['LIF, pad', { temporal: 'pad' }],
    ['ReLU', { neuron: 'relu' }],
  ] as const)('ten steps lower the loss: %s', async (_name, network) => {
    const fixture = fieldFixture({ network, loss: { spikes: [0, 0] } });
    const engine = await backend.createField(fixture.spec, { voxels: 504, trainRays: 64 });
    await loadFixture(engine, fixture);
    const losses = [];
    for (let step = 1; step <= 10; step++) {
      losses.push((await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step })).loss);
    }
    expect(losses[9]).toBeLessThan(0.8 * losses[0]);
    await engine.dispose();
  });

  test('the spike penalty lowers the firing rate', async () => {
    const fixture = fieldFixture({ loss: { spikes: [3, 3] } });
    const engine = await backend.createField(fixture.spec, { voxels: 504, trainRays: 64 });
    await loadFixture(engine, fixture);
    const rates = [];
    for (let step = 1; step <= 10; step++) {
      const { counts } = await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step });
      rates.push(counts.spikes.map((spikes) => spikes / counts.timeSteps));
    }
    for (const layer of [0, 1]) expect(rates[9][layer]).toBeLessThan(0.7 * rates[0][layer]);
    await engine.dispose();
  });

  test('losses are means: every ray given twice changes neither loss nor gradients', async () => {
    const fixture = fieldFixture({ loss: { spikes: [0.1, 0.1] } });
    const engine = await backend.createField(fixture.spec, { voxels: 504, trainRays: 72 });
    await loadFixture(engine, fixture);
    const twice = (data: Float32Array): Float32Array => Float32Array.of(...data, ...data);
    const { count, origins, directions, target, background } = fixture.batch;
    const doubled = {
      count: count * 2,
      origins: twice(origins),
      directions: twice(directions),
      target: twice(target),
      background: twice(background),
    };
    const one = await engine.gradients(fixture.batch, fixture.settings);
    const two = await engine.gradients(doubled, fixture.settings);
    expect(two.result.loss).toBeCloseTo(one.result.loss, 6);
    expect(two.result.counts.samples).toBe(2 * one.result.counts.samples);
    expect(two.gradients.w1![7]).toBeCloseTo(one.gradients.w1![7], 7);
    await engine.dispose();
  });
});

test('no tensor outlives its step, or its engine', async () => {
  const before = tf.memory().numTensors;
  const fixture = fieldFixture({ network: { temporal: 'repeat', encoding: 'poisson' } });
  const engine = await backend.createField(fixture.spec, { voxels: 729, trainRays: 64 });
  await loadFixture(engine, fixture);
  const held = tf.memory().numTensors;
  for (let step = 1; step <= 3; step++) {
    await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step });
    await engine.gradients(fixture.batch, fixture.settings);
    await engine.renderRays(fixture.batch, { background: [0, 0, 0] });
    await engine.read('features');
    expect(tf.memory().numTensors).toBe(held);
  }
  await engine.writeOccupancy(new Uint8Array(504));
  await engine.trainStep(fixture.batch, fixture.settings);
  await engine.scaleGrid({ ...fixture.spec, grid: { ...fixture.spec.grid, size: [9, 9, 9] } });
  expect(tf.memory().numTensors).toBe(held);
  await engine.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe('memory', () => {
  test('refuses what does not fit, with the numbers', async () => {
    const { spec } = fieldFixture();
    const small = await createTfjsBackend({ tf, maxBytes: 2 ** 30 });
    const capacity = { voxels: 160 ** 3, trainRays: 8192 };
    expect(small.estimateBytes(spec, capacity)).toBeGreaterThan(2 ** 30);
    await expect(small.createField(spec, capacity)).rejects.toThrow(MemoryError);
    await expect(small.createField(spec, capacity)).rejects.toThrow(/\d+ MiB for 4096000 voxels and 8192 rays.*1024 MiB/);
  });

  test('the estimate covers what a field and a step really take', async () => {
    const fixture = fieldFixture({ size: [40, 40, 40], rays: 64 });
    const capacity = { voxels: 64_000, trainRays: 64 };
    const estimate = backend.estimateBytes(fixture.spec, capacity);
    const before = tf.memory().numBytes;
    const engine = await backend.createField(fixture.spec, capacity);
    await loadFixture(engine, fixture);
    const { peakBytes } = await tf.profile(async () => {
      await engine.trainStep(fixture.batch, fixture.settings);
      return tf.scalar(0);
    });
    expect(peakBytes - before).toBeLessThan(estimate);
    expect(peakBytes - before).toBeGreaterThan(estimate / 8);
    await engine.dispose();
  });
});

describe('loading TensorFlow.js', () => {
  const plain: ImportModule = (specifier) => import(specifier);

  test('falls back to plain JavaScript and says why', async () => {
    const missing = Object.assign(new Error('Cannot find package in /some/where'), { code: 'ERR_MODULE_NOT_FOUND' });
    const runtime = await loadTensorFlow((name) => (name.endsWith('node-gpu') ? Promise.reject(missing) : plain(name)));
    expect(runtime).toMatchObject({
      description: 'plain JavaScript, one thread',
      nativeMissing: '@tensorflow/tfjs-node-gpu is not installed; it is optional: npm install @tensorflow/tfjs-node-gpu@4.22.0',
      nativeBroken: false,
    });
    const broken = new Error('libtensorflow.so.2: cannot open shared object file\nmore');
    const { nativeMissing, nativeBroken } = await loadTensorFlow((name) =>
      name.endsWith('node-gpu') ? Promise.reject(broken) : plain(name),
    );
    expect(nativeMissing).toBe('@tensorflow/tfjs-node-gpu does not load: libtensorflow.so.2: cannot open shared object file');
    expect(nativeBroken).toBe(true);
  });

  test('is refused with the command that installs it where it is not installed', async () => {
    const missing = (name: string) =>
      Promise.reject(Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' }));
    await expect(loadTensorFlow(missing)).rejects.toThrow(BackendError);
    await expect(loadTensorFlow(missing)).rejects.toThrow('npm install @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0');
  });

  test.each([
    [true, 'native TensorFlow on the GPU'],
    [false, 'native TensorFlow on the CPU: no CUDA device found'],
  ])('says what the native library computes on (GPU: %s)', async (isUsingGpuDevice, description) => {
    const native = { ...tf, ready: () => Promise.resolve(), backend: () => ({ isUsingGpuDevice }) };
    expect(await loadTensorFlow(() => Promise.resolve({ default: native }))).toMatchObject({ description, nativeMissing: null });
  });

  test('restores util.isNullOrUndefined, which the native library calls and Node 23 removed', async () => {
    const util = process.getBuiltinModule('util') as unknown as Record<string, unknown>;
    const original = util.isNullOrUndefined;
    util.isNullOrUndefined = undefined;
    await loadTensorFlow((name) => (name.endsWith('node-gpu') ? Promise.reject(new Error('none')) : plain(name)));
    const restored = util.isNullOrUndefined as unknown as (value: unknown) => boolean;
    expect([null, undefined, 0].map(restored)).toEqual([true, true, false]);
    util.isNullOrUndefined = original;
  });

  test('an injected namespace is used as it is', async () => {
    expect(await createTfjsBackend({ tf })).toMatchObject({ name: 'tfjs', description: 'tfjs: given TensorFlow.js, cpu' });
  });
});
