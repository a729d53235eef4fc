/** The tfjs backend against what can be worked out on paper. */
import { denseSpec } from '../../src/model/representations/dense.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { adamStep } from '../../src/backends/tfjs/adam.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import type { TfjsField } from '../../src/backends/tfjs/tfjs-field.ts';
import type { TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { type FieldSpec } from '../../src/model/field-spec.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';
import { expectClose } from '../conformance/compare.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('a slab of constant density', () => {
  const [density, colour, background] = [-1.5, [0.3, -1, 2], [0.1, 0.7, 0.4]] as const;
  const spec: FieldSpec = {
    space: BOUNDED,
    grid: { size: [3, 4, 5], min: [-1, -1, 0], max: [1, 1, 2] },
    representation: denseSpec(3),
    network: null,
    densityShift: -0.5,
    interval: 0.5,
    stepLength: 0.100001, // a little more than a twentieth of the slab: the twenty-first step is behind it
    near: 0,
    alphaThreshold: 1e-6,
    weightThreshold: 0,
  };
  const steps = 20;
  const opticalDepth = spec.interval * Math.log1p(Math.exp(density + spec.densityShift));
  const lastTransmittance = Math.exp(-steps * opticalDepth);
  // From 1.025 metres in front of the slab, straight through; directions of different lengths.
  const rays = {
    count: 2,
    origins: Float32Array.of(0.2, 0.3, 3.025, -0.4, 0.1, -1.025),
    directions: Float32Array.of(0, 0, -1, 0, 0, 2.5),
  };
  const near = 3.025 - 2;
  let engine: TfjsField;

  beforeAll(async () => {
    const backend = await createTfjsBackend();
    const voxels = voxelCount(spec.grid);
    engine = await backend.createField(spec, { voxels, trainRays: 2 });
    await engine.write('density', new Float32Array(voxels).fill(density));
    await engine.write(
      'features',
      Float32Array.from({ length: voxels * 3 }, (_, i) => colour[i % 3]),
    );
  });

  test('opacity, colour and depth', async () => {
    const { rgb, opacity, depth, samples } = await engine.renderRays(rays, { background });
    const expectedRgb = background.map((b, c) => (1 - lastTransmittance) * sigmoid(colour[c]) + lastTransmittance * b);
    const alpha = -Math.expm1(-opticalDepth);
    let expectedDepth = lastTransmittance * (near + 2);
    for (let i = 0; i < steps; i++) expectedDepth += Math.exp(-i * opticalDepth) * alpha * (near + i * 0.1);
    expect([...samples]).toEqual([steps, steps]);
    expectClose('opacity', opacity, [1 - lastTransmittance, 1 - lastTransmittance], 1e-6);
    expectClose('rgb', rgb, [...expectedRgb, ...expectedRgb], 1e-6);
    expectClose('depth', depth, [expectedDepth, expectedDepth], 2e-5);
  });

  test('loss and the sum of the density gradients', async () => {
    const { settings } = fieldFixture({ network: null, loss: { perSample: 0.3, entropy: 0.05 } });
    const target = Float32Array.of(0.5, 0.2, 0.9, 0.5, 0.2, 0.9);
    const batch = { ...rays, target, background: Float32Array.of(...background, ...background) };
    const { result, gradients } = await engine.gradients(batch, settings);
    const lossAt = (tau: number, frozenWeight: number): { total: number; mse: number } => {
      const last = Math.exp(-steps * tau);
      let [mse, perSample] = [0, 0];
      for (let c = 0; c < 3; c++) {
        mse += ((1 - last) * sigmoid(colour[c]) + last * background[c] - target[c]) ** 2 / 3;
        perSample += frozenWeight * (sigmoid(colour[c]) - target[c]) ** 2;
      }
      const entropy = -last * Math.log(last) - (1 - last) * Math.log(1 - last);
      return { total: mse + 0.3 * perSample + 0.05 * entropy, mse };
    };
    const { total, mse } = lossAt(opticalDepth, 1 - lastTransmittance);
    expect(result.mse).toBeCloseTo(mse, 6);
    expect(result.loss).toBeCloseTo(total, 6);
    // All densities moved together move the optical depth of every step; the weights of the per-sample loss stay.
    const h = 1e-4;
    const slope = (lossAt(opticalDepth + h, 1 - lastTransmittance).total - lossAt(opticalDepth - h, 1 - lastTransmittance).total) / (2 * h);
    const expected = slope * spec.interval * sigmoid(density + spec.densityShift);
    expectClose('sum of gradients', [gradients.density!.reduce((a, b) => a + b)], [expected], 1e-5 * Math.abs(expected));
  });
});

describe('Adam', () => {
  const adam = { beta1: 0.9, beta2: 0.99, epsilon: 0.01 };
  let tf: TensorFlow;
  beforeAll(async () => {
    ({ tf } = await loadTensorFlow());
  });

  test('the third step by hand, with a rate for each scalar', () => {
    const [p, m, v, g, rate] = [
      [1, -2],
      [0.3, 0.1],
      [0.04, 0.5],
      [-0.5, 2],
      [1, 0.25],
    ];
    const expected = [0, 1].map((i) => {
      const m3 = 0.9 * m[i] + 0.1 * g[i];
      const v3 = 0.99 * v[i] + 0.01 * g[i] ** 2;
      const correction = Math.sqrt(1 - 0.99 ** 3) / (1 - 0.9 ** 3);
      return { m: m3, v: v3, p: p[i] - (0.1 * rate[i] * correction * m3) / (Math.sqrt(v3) + 0.01) };
    });
    tf.tidy(() => {
      const state = { parameter: tf.tensor1d(p), m: tf.tensor1d(m), v: tf.tensor1d(v) };
      const settings = { adam, adamStep: 3, learningRate: 0.1, rate: tf.tensor1d(rate), skipZeroGradients: true };
      const next = adamStep(tf, state, tf.tensor1d(g), settings);
      expectClose('parameter', next.parameter.dataSync(), [expected[0].p, expected[1].p], 1e-6);
      expectClose('m', next.m.dataSync(), [expected[0].m, expected[1].m], 1e-6);
      expectClose('v', next.v.dataSync(), [expected[0].v, expected[1].v], 1e-6);
    });
  });

  test.each([true, false])('a gradient of exactly 0 is skipped for grids: %s', (skipZeroGradients) => {
    tf.tidy(() => {
      const state = { parameter: tf.tensor1d([1, 1]), m: tf.tensor1d([0.5, 0.5]), v: tf.tensor1d([0.25, 0.25]) };
      const settings = { adam, adamStep: 1, learningRate: 0.1, rate: null, skipZeroGradients };
      const { parameter, m } = adamStep(tf, state, tf.tensor1d([0, 1e-30]), settings);
      const [skipped, updated] = parameter.dataSync();
      expect(updated).toBeLessThan(1);
      expect(skipped).toBe(skipZeroGradients ? 1 : updated);
      expect(m.dataSync()[0]).toBeCloseTo(skipZeroGradients ? 0.5 : 0.45, 6);
    });
  });
});
