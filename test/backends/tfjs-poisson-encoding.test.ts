import { interpolated } from '../../src/lattice/place.ts';
import { beforeAll, expect, test } from 'vitest';
import { marchRays } from '../../renderer/march.ts';
import { bernoulli } from '../../src/backends/tfjs/custom-gradients.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import { normaliseInputs, poissonInputs, poissonNoise, rangeOf } from '../../src/backends/tfjs/poisson-encoding.ts';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import type { TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { fieldFixture, loadFixture } from '../helpers/field-fixtures.ts';
import { expectClose } from '../conformance/compare.ts';

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

const MASK = 0xffffffffn;

/** hash32 of src/math/random.ts in exact integer arithmetic. */
function hash(value: bigint): bigint {
  let x = ((value ^ (value >> 16n)) * 0x21f0aaadn) & MASK;
  x = ((x ^ (x >> 15n)) * 0xd35a2d97n) & MASK;
  return x ^ (x >> 15n);
}

test('random numbers are those of the formula', () => {
  const { spec, tensors, occupancy, batch } = fieldFixture();
  const samples = marchRays(spec, batch, interpolated(tensors.density!), occupancy);
  const [seed, firstRay, repeats, inputs] = [0xfedcba98, 30_000, 3, 39];
  const noise = poissonNoise(seed, samples, firstRay, repeats, inputs);
  const count = samples.networkRows.length;
  for (let ray = 0; ray < samples.rays; ray++) {
    for (let i = samples.rayOffsets[ray]; i < samples.rayOffsets[ray + 1]; i += 3) {
      for (const [t, c] of [
        [0, 0],
        [1, 17],
        [2, 38],
      ]) {
        const step = BigInt(samples.stepIndex[samples.networkRows[i]]);
        const inner = hash((step * 64n + BigInt(t)) & MASK);
        const outer = hash(((BigInt(firstRay + ray) * 0x9e3779b1n) & MASK) ^ inner);
        const bits = hash(BigInt(seed) ^ outer ^ ((BigInt(c) * 0x85ebca6bn) & MASK)) >> 8n;
        expect(noise[(t * count + i) * inputs + c]).toBe(Number(bits) / 2 ** 24);
      }
    }
  }
  const mean = noise.reduce((a, b) => a + b) / noise.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * noise.length));
});

test('inputs are normalised by their range, ends included in the gradient', () => {
  tf.tidy(() => {
    const x = tf.tensor1d([-3, -2, 0, 3, 4]);
    expect(rangeOf(x)).toEqual([-3, 4]);
    expectClose('normalised', normaliseInputs(tf, x, [-2, 3]).dataSync(), [0, 0, 0.4, 1, 1], 1e-7);
    const gradient = tf
      .grad((v) => tf.sum(normaliseInputs(tf, v, [-2, 3])))(x)
      .dataSync();
    expectClose('gradient', gradient, [0, 0.2, 0.2, 0.2, 0], 1e-7);
    expect([...normaliseInputs(tf, x, [1, 1]).dataSync()]).toEqual([-0, -0, 0, 0, 0]);
  });
});

test('a spike is a number below the input, its gradient that of the input', () => {
  tf.tidy(() => {
    const noise = tf.tensor1d([0, 0.3, 0.5, 0.9]);
    const x = tf.tensor1d([0, 0.31, 0.5, 1]);
    expect([...bernoulli(tf, x, noise).dataSync()]).toEqual([0, 1, 0, 1]);
    const gradient = tf
      .grad((v) => tf.sum(tf.mul(bernoulli(tf, v, noise), tf.tensor1d([1, 2, 3, 4]))))(x)
      .dataSync();
    expect([...gradient]).toEqual([1, 2, 3, 4]);
  });
});

test('a training step measures the range, rendering uses it, noise follows the seed', async () => {
  const fixture = fieldFixture({ network: { temporal: 'repeat', encoding: 'poisson' } });
  const backend = await createTfjsBackend();
  const engine = await backend.createField(fixture.spec, { voxels: 504, trainRays: 64 });
  await loadFixture(engine, fixture);
  const render = async (noiseSeed: number) => (await engine.renderRays(fixture.batch, { background: [0, 0, 0], noiseSeed })).counts;
  expect(await render(1)).toEqual(await render(1));
  expect((await render(2)).inputSpikes).not.toBe((await render(1)).inputSpikes);
  const before = await render(1);
  const still = { ...fixture.settings, learningRates: { density: 0, features: 0, network: 0 } };
  const { counts } = await engine.trainStep(fixture.batch, still);
  const [low, high] = await engine.read('inputRange');
  expect(low).toBeLessThan(-1);
  expect(high).toBeGreaterThan(1);
  expect(high).toBeLessThan(8);
  expect((await render(1)).inputSpikes).not.toBe(before.inputSpikes);
  expect((await render(fixture.settings.noiseSeed)).inputSpikes).toBe(counts.inputSpikes);

  await engine.writeOccupancy(new Uint8Array(504));
  await engine.trainStep(fixture.batch, still);
  expect([...(await engine.read('inputRange'))]).toEqual([low, high]);
  await engine.dispose();
});

test('mean spikes are those of the steps that were shown, counted once each', () => {
  const { spec, tensors, occupancy, batch } = fieldFixture();
  const samples = marchRays(spec, batch, interpolated(tensors.density!), occupancy);
  const rows = samples.networkRows.length;
  tf.tidy(() => {
    const x = tf.tensor2d(
      Float32Array.from({ length: rows * 5 }, (_, i) => Math.sin(i)),
      [rows, 5],
    );
    const inputs = poissonInputs(tf, x, samples, { seed: 7, firstRay: 0, range: null });
    const shown = tf.stack(
      [0, 1, 2].map((step) => inputs.spikesAt(step)),
      0,
    );
    inputs.spikesAt(1);
    expectClose('mean', inputs.meanSpikes().dataSync(), tf.mean(shown, 0).dataSync(), 1e-7);
    expect(inputs.spikes()).toBe(tf.sum(shown).dataSync()[0]);
  });
});
