/**
 * Automatic differentiation against finite differences of the loss, on variants that are smooth: no network, ReLU, and LIF with the primitive
 * of its surrogate in place of the step function. What carries no gradient is held while the parameters move: the samples, the resets, and
 * which side of its kink each ReLU is on.
 */
import { interpolated } from '../../src/lattice/place.ts';
import type { ParameterName } from '../../src/model/tensor-names.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { marchRays } from '../../renderer/march.ts';
import { encodeViews } from '../../renderer/view-encoding.ts';
import { NO_LOSS_TERMS, type LossWeights } from '../../src/engine/backend.ts';
import { heaviside } from '../../src/backends/tfjs/custom-gradients.ts';
import { parameterShapes } from '../../src/backends/tfjs/field-tensors.ts';
import { forward } from '../../src/backends/tfjs/forward.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import { trainingLoss } from '../../src/backends/tfjs/loss.ts';
import { bindLayers } from '../../src/backends/tfjs/colour-network.ts';
import { learnsRepeats } from '../../src/config/backward.ts';
import { layersOf, weightTensors } from '../../src/model/network-layers.ts';
import { createTeacher } from '../../src/backends/tfjs/teacher.ts';
import type { Tensor, TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { Random } from '../../src/math/random.ts';
import type { NetworkSpec } from '../../src/model/field-spec.ts';
import { relu } from '../../src/neurons/relu.ts';
import { parameterValues } from '../../src/neurons/settings.ts';
import { createNeuron, tfjsNeuron, type TfjsNeuron } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { coefficients } from '../conformance/case-options.ts';
import { fieldFixture, type FieldFixture } from '../helpers/field-fixtures.ts';

/** Relative to the derivative along the gradient; measured 9e-4. */
const TOLERANCE = 3e-3;

/** Length of the step in parameter space: the error of single precision falls with it, curvature grows. */
const STEP = 0.005;
const RAYS = 14;

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

/** 1[H >= threshold] of every step of the first evaluation, in their order; the same again in every later one. */
class HeldDecisions {
  private readonly taken: Float32Array[] = [];
  private next = 0;

  restart(): void {
    this.next = 0;
  }

  at(potential: Tensor, threshold: number): Tensor {
    this.taken[this.next] ??= potential.dataSync<'float32'>().map((h) => (h >= threshold ? 1 : 0));
    return tf.tensor(this.taken[this.next++], potential.shape);
  }
}

/** A neuron, and the same with its decisions held at the unchanged parameters. */
interface Smooth {
  readonly live: TfjsNeuron;
  readonly held: TfjsNeuron;
  readonly decisions: HeldDecisions;
}

/** LIF whose output is the primitive of the surrogate; it is reset where LIF would fire. */
function smoothLif(network: NetworkSpec): Smooth {
  const hard = createNeuron(network);
  const { tau, threshold } = parameterValues(network);
  const decisions = new HeldDecisions();
  const smooth = (decide: (h: Tensor) => Tensor): TfjsNeuron => ({
    ...hard,
    step: (_tf, x, [v]) => {
      const potential = tf.add(v, tf.mul(tf.sub(x, v), 1 / tau));
      const output = tf.sigmoid(tf.mul(tf.sub(potential, threshold), 4));
      return { potential, output, events: output, states: [tf.mul(potential, tf.sub(1, decide(potential)))] };
    },
  });
  return {
    live: smooth((h) => heaviside(tf, h, threshold, (x) => tf.zerosLike(x))),
    held: smooth((h) => decisions.at(h, threshold)),
    decisions,
  };
}

function smoothRelu(): Smooth {
  const decisions = new HeldDecisions();
  const live = tfjsNeuron(relu, {}, relu.surrogate);
  const held: TfjsNeuron = {
    ...live,
    step: (_tf, x) => {
      const output = tf.mul(x, decisions.at(x, 0));
      return { potential: x, output, events: output, states: [] };
    },
  };
  return { live, held, decisions };
}

type Arrays = Record<string, Float32Array>;

/** The loss of a fixture as a function of its parameters, everything else held. */
function lossOf({ spec, tensors, occupancy, batch, settings, teacher }: FieldFixture, neuron: TfjsNeuron | null, loss: LossWeights) {
  const samples = marchRays(spec, batch, interpolated(tensors.density!), occupancy);
  const views = spec.network && encodeViews(batch.directions, spec.network.viewFrequencies);
  return (parameters: Record<string, Tensor>): Tensor => {
    const { density, features } = parameters;
    const background = tf.tensor2d(batch.background, [batch.count, 3]);
    const noise = { seed: settings.noiseSeed, firstRay: 0, range: null };
    const tensors = weightTensors(spec).map(({ name }) => parameters[name]);
    const layers = spec.network && bindLayers(layersOf(spec), tensors);
    const asked = teacher && { tensors: createTeacher(tf, teacher, spec), rays: batch };
    const repeats = spec.network && learnsRepeats(spec.network) ? [tf.tensor1d([3]), tf.tensor1d([2])] : undefined;
    const bound = { field: { density, features }, layers, repeats };
    const pass = forward(tf, bound, { spec, neuron, samples, views, background, noise, teacher: asked });
    return trainingLoss(tf, pass, tf.tensor2d(batch.target, [batch.count, 3]), samples, spec, loss).total;
  };
}

/** Compares the derivative along the gradient itself and along random parts of it, which any wrong entry changes. */
function expectGradients(fixture: FieldFixture, neuron: Smooth | null, loss: LossWeights, names: ParameterName[]): void {
  const live = lossOf(fixture, neuron && neuron.live, loss);
  const held = lossOf(fixture, neuron && neuron.held, loss);
  const shapes = parameterShapes(fixture.spec);
  const arrays: Arrays = Object.fromEntries(Object.keys(shapes).map((name) => [name, fixture.tensors[name as ParameterName]!]));
  const toTensors = (data: Arrays): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(data).map(([name, values]) => [name, tf.tensor(values, shapes[name as ParameterName])]));
  const heldLoss = (data: Arrays): number => {
    neuron?.decisions.restart();
    return tf.tidy(() => held(toTensors(data)).dataSync()[0]);
  };
  const value = tf.tidy(() => live(toTensors(arrays)).dataSync()[0]);
  expect(heldLoss(arrays)).toBeCloseTo(value, 6);

  const random = new Random(7);
  for (const name of names) {
    const gradient = tf.tidy(() => {
      const tensors = toTensors(arrays);
      return tf
        .grad((x) => live({ ...tensors, [name]: x }))(tensors[name])
        .dataSync<'float32'>();
    });
    for (let trial = 0; trial < 3; trial++) {
      const direction = gradient.map((g) => (trial === 0 || random.float() < 0.5 ? g : 0));
      const length = Math.hypot(...direction);
      const moved = (sign: number): Arrays => ({
        ...arrays,
        [name]: arrays[name].map((p, i) => p + (sign * STEP * direction[i]) / length),
      });
      const difference = (heldLoss(moved(1)) - heldLoss(moved(-1))) / (2 * STEP);
      const expected = direction.reduce((sum, d, i) => sum + d * gradient[i], 0) / length;
      expect(Math.abs(difference / expected - 1), `${name}: ${difference}, by autodiff ${expected}`).toBeLessThan(TOLERANCE);
    }
  }
}

const all: ParameterName[] = ['density', 'features', 'w1', 'w2', 'w3'];
const smoothLosses: LossWeights = { ...NO_LOSS_TERMS, entropy: 0.1, distortion: 0.5, spikes: [0.3, 0.2], potentials: coefficients(16) };
const detachedLosses: LossWeights = { ...NO_LOSS_TERMS, perSample: 0.5, teacherColour: 0.4, teacherPotential: 0.1, teacherGram: 0.3 };

describe('gradients are finite differences', () => {
  test('no network', () => {
    const fixture = fieldFixture({ network: null, rays: RAYS });
    expectGradients(fixture, null, smoothLosses, ['density', 'features']);
    expectGradients(fixture, null, detachedLosses, ['features']);
  });

  test('ReLU', () => {
    const fixture = fieldFixture({ network: { neuron: 'relu' }, rays: RAYS, teacher: true });
    const neuron = smoothRelu();
    expectGradients(fixture, neuron, smoothLosses, all);
    expectGradients(fixture, neuron, detachedLosses, ['features', 'w1', 'w2', 'w3']);
  });

  test.each<Partial<NetworkSpec>>([
    { temporal: 'condense' },
    { temporal: 'condense', order: 'far-to-near' },
    { temporal: 'pad' },
    { temporal: 'pad', order: 'far-to-near' },
    { temporal: 'repeat' },
    { temporal: 'repeat', learnRepeats: true },
    { featureFrequencies: 2, viewFrequencies: 1 },
  ])('smooth LIF, %o', (network) => {
    const fixture = fieldFixture({ network, rays: RAYS, teacher: true });
    const neuron = smoothLif(fixture.spec.network!);
    expectGradients(fixture, neuron, smoothLosses, all);
    expectGradients(fixture, neuron, detachedLosses, ['features', 'w1', 'w2', 'w3']);
  });
});

test('per-sample loss has no gradient through the weights', () => {
  const fixture = fieldFixture({ network: null, rays: RAYS });
  const { tensors, settings } = fixture;
  const only = { ...settings.loss, entropy: 0, spikes: [0, 0] as const };
  const gradientOf = (loss: LossWeights): Float32Array =>
    tf.tidy(() => {
      const evaluate = lossOf(fixture, null, loss);
      const features = tf.tensor2d(tensors.features!, [tensors.density!.length, 3]);
      return tf
        .grad((density) => evaluate({ density, features }))(tf.tensor1d(tensors.density!))
        .dataSync() as Float32Array;
    });
  expect(gradientOf({ ...only, perSample: 0.5 })).toEqual(gradientOf({ ...only, perSample: 0 }));
});
