import { beforeAll, describe, expect, test } from 'vitest';
import { heaviside } from '../../src/backends/tfjs/custom-gradients.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import type { TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import type { Tensor } from '../../src/backends/tfjs/tensorflow.ts';
import { neuronNamed } from '../../src/neurons/index.ts';
import { lif } from '../../src/neurons/lif.ts';
import { relu } from '../../src/neurons/relu.ts';
import { createNeuron, runNeurons, tfjsNeuron, type LayerActivity } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';
import { expectClose } from '../conformance/compare.ts';

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

function runLif(inputs: Tensor, constants = { tau: 2, threshold: 1 }): LayerActivity {
  const neuron = tfjsNeuron(lif, constants, { name: 'sigmoid', alpha: 4 });
  return runNeurons(tf, neuron, inputs, neuron.bind(tf, {}));
}

/** Spike train of one neuron. */
function spikesOf(inputs: number[], constants?: { tau: number; threshold: number }): number[] {
  return tf.tidy(() => [...runLif(tf.tensor3d(inputs, [inputs.length, 1, 1]), constants).outputs.dataSync()]);
}

describe('LIF', () => {
  // From V = 0, H_n = c (1 - 2^-n): the period is the first n for which this reaches 1.
  test.each([
    [2.5, 1],
    [2, 1],
    [1.5, 2],
    [1.2, 3],
    [1.1, 4],
  ])('constant input %d fires with period %d', (input, period) => {
    const spikes = spikesOf(new Array<number>(24).fill(input));
    expect(spikes).toEqual(spikes.map((_, i) => ((i + 1) % period === 0 ? 1 : 0)));
  });

  test('constant input below the threshold never fires', () => {
    expect(spikesOf(new Array<number>(50).fill(0.999))).not.toContain(1);
  });

  test('the membrane decays without input and is 0 after a spike', () => {
    expect(spikesOf([1.8, 1.2])).toEqual([0, 1]);
    expect(spikesOf([1.8, 0, 1.2])).toEqual([0, 0, 0]);
    expect(spikesOf([9, 1.8])).toEqual([1, 0]);
    expect(spikesOf([-9, 6, 3.5])).toEqual([0, 0, 1]);
  });

  test('other time constants and thresholds', () => {
    // tau 4: H_n = c (1 - 0.75^n); 0.25, 0.4375, 0.578 of the input.
    expect(spikesOf([1, 1, 1, 1, 1, 1], { tau: 4, threshold: 0.5 })).toEqual([0, 0, 1, 0, 0, 1]);
  });

  test('back-propagation through time by hand: two steps, no spike, loss S_2', () => {
    const [k, a] = [0.5, 4];
    const x = [0.6, 1.3];
    const h2 = (1 - k) * k * x[0] + k * x[1];
    const s = 1 / (1 + Math.exp(-a * (h2 - 1)));
    const slope = a * s * (1 - s);
    const gradient = tf.tidy(() => {
      const last = (inputs: Tensor) => tf.sum(tf.slice(runLif(inputs).potentials, 1, 1));
      expect(last(tf.tensor3d(x, [2, 1, 1])).dataSync()[0]).toBeCloseTo(h2, 6);
      return tf
        .grad((inputs) => {
          return tf.sum(tf.mul(runLif(inputs).outputs, tf.tensor3d([0, 1], [2, 1, 1])));
        })(tf.tensor3d(x, [2, 1, 1]))
        .dataSync();
    });
    expectClose('gradient', gradient, [slope * (1 - k) * k, slope * k], 1e-6);
  });

  test('nothing flows back through a reset: it is detached', () => {
    const gradient = tf.tidy(() =>
      tf
        .grad((inputs) => {
          return tf.sum(tf.mul(runLif(inputs).outputs, tf.tensor3d([0, 1], [2, 1, 1])));
        })(tf.tensor3d([3, 1.3], [2, 1, 1]))
        .dataSync(),
    );
    expect(gradient[0]).toBe(0);
    expect(gradient[1]).not.toBe(0);
  });
});

test('the step function fires at its threshold and has the surrogate for gradient', () => {
  const x = [0.5, 0.999, 1, 1.5];
  tf.tidy(() => {
    const step = (v: Parameters<typeof heaviside>[1]) => heaviside(tf, v, 1, (u) => tf.mul(u, 10));
    expect([...step(tf.tensor1d(x)).dataSync()]).toEqual([0, 0, 1, 1]);
    const gradient = tf
      .grad((v) => tf.sum(tf.mul(step(v), tf.tensor1d([1, 2, 3, 4]))))(tf.tensor1d(x))
      .dataSync();
    expectClose('gradient', gradient, [5, 19.98, 30, 60], 1e-5);
  });
});

test('ReLU has no memory, and a derivative of 0 at 0', () => {
  tf.tidy(() => {
    const neuron = tfjsNeuron(relu, {}, relu.surrogate);
    const run = (x: Tensor): Tensor => runNeurons(tf, neuron, x, neuron.bind(tf, {})).outputs;
    const inputs = tf.tensor3d([-1, 0, 2, 0.5], [4, 1, 1]);
    expect([...run(inputs).dataSync()]).toEqual([0, 0, 2, 0.5]);
    expect([
      ...tf
        .grad((x) => tf.sum(run(x)))(inputs)
        .dataSync(),
    ]).toEqual([0, 0, 1, 1]);
  });
});

test('the registry gives neurons by the name of the config', () => {
  const network = fieldFixture().spec.network!;
  expect(createNeuron(network)).toMatchObject({ hasMemory: true, spikes: true, states: 1 });
  expect(createNeuron({ ...network, neuron: 'relu' })).toMatchObject({ hasMemory: false, spikes: false, states: 0 });
  expect(() => neuronNamed('life')).toThrow('unknown neuron "life"');
});
