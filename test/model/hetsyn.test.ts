/**
 * HetSyn: numbers that the released code gave; the three neurons that it becomes where decays are equal (propositions 1 to 3 of the paper), spike by
 * spike and gradient by gradient, exact and factorised; finite differences.
 */
import { beforeAll, describe, expect, it, test } from 'vitest';
import { bindLayers, runColourNetwork } from '../../src/backends/tfjs/colour-network.ts';
import { heaviside } from '../../src/backends/tfjs/custom-gradients.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import type { Tensor, TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { tfjsNeuron, type TfjsNeuron } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { Random } from '../../src/math/random.ts';
import { hetsyn as hetsynLayer } from '../../src/model/layers/hetsyn.ts';
import { layerKindNamed } from '../../src/model/layers/index.ts';
import { networkLayers } from '../../src/model/network-layers.ts';
import { defineNeuron } from '../../src/neurons/define-neuron.ts';
import { add, mul, sigmoid, spike, sub } from '../../src/neurons/graph.ts';
import { hetsyn } from '../../src/neurons/hetsyn.ts';
import { constantParameter, learnedParameter, unit } from '../../src/neurons/parameters.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';
import { expectCloseToMax } from '../conformance/compare.ts';
import { readGolden } from '../helpers/golden.ts';

interface Golden {
  readonly w: number[][];
  readonly r: number[][];
  readonly kappa: number;
  readonly x: number[][];
  readonly z: number[][];
  readonly V: number[][];
  readonly dL_dz: number[][];
  readonly dL_dw: number[][];
  readonly dL_dr: number[][];
  readonly surrogate_x: number[];
  readonly surrogate_dzdx: number[];
}
const golden = readGolden<Golden>('hetsyn');

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

interface Pass {
  readonly outputs: Tensor;
  readonly potentials: Tensor;
}

/** One hidden layer over a sequence of inputs [T][in]; weights and decays are [in,out]. */
function run(
  neuron: TfjsNeuron,
  kind: string,
  inputs: readonly number[][],
  tensors: readonly Tensor[],
  raw: Record<string, Tensor> = {},
): Pass {
  const [count, columns] = tensors[0].shape;
  const width = columns / (layerKindNamed(kind).memory?.sums ?? 1);
  const { network } = fieldFixture({ network: { layers: [{ kind, width }] } }).spec;
  const layers = bindLayers(networkLayers(network!, count), [...tensors, tf.zeros([width, 3])]);
  const x = tf.tensor3d(inputs.flat(), [inputs.length, 1, count]);
  const { outputs, potentials } = runColourNetwork(tf, neuron, layers, [neuron.bind(tf, raw)], x);
  return { outputs: outputs[0], potentials: potentials[0] };
}

const transposed = (rows: readonly number[][]): Tensor => tf.transpose(tf.tensor2d(rows.map((row) => [...row])));
const normal = (x: Tensor, mean: number, deviation: number): Tensor =>
  tf.mul(tf.exp(tf.mul(-0.5, tf.square(tf.div(tf.sub(x, mean), deviation)))), 1 / (deviation * Math.sqrt(2 * Math.PI)));

/** The authors' surrogate for classification, which this project has not. */
const gaussians = (x: Tensor): Tensor =>
  tf.mul(0.5, tf.sub(tf.mul(1.15, normal(x, 0, 0.5)), tf.mul(0.15, tf.add(normal(x, 0.5, 3), normal(x, -0.5, 3)))));

describe('numbers of the released code', () => {
  const kappa = (): Tensor => tf.fill([2], Math.log(golden.kappa / (1 - golden.kappa)));

  it('potentials and spikes', () => {
    const neuron = tfjsNeuron(hetsyn, { kappa: 0, threshold: 1, adaptation: 0, adaptationDecay: 0 }, hetsyn.surrogate);
    const { outputs, potentials } = run(neuron, 'hetsyn', golden.x, [transposed(golden.w), transposed(golden.r)], { kappa: kappa() });
    expectCloseToMax('V', potentials.dataSync(), golden.V.flat(), 1e-6);
    expect([...outputs.dataSync()]).toEqual(golden.z.flat());
  });

  it('gradients of weights and decays, with their surrogate', () => {
    expectCloseToMax('surrogate', gaussians(tf.tensor1d(golden.surrogate_x)).dataSync(), golden.surrogate_dzdx, 1e-5);
    const plain = tfjsNeuron(hetsyn, { kappa: 0, threshold: 1, adaptation: 0, adaptationDecay: 0 }, hetsyn.surrogate);
    const theirs: TfjsNeuron = {
      ...plain,
      step: (_tf, x, [reset, fatigue]) => {
        const potential = tf.sub(x, reset);
        const output = heaviside(tf, potential, 1, (h) => gaussians(tf.sub(h, 1)));
        return { potential, output, events: output, states: [tf.add(tf.mul(reset, golden.kappa), output), fatigue] };
      },
    };
    const loss = (w: Tensor, r: Tensor): Tensor => {
      const { outputs } = run(theirs, 'hetsyn', golden.x, [w, r], { kappa: kappa() });
      return tf.sum(tf.mul(outputs, tf.tensor3d(golden.dL_dz.flat(), [5, 1, 2])));
    };
    const [dw, dr] = tf.grads(loss as never)([transposed(golden.w), transposed(golden.r)]) as Tensor[];
    expectCloseToMax('dL/dw', tf.transpose(dw).dataSync(), golden.dL_dw.flat(), 1e-5);
    expectCloseToMax('dL/dr', tf.transpose(dr).dataSync(), golden.dL_dr.flat(), 1e-5);
  });
});

/**
 * V_t = rho V_{t-1} + X_t - z_{t-1} with the threshold 1 + A_t: the authors' LIF (section 3.1), where spikes raise A their adaptive one. H is V - A,
 * fired at 1.
 */
const adaptiveLif = defineNeuron({
  name: 'adaptive-lif',
  summary: 'LIF with soft reset and a threshold that spikes raise',
  source: 'HetSyn, section 3',
  parameters: {
    rho: learnedParameter('decay of the membrane', 0.7, unit, 'channel'),
    adaptation: constantParameter('what a spike adds to the threshold', 0, [0, 10]),
    adaptationDecay: constantParameter('decay of that', 0.9, [0, 1]),
  },
  states: ['kept', 'raised'],
  charge: ({ x, state: { kept, raised } }) => sub(add(kept, x), raised),
  fire: ({ h }) => spike(h, 1),
  reset: ({ h, s, state: { raised }, p }) => ({
    kept: sub(mul(p.rho, add(h, raised)), s),
    raised: add(mul(p.adaptationDecay, raised), mul(p.adaptation, s)),
  }),
  surrogate: { name: 'triangle', alpha: 1 },
});

const [STEPS, INPUTS, WIDTH] = [12, 5, 6];
const random = new Random(3);
const randomInputs = Array.from({ length: STEPS }, () => Array.from({ length: INPUTS }, () => random.float()));
const weights = Array.from({ length: INPUTS * WIDTH }, () => 1.4 * random.float() - 0.4);
const upstream = Array.from({ length: STEPS * WIDTH }, () => random.float() - 0.5);
const logit = (value: number): number => Math.log(value / (1 - value));

interface Answer {
  readonly spikes: number[];
  readonly potentials: Float32Array;
  /** d (sum upstream S + sum H) / d weights */
  readonly gradient: Float32Array;
}

/** @param matrix what the layer has for the weights [in,out] */
function answer(
  neuron: TfjsNeuron,
  kind: string,
  decays: Tensor[],
  raw: Record<string, Tensor>,
  matrix: (weights: Tensor) => Tensor = (w) => w,
): Answer {
  const w = tf.tensor2d(weights, [INPUTS, WIDTH]);
  const pass = (weights: Tensor): Pass => run(neuron, kind, randomInputs, [matrix(weights), ...decays], raw);
  const loss = (weights: Tensor): Tensor => {
    const { outputs, potentials } = pass(weights);
    return tf.add(tf.sum(tf.mul(outputs, tf.tensor3d(upstream, [STEPS, 1, WIDTH]))), tf.sum(potentials)) as never;
  };
  const { outputs, potentials } = pass(w);
  return {
    spikes: [...outputs.dataSync()],
    potentials: potentials.dataSync<'float32'>(),
    gradient: tf
      .grad(loss as never)(w)
      .dataSync<'float32'>(),
  };
}

test.each([
  ['LIF with soft reset: all decays equal', new Array<number>(WIDTH).fill(0.7), 0],
  ['adaptive threshold: a second reset current', new Array<number>(WIDTH).fill(0.7), 0.4],
  ['time constants of neurons: one decay a neuron', [0.2, 0.5, 0.6, 0.75, 0.85, 0.95], 0],
] as const)('HetSyn is %s', (_, rho, adaptation) => {
  const constants = { adaptation, adaptationDecay: 0.8 };
  const learned = tf.tensor1d(rho.map(logit));
  const general = tfjsNeuron(hetsyn, { ...constants, threshold: 1 }, hetsyn.surrogate);
  const decays = tf.tile(tf.tensor2d([[...rho]]), [INPUTS, 1]);
  const found = answer(general, 'hetsyn', [decays], { kappa: learned });
  const wanted = answer(tfjsNeuron(adaptiveLif, constants, adaptiveLif.surrogate), 'dense', [], { rho: learned });
  expect(found.spikes).toEqual(wanted.spikes);
  expect(new Set(found.spikes).size).toBe(2);
  expectCloseToMax('H', found.potentials, wanted.potentials, 2e-6);
  expectCloseToMax('gradient', found.gradient, wanted.gradient, 2e-5);
  // Unequal decays are another layer.
  const other = answer(general, 'hetsyn', [tf.randomUniform([INPUTS, WIDTH], 0.1, 0.9, 'float32', 1)], { kappa: learned });
  expect(other.spikes).not.toEqual(wanted.spikes);
  // Factorised, it does not matter how a weight is divided among equal decays.
  const divided = (w: Tensor): Tensor => tf.concat([tf.mul(w, 0.3), tf.mul(w, 0.7)], 1);
  const factorised = answer(general, 'hetsyn-2', [tf.tensor1d([...rho, ...rho])], { kappa: learned }, divided);
  expect(factorised.spikes).toEqual(wanted.spikes);
  expectCloseToMax('H', factorised.potentials, wanted.potentials, 2e-6);
  expectCloseToMax('gradient', factorised.gradient, wanted.gradient, 2e-5);
});

test('factorised, it is the exact form whose synapses have one of two decays of their neuron, whichever their weight chooses', () => {
  const chosen = Array.from({ length: INPUTS * WIDTH }, () => Number(random.float() < 0.5));
  const two = Array.from({ length: 2 * WIDTH }, () => 0.1 + 0.8 * random.float());
  const neuron = tfjsNeuron(hetsyn, { threshold: 1, adaptation: 0, adaptationDecay: 0 }, hetsyn.surrogate);
  const kappa = tf.fill([WIDTH], 1.5);
  const exact = tf.tensor2d(
    chosen.map((which, i) => two[which * WIDTH + (i % WIDTH)]),
    [INPUTS, WIDTH],
  );
  const wanted = answer(neuron, 'hetsyn', [exact], { kappa });
  const second = tf.tensor2d(chosen, [INPUTS, WIDTH]);
  const spread = (w: Tensor): Tensor => tf.concat([tf.mul(w, tf.sub(1, second)), tf.mul(w, second)], 1);
  const found = answer(neuron, 'hetsyn-2', [tf.tensor1d(two)], { kappa }, spread);
  expect(found.spikes).toEqual(wanted.spikes);
  expect(new Set(found.spikes).size).toBe(2);
  expectCloseToMax('H', found.potentials, wanted.potentials, 2e-6);
  expectCloseToMax('gradient', found.gradient, wanted.gradient, 2e-5);
});

test.each([
  ['hetsyn', WIDTH, [INPUTS, WIDTH]],
  ['hetsyn-2', 2 * WIDTH, [2 * WIDTH]],
])('gradients of weights and decays of %s are finite differences, with a smooth output in place of spikes', (kind, columns, shape) => {
  const smooth = defineNeuron({
    name: 'smooth',
    summary: 'analogue, with a reset current',
    source: 'this test',
    parameters: {},
    charge: ({ x, state: { v } }) => sub(x, v),
    fire: ({ h }) => sigmoid(mul(4, sub(h, 1))),
    reset: ({ s, state: { v } }) => ({ v: add(mul(0.8, v), s) }),
    surrogate: { name: 'sigmoid', alpha: 4 },
  });
  const neuron = tfjsNeuron(smooth, {}, smooth.surrogate);
  const own = (length: number): Float32Array => Float32Array.from({ length }, () => 0.1 + 0.8 * random.float());
  const loss = (w: Tensor, r: Tensor): Tensor =>
    tf.sum(tf.mul(run(neuron, kind, randomInputs, [w, r]).outputs, tf.tensor3d(upstream, [STEPS, 1, WIDTH])));
  const at = [tf.tensor2d(own(INPUTS * columns), [INPUTS, columns]), tf.tensor(own(shape.reduce((a, b) => a * b)), shape)];
  const gradients = tf.grads(loss as never)(at) as Tensor[];
  gradients.forEach((gradient, which) => {
    const length = tf.norm(gradient).dataSync()[0];
    const moved = (step: number): number => {
      const values = at.map((tensor, i) => (i === which ? tf.add(tensor, tf.mul(gradient, step / length)) : tensor));
      return loss(values[0], values[1]).dataSync()[0];
    };
    expect((moved(0.01) - moved(-0.01)) / 0.02 / length).toBeCloseTo(1, 2);
  });
});

test('currents decay over the gaps of padding, each as its synapse says; condensed, a gap is no time', () => {
  const silent = tfjsNeuron(hetsyn, { threshold: 1e6, adaptation: 0, adaptationDecay: 0 }, hetsyn.surrogate);
  const tensors = [tf.tensor2d([[2], [3]]), tf.tensor2d([[0.5], [0.9]])];
  const last = (inputs: number[][]): number =>
    run(silent, 'hetsyn', inputs, tensors, { kappa: tf.zeros([1]) })
      .potentials.dataSync()
      .at(-1)!;
  const [first, second] = [
    [1, 2],
    [0.5, 0],
  ];
  expect(last([first, [0, 0], [0, 0], second])).toBeCloseTo(2 * 0.5 ** 3 + 6 * 0.9 ** 3 + 1, 6);
  expect(last([first, second])).toBeCloseTo(2 * 0.5 + 6 * 0.9 + 1, 6);
});

test('decays begin between those of 1 and 5 samples and stay in [0, 1]', () => {
  const [, decay] = hetsynLayer.tensors({ inputs: 4, outputs: 3 });
  expect([0, 0.5, 1].map(decay.drawn!)).toEqual([1, 3, 5].map((tau) => Math.exp(-1 / tau)));
  expect(decay.range).toEqual([0, 1]);
});
