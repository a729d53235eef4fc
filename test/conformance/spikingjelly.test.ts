/**
 * The network beside SpikingJelly 0.0.0.0.14 (scripts/peers/spikingjelly_network.py): the same spikes and gradients, through time and, where the paper
 * proves that they are equal, through rates. Needs `npm run test:peers`.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindLayers, runColourNetwork } from '../../src/backends/tfjs/colour-network.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import { createRateNeuron } from '../../src/backends/tfjs/rate-neuron.ts';
import { createNeuron } from '../../src/backends/tfjs/tfjs-neuron.ts';
import type { TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { Random } from '../../src/math/random.ts';
import { layersOf, weightTensors } from '../../src/model/network-layers.ts';
import { derivative } from '../../src/neurons/differentiate.ts';
import { evaluate } from '../../src/neurons/evaluate.ts';
import { neuronNamed } from '../../src/neurons/index.ts';
import { parameterValues, surrogateSettings } from '../../src/neurons/settings.ts';
import { rawLeaf, valueOf } from '../../src/neurons/parameters.ts';
import { fieldFixture, normals } from '../helpers/field-fixtures.ts';
import { askPeer, peerHas } from '../helpers/python-peer.ts';
import { expectCloseToMax } from './compare.ts';

const STEPS = 14;

interface Answer {
  /** [layer][T][W] */
  readonly spikes: readonly number[][][];
  readonly outputs: readonly number[][];
  /** Gradients. */
  readonly inputs: readonly number[][];
  readonly weights: readonly number[][][];
  readonly w: readonly number[];
}

const rows = (values: Float32Array, columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);

describe.runIf(peerHas('spikingjelly'))('SpikingJelly', () => {
  let tf: TensorFlow;
  beforeAll(async () => {
    ({ tf } = await loadTensorFlow());
  });

  it.each([
    ['lif', {}],
    ['lif', { tau: 1.25, threshold: 0.5 }],
    ['plif', {}],
    ['if', { threshold: 1.5 }],
  ] as const)('has the same spikes and gradients through time: %s %j', (neuron, neuronParameters) => {
    const { spec, tensors } = fieldFixture({ network: { neuron, neuronParameters } });
    const network = spec.network!;
    const { threshold, tau } = parameterValues(network);
    const learned = neuronNamed(neuron).parameters.tau?.learned ?? null;
    const raw = learned === null ? [] : [1, 2].map((layer) => tf.tensor1d(tensors[`n${layer as 1}.tau`]!));
    const random = new Random(5);
    const layers = layersOf(spec);
    const inputs = normals(random, STEPS * layers[0].inputs, 1);
    const upstream = normals(random, STEPS * 3, 1);
    const weights = weightTensors(spec).map(({ name, shape }) => tf.tensor2d(tensors[name]!, [...shape] as [number, number]));

    const theirs = askPeer('spikingjelly_network.py', {
      neuron,
      threshold,
      alpha: surrogateSettings(network).alpha,
      taus: [1, 2].map((layer) => (learned === null ? (tau ?? 2) : valueOf(learned, tensors[`n${layer as 1}.tau`]![0]))),
      weights: weights.map((matrix) => matrix.arraySync()),
      inputs: rows(inputs, layers[0].inputs),
      upstream: rows(upstream, 3),
    }) as Answer;

    const code = createNeuron(network);
    const pass = (x: tfjs.Tensor, matrices: tfjs.Tensor[], own: tfjs.Tensor[]) =>
      runColourNetwork(
        tf,
        code,
        bindLayers(layers, matrices),
        [0, 1].map((layer) => code.bind(tf, own.length === 0 ? {} : { tau: own[layer] })),
        x,
      );
    const x = tf.tensor3d(inputs, [STEPS, 1, layers[0].inputs]);
    const drawn = pass(x, weights, raw);
    drawn.outputs.forEach((spikes, layer) => expect([...spikes.dataSync()], `spikes ${layer + 1}`).toEqual(theirs.spikes[layer].flat()));
    expect(theirs.spikes.flat(2).filter((spike) => spike > 0).length, 'spikes').toBeGreaterThan(20);
    expectCloseToMax('logits', drawn.logits.dataSync(), theirs.outputs.flat(), 1e-5);
    const loss = (...all: tfjs.Tensor[]): tfjs.Scalar =>
      tf.sum(tf.mul(pass(all[0], all.slice(1, 4), all.slice(4)).logits, tf.tensor3d(upstream, [STEPS, 1, 3])));
    const [ofInputs, ...others] = tf.grads(loss)([x, ...weights, ...raw]);
    expectCloseToMax('inputs', ofInputs.dataSync(), theirs.inputs.flat(), 2e-5);
    theirs.weights.forEach((matrix, i) => expectCloseToMax(`w${i + 1}`, others[i].dataSync(), matrix.flat(), 2e-5));
    expect(theirs.w).toHaveLength(raw.length);
    theirs.w.forEach((gradient, layer) => expectCloseToMax(`tau ${layer + 1}`, others[3 + layer].dataSync(), [gradient], 2e-5));
  });

  it.each(['lif', 'plif', 'if'])('has the gradients of our rates through time, where inputs are constant: %s', (neuron) => {
    const network = fieldFixture({ network: { neuron } }).spec.network!;
    const { threshold, tau } = parameterValues(network);
    const currents = normals(new Random(3), 40, 1.5);
    const theirs = askPeer('spikingjelly_network.py', {
      neuron,
      threshold,
      alpha: surrogateSettings(network).alpha,
      taus: [tau ?? 2],
      weights: [],
      inputs: Array.from({ length: STEPS }, () => [...currents]),
      upstream: Array.from({ length: STEPS }, () => new Array<number>(currents.length).fill(1 / STEPS)),
    }) as Answer;

    const rated = createRateNeuron(network);
    const { learned } = neuronNamed(neuron).parameters.tau ?? { learned: null };
    const values = createNeuron(network).bind(tf, learned === null ? {} : { tau: tf.tensor1d([learned.raw(tau)]) });
    let carried: readonly tfjs.Tensor[] = Array.from({ length: rated.carried }, () => tf.zeros([1, currents.length]));
    const spikes: number[] = [];
    const slopes = [0, ...rated.learned].map(() => new Float64Array(currents.length));
    for (let t = 0; t < STEPS; t++) {
      const step = rated.step(tf, tf.tensor2d(currents, [1, currents.length]), carried, values);
      spikes.push(...step.output.dataSync());
      step.slopes.forEach(({ output }, d) => output.dataSync().forEach((slope, i) => (slopes[d][i] += slope / STEPS)));
      carried = step.carried;
    }
    expect(spikes).toEqual(theirs.spikes[0].flat());
    const summed = currents.map((_, i) => theirs.inputs.reduce((sum, row) => sum + row[i], 0));
    expectCloseToMax('d rate / d current', Float32Array.from(slopes[0]), summed, 2e-5);
    if (neuron !== 'plif') return;
    // Of the time constant; theirs is of w = our raw value, 1 / tau = sigmoid(w).
    const ofRaw = evaluate(derivative(learned!.value(rawLeaf), rawLeaf), { raw: learned!.raw(tau) });
    expect((slopes[1].reduce((a, b) => a + b, 0) * ofRaw) / theirs.w[0]).toBeCloseTo(1, 3);
  });
});
