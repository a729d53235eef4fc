/** Both forms of a network with spikes 0, 1, 2, on trained weights. */
import { voxelCount } from '../../src/geometry/grid.ts';
import { layersOf } from '../../src/model/network-layers.ts';
import { expect, test } from 'vitest';
import { bindLayers, runColourNetwork } from '../../src/backends/tfjs/colour-network.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import type { Tensor } from '../../src/backends/tfjs/tensorflow.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { Random } from '../../src/math/random.ts';
import { cheaperForm, shiftBias, shiftSpikes, ternaryOperations } from '../../src/neurons/shifted-spikes.ts';
import { createNeuron, runNeurons } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { expectCloseToMax } from '../conformance/compare.ts';
import { fieldFixture, loadFixture, normals } from '../helpers/field-fixtures.ts';

const [WIDTH, STEPS, RAYS] = [32, 8, 40];

/** Weights of a small field after 300 steps: the loss has fallen to a third. */
async function trainedWeights(): Promise<Float32Array[]> {
  const fixture = fieldFixture({ network: { neuron: 'ternary', width: WIDTH }, loss: { spikes: [0, 0] } });
  const backend = await createWasmBackend({ threads: 1 });
  const engine = await backend.createField(fixture.spec, { voxels: voxelCount(fixture.spec.grid), trainRays: 64 });
  await loadFixture(engine, fixture);
  const losses: number[] = [];
  for (let step = 1; step <= 300; step++)
    losses.push((await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step })).loss);
  expect(losses[299]).toBeLessThan(losses[0] / 3);
  const weights = await Promise.all((['w1', 'w2', 'w3'] as const).map((name) => engine.read(name)));
  await engine.dispose();
  return weights;
}

test('spikes 0, 1, 2 and −1, 0, 1 with a bias give the same logits, and cost what is said', async () => {
  const { tf } = await loadTensorFlow();
  const [w1, w2, w3] = await trainedWeights();
  const { spec } = fieldFixture({ network: { neuron: 'ternary', width: WIDTH } });
  const neuron = createNeuron(spec.network!);
  const parameters = neuron.bind(tf, {});
  const inputs = tf.tensor3d(normals(new Random(3), STEPS * RAYS * 39, 1), [STEPS, RAYS, 39]);
  const weights = { w1: tf.tensor2d(w1, [39, WIDTH]), w2: tf.tensor2d(w2, [WIDTH, WIDTH]), w3: tf.tensor2d(w3, [WIDTH, 3]) };
  const layers = bindLayers(layersOf(spec), [weights.w1, weights.w2, weights.w3]);
  const trained = runColourNetwork(tf, neuron, layers, [parameters, parameters], inputs);

  const shiftedLayer = (spikes: Tensor, w: Float32Array, outputs: number): Tensor => {
    const values = spikes.dataSync<'float32'>();
    const shifted = shiftSpikes(values);
    expect(new Set(shifted)).toEqual(new Set([-1, 0, 1]));
    const sum = values.reduce((a, b) => a + b);
    const notZero = (list: Float32Array): number => list.filter((s) => s !== 0).length;
    const forms = ternaryOperations(sum, notZero(values), STEPS * RAYS, WIDTH, outputs);
    expect(forms).toEqual({ trained: sum * outputs, shifted: (notZero(shifted) + STEPS * RAYS) * outputs });
    expect(cheaperForm(forms)).toBe('trained');
    const sums = tf.matMul(tf.tensor2d(shifted, [STEPS * RAYS, WIDTH]), tf.tensor2d(w, [WIDTH, outputs]));
    return tf.reshape(tf.add(sums, tf.tensor1d(shiftBias(w, outputs))), [STEPS, RAYS, outputs]);
  };
  const layer2 = runNeurons(tf, neuron, shiftedLayer(trained.outputs[0], w2, WIDTH), parameters);
  expect(layer2.outputs.dataSync()).toEqual(trained.outputs[1].dataSync());
  const logits = shiftedLayer(layer2.outputs, w3, 3);
  expectCloseToMax('logits', logits.dataSync(), trained.logits.dataSync(), 1e-5);
});

test('the shifted form is cheaper where most neurons fire once', () => {
  expect(cheaperForm(ternaryOperations(95, 90, 10, 10, 3))).toBe('shifted');
  expect(ternaryOperations(95, 90, 10, 10, 3)).toEqual({ trained: 285, shifted: (10 + 5 + 10) * 3 });
  expect(cheaperForm(ternaryOperations(20, 20, 10, 10, 3))).toBe('trained');
});
