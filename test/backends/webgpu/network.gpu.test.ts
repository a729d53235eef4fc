/**
 * The colour network of the WebGPU backend by itself against tfjs: random samples in packed rays, in every temporal mode; all at once
 * and in parts. Compared are logits, counts (exactly) and all gradients.
 *
 * The loss is sum logits . G + spikes . (mean spikes) + potentials . (mean potentials), G random.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { bindLayers } from '../../../src/backends/tfjs/colour-network.ts';
import { layersOf } from '../../../src/model/network-layers.ts';
import { countActivity } from '../../../src/backends/tfjs/activity.ts';
import { colourLogits, type ForwardPass } from '../../../src/backends/tfjs/forward.ts';
import { loadTensorFlow } from '../../../src/backends/tfjs/load-tensorflow.ts';
import type { Tensor, TensorFlow } from '../../../src/backends/tfjs/tensorflow.ts';
import type { WebgpuDevice } from '../../../src/backends/webgpu/device.ts';
import { createNeuron } from '../../../src/backends/tfjs/tfjs-neuron.ts';
import { EPSILON } from '../../conformance/cases.ts';
import { expectCloseToMax } from '../../conformance/compare.ts';
import type { FixtureOptions } from '../../helpers/field-fixtures.ts';
import { networkProblem, runNetwork, type NetworkProblem } from '../../helpers/gpu-network.ts';
import { openTestDevice } from '../../helpers/test-adapter.ts';

/** Relative to the largest entry. */
const LOGIT_TOLERANCE = 1e-5;
const GRADIENT_TOLERANCE = 2e-4;

interface Case {
  readonly name: string;
  readonly network: FixtureOptions['network'] & object;
  readonly rays?: number;
  readonly seed?: number;
}

const MODES: readonly Case[] = [
  { name: 'condense', network: {} },
  { name: 'condense, far to near', network: { order: 'far-to-near' } },
  { name: 'pad', network: { temporal: 'pad' } },
  { name: 'pad, far to near', network: { temporal: 'pad', order: 'far-to-near' } },
  { name: 'repeat', network: { temporal: 'repeat' } },
  { name: 'repeat once', network: { temporal: 'repeat', repeats: 1 } },
  { name: 'repeat with Poisson encoding', network: { temporal: 'repeat', encoding: 'poisson' }, rays: 8, seed: 2 },
  { name: 'Poisson encoding, 63 inputs', network: { temporal: 'repeat', encoding: 'poisson', viewFrequencies: 8 }, rays: 8 },
  { name: 'no view frequencies', network: { viewFrequencies: 0 } },
  { name: '8 view frequencies', network: { viewFrequencies: 8 } },
  { name: '48 neurons', network: { width: 48 } },
  { name: '128 neurons, pad', network: { width: 128, temporal: 'pad' }, rays: 10 },
  { name: '256 neurons', network: { width: 256 }, rays: 8, seed: 2 },
  { name: 'ReLU, pad', network: { neuron: 'relu', temporal: 'pad', width: 80 } },
  { name: 'ReLU, repeat', network: { neuron: 'relu', temporal: 'repeat' } },
];

/** Those that learn, whose sums and kept values differ, and one that may fire in gaps. The arithmetic of every neuron is tested in test/neurons/emit-wgsl.gpu.test.ts. */
const NEURONS: readonly Case[] = [
  { name: 'plif', network: { neuron: 'plif', order: 'far-to-near' } },
  { name: 'ternary-signed', network: { neuron: 'ternary-signed', width: 48 } },
  { name: 'glif, pad', network: { neuron: 'glif', temporal: 'pad' } },
  { name: 'glif-layer, repeat', network: { neuron: 'glif-layer', temporal: 'repeat' }, rays: 10, seed: 2 },
];

/** What differs within default limits: 16 rows a tile and no masks. */
const PLAIN: readonly Case[] = [
  { name: '128 neurons', network: { width: 128 }, rays: 10 },
  { name: '256 neurons', network: { width: 256 }, rays: 8, seed: 2 },
];

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

for (const plain of [false, true]) {
  describe(plain ? 'within default limits' : 'with all that the adapter has', () => {
    let gpu: WebgpuDevice;
    beforeAll(async () => {
      gpu = await openTestDevice({ plain });
    });

    test.each(plain ? PLAIN : [...MODES, ...NEURONS])('$name', async ({ network, rays = 24, seed = 1 }) => {
      const problem = networkProblem(network, rays, seed);
      const expected = reference(problem);
      expect(expected.margin, 'least |H - threshold|').toBeGreaterThan(EPSILON.spike);
      expect(expected.noiseMargin).toBeGreaterThan(EPSILON.noise);
      for (const partSamples of [1 << 14, 150]) {
        const trained = await gpu.run('training', () => runNetwork(gpu.device, problem, false, partSamples));
        expectCloseToMax('logits', trained.logits, expected.logits, LOGIT_TOLERANCE);
        expect(trained.stats).toEqual({ ...trained.stats, ...expected.stats });
        for (const [name, gradient] of Object.entries(expected.gradients))
          expectCloseToMax(`gradient of ${name}`, trained.gradients![name], gradient, GRADIENT_TOLERANCE);
        if (expected.potentialSums) expectCloseToMax('potentials', trained.potentialSums, expected.potentialSums, GRADIENT_TOLERANCE);
        if (expected.range) expectCloseToMax('input range', trained.inputRange, expected.range, 1e-6);
      }
    });

    test('rendering gives the same colours, and the spikes of every ray', async () => {
      for (const network of [{}, { temporal: 'pad', neuron: 'ternary' }, { neuron: 'relu' }, { temporal: 'repeat', width: 128 }] as const) {
        const problem = networkProblem(network, 24);
        const expected = reference(problem);
        for (const partSamples of [1 << 14, 150]) {
          const drawn = await gpu.run('rendering', () => runNetwork(gpu.device, problem, true, partSamples));
          expectCloseToMax('logits', drawn.logits, expected.logits, LOGIT_TOLERANCE);
          expect(drawn.raySpikes).toEqual(expected.raySpikes);
          expect(drawn.stats).toEqual({ ...drawn.stats, ...expected.stats });
        }
      }
    });

    test('the same step gives the same bits', async () => {
      const problem = networkProblem({ neuron: 'glif', width: 128 }, 40);
      const [first, second] = [await runNetwork(gpu.device, problem, false), await runNetwork(gpu.device, problem, false)];
      expect(second).toEqual(first);
    });
  });
}

interface Reference {
  readonly logits: Float32Array;
  readonly gradients: Record<string, Float32Array>;
  readonly stats: Record<string, number>;
  readonly raySpikes: Uint32Array;
  /** [2W] */
  readonly potentialSums: Float32Array | null;
  readonly range: readonly number[] | null;
  readonly margin: number;
  readonly noiseMargin: number;
}

function reference(problem: NetworkProblem): Reference {
  const { spec, samples, weights, learned } = problem;
  const { network } = spec;
  const total = samples.networkRows.length;
  const neuron = createNeuron(network);
  const inputs = weights.w1.length / network.width;
  const tensors: Record<string, Tensor> = {
    features: tf.tensor2d(problem.features, [total, 12]),
    w1: tf.tensor2d(weights.w1, [inputs, network.width]),
    w2: tf.tensor2d(weights.w2, [network.width, network.width]),
    w3: tf.tensor2d(weights.w3, [network.width, 3]),
    ...Object.fromEntries([...learned].map(([name, raw]) => [name, tf.tensor1d(raw)])),
  };
  const names = Object.keys(tensors);
  let pass: ReturnType<typeof colourLogits>;
  const loss = (...values: Tensor[]): Tensor => {
    const at = Object.fromEntries(names.map((name, i) => [name, values[i]]));
    const ofLayer = (layer: 1 | 2): Record<string, Tensor> =>
      Object.fromEntries(names.filter((name) => name.startsWith(`n${layer}.`)).map((name) => [name.slice(3), at[name]]));
    pass = colourLogits(
      tf,
      { field: {}, layers: bindLayers(layersOf(spec), [at.w1, at.w2, at.w3]), neurons: [ofLayer(1), ofLayer(2)] },
      {
        spec,
        neuron,
        samples,
        views: problem.views,
        background: tf.zeros([1]),
        noise: { seed: problem.noiseSeed, firstRay: 0, range: null },
      },
      at.features,
    );
    let sum = tf.sum(tf.mul(pass.logits, tf.tensor2d(problem.logitGradients, [total, 3])));
    const { atSamples } = pass.hidden!;
    for (const layer of atSamples === null ? [] : [0, 1]) {
      sum = tf.add(sum, tf.mul(problem.spikes[layer], tf.mean(atSamples!.events[layer])));
      const means = tf.mean(atSamples!.potentials![layer], [0, 1]);
      sum = tf.add(sum, tf.sum(tf.mul(means, tf.tensor1d(problem.potentials[layer]))));
    }
    return sum;
  };
  const gradients = tf.grads(loss as never)(Object.values(tensors) as never) as Tensor[];
  loss(...Object.values(tensors));
  const { hidden, logits } = pass!;
  const { counts, spikesOfRay } = countActivity(samples, { hidden } as ForwardPass);
  const sums = hidden!.atSamples?.potentials?.map((h) => tf.sum(h, [0, 1]).dataSync<'float32'>());
  return {
    logits: logits.dataSync<'float32'>(),
    gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i].dataSync<'float32'>()])),
    stats: {
      timeSteps: counts.timeSteps,
      spikes1: counts.spikes[0],
      spikes2: counts.spikes[1],
      active1: counts.active[0],
      active2: counts.active[1],
      negative1: counts.negative[0],
      negative2: counts.negative[1],
      inputSpikes: counts.inputSpikes,
    },
    raySpikes: spikesOfRay,
    potentialSums: sums ? Float32Array.of(...sums[0], ...sums[1]) : null,
    range: hidden!.poisson?.range ?? null,
    margin: hidden!.margins().spike,
    noiseMargin: hidden!.margins().noise,
  };
}
