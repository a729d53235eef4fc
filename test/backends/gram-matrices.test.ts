/** MPFD: the distance of Gram matrices of potentials along a ray, on numbers worked by hand. Gradients: tfjs-finite-differences.test.ts, test/conformance. */
import { beforeAll, expect, test } from 'vitest';
import type { Tensor, TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { Random } from '../../src/math/random.ts';
import { normals } from '../helpers/field-fixtures.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import { gramError } from '../../src/backends/tfjs/loss.ts';

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

/** Student: directions (1, 1) and (1, 0), 45 degrees apart; teacher: (3, 4, 0) and (0, 0, 2), a right angle. */
const [student, teacher] = [
  [
    [1, 1],
    [1, 0],
  ],
  [
    [3, 4, 0],
    [0, 0, 2],
  ],
];

function errorOf(steps: readonly number[][][], weights: number[], rayOffsets: number[]): number {
  const potentials = tf.tensor3d(steps as number[][][]);
  return gramError(tf, potentials, tf.tensor3d([teacher]), tf.tensor1d(weights), Int32Array.from(rayOffsets)).dataSync()[0];
}

test('of two samples of a ray: twice the squared difference of their cosines, as the samples weigh', () => {
  expect(errorOf([student], [1, 1], [0, 2])).toBeCloseTo(1, 6);
  expect(errorOf([student], [0.5, 0.2], [0, 2])).toBeCloseTo(0.1, 6);
});

test('sizes do not matter, nor samples of other rays; steps of a sample are compared one by one', () => {
  const large = student.map((row) => row.map((value) => 7 * value));
  expect(errorOf([large], [1, 1], [0, 0, 2, 2])).toBeCloseTo(1, 6);
  expect(errorOf([student], [1, 1], [0, 1, 2])).toBeCloseTo(0, 6);
  const same = [
    [1, 0],
    [0, 2],
  ];
  expect(errorOf([student, same], [1, 1], [0, 2])).toBeCloseTo(0.5, 6);
});

test('a teacher of spikes is compared step by step', () => {
  const potentials = tf.tensor3d([student, teacher.map((row) => row.slice(0, 2))]);
  const wanted = tf.tensor3d([teacher, student.map((row) => [...row, 0])]);
  // Of the second step the teacher has the angle of the first, and the student none to compare: (3, 4) and (0, 0).
  const error = gramError(tf, potentials, wanted, tf.tensor1d([1, 1]), Int32Array.of(0, 2)).dataSync()[0];
  expect(error).toBeCloseTo((1 + (2 * 0.5 + 1)) / 2, 6);
});

test('silence is at a right angle to everything, itself included', () => {
  const silent = [
    [0, 0],
    [1, 0],
  ];
  expect(errorOf([silent], [1, 1], [0, 2])).toBeCloseTo(1, 6);
});

test('its gradient is that of finite differences', () => {
  const [steps, samples, width] = [2, 5, 3];
  const random = new Random(2);
  const wanted = tf.tensor3d(normals(random, samples * width, 1), [1, samples, width]);
  const weights = tf.tensor1d(Float32Array.from({ length: samples }, () => random.float()));
  const values = normals(random, steps * samples * width, 1);
  const error = (h: Tensor): Tensor => gramError(tf, h, wanted, weights, Int32Array.of(0, 3, 5));
  const at = (all: Float32Array): Tensor => tf.tensor3d(all, [steps, samples, width]);
  const gradient = tf
    .grad(error as never)(at(values))
    .dataSync<'float32'>();
  values.forEach((value, i) => {
    const moved = (by: number): number => error(at(values.map((v, k) => (k === i ? value + by : v)))).dataSync()[0];
    expect((moved(0.01) - moved(-0.01)) / 0.02).toBeCloseTo(gradient[i], 2);
  });
  expect(Math.hypot(...gradient)).toBeGreaterThan(0.5);
});
