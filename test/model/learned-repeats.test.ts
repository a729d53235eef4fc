/** Time steps that layers learn, and the means between them: numbers of the released code, limits, and the gradient from that of the matrix behind. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { BoundLayers } from '../../src/backends/tfjs/colour-network.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import { runSqueezed, wholeRepeats } from '../../src/backends/tfjs/squeezing.ts';
import type { Tensor, TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { tfjsNeuron } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { addCounts, emptyCounts, firingRates } from '../../src/engine/counts.ts';
import { viewRowSchema } from '../../src/eval/eval-report.ts';
import { networkWork } from '../../src/energy/work/network-work.ts';
import type { NetworkSpec } from '../../src/model/field-spec.ts';
import { repeatsGradient } from '../../src/model/learned-repeats.ts';
import { dense } from '../../src/model/layers/dense.ts';
import { learnedBits } from '../../src/neurons/learned-bits.ts';
import { learnedBits as weightsOfLearnedBits } from '../../src/quantisers/learned-bits.ts';
import { quantise } from '../../src/quantisers/quantise.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';
import { readGolden } from '../helpers/golden.ts';

interface Layer {
  readonly W: number[][];
  readonly x: number[][];
  readonly gamma_init: number[];
  readonly alpha_init: number[][];
  readonly y: number[][];
  readonly g: number[][];
  readonly dT: number[];
}

const { layer: golden } = readGolden<{ layer: Layer }>('adaptive-bits');
const { network } = fieldFixture({ network: { neuron: 'learned-bits', temporal: 'repeat', repeats: 2, learnRepeats: true } }).spec;

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

/** The released layer: neurons on its four inputs, in T steps, then a matrix on the mean of their outputs. */
function releasedLayer(weights: Tensor): BoundLayers {
  const identity = tf.tensor2d(Array.from({ length: 4 }, (_, i) => [0, 1, 2, 3].map((j) => (i === j ? 1 : 0))));
  const layer = (number: number, outputs: number) => ({ number, kind: dense, inputs: 4, outputs, tensors: [] });
  return [
    { layer: layer(1, 4), tensors: [identity] },
    { layer: layer(2, 2), tensors: [weights] },
  ];
}

describe('temporal squeezing', () => {
  const neuron = tfjsNeuron(learnedBits, { tau: 1, step: 1, bits: 3 }, { name: 'triangle', alpha: 1 });
  const parameters = { step: Float32Array.of(Math.log(golden.alpha_init[0][0])), bits: Float32Array.of(4 / 0.2) };
  const quantised = quantise(weightsOfLearnedBits, { raw: Float32Array.from(golden.W.flat()), parameters, states: {} });

  const pass = (length: Tensor, weights: Tensor): Tensor => {
    const bound = neuron.bind(tf, { step: tf.tensor1d([Math.log(golden.gamma_init[0])]), bits: tf.tensor1d([2]) });
    return runSqueezed(tf, neuron, releasedLayer(weights), [bound], [length], tf.tensor2d(golden.x)).logits;
  };
  /** [in, out], where the code has [out, in]. */
  const matrix = (): Tensor => tf.transpose(tf.tensor2d(quantised.slice(), [2, 4]));

  it('has the outputs and the gradient of T of the released code', () => {
    const raw = tf.tensor1d([2]);
    const value = (at: Tensor): Tensor => pass(wholeRepeats(tf, network!, at), matrix());
    [...value(raw).dataSync()].forEach((y, i) => expect(y).toBeCloseTo(golden.y.flat()[i], 5));
    const loss = (at: Tensor): Tensor => tf.sum(tf.mul(value(at), tf.tensor2d(golden.g)));
    expect(
      tf
        .grad(loss as never)(raw as never)
        .dataSync()[0],
    ).toBeCloseTo(golden.dT[0], 5);
  });

  it('has that gradient from the one of the matrix behind', () => {
    const weights = matrix();
    const loss = (at: Tensor): Tensor => tf.sum(tf.mul(pass(tf.tensor1d([2]), at), tf.tensor2d(golden.g)));
    const gradient = tf
      .grad(loss as never)(weights as never)
      .dataSync<'float32'>();
    expect(repeatsGradient(2, weights.dataSync<'float32'>(), gradient)).toBeCloseTo(golden.dT[0], 5);
  });

  it.each([
    [0.2, 1],
    [1.6, 2],
    [2.6, 3],
    [40, 3],
  ])('rounds %d steps to %d, one more than in the beginning being the most, and lets gradients through', (raw, whole) => {
    const value = (at: Tensor): Tensor => wholeRepeats(tf, network!, at);
    expect(value(tf.tensor1d([raw])).dataSync()[0]).toBe(whole);
    expect(
      tf
        .grad(value as never)(tf.tensor1d([raw]) as never)
        .dataSync()[0],
    ).toBe(1);
  });
});

describe('learned time steps', () => {
  const counts = { ...emptyCounts(), samples: 10, timeSteps: 40, layerSteps: [40, 10], active: [80, 40], spikes: [90, 50], bits: [85, 45] };

  it('are counted for each layer', () => {
    expect(firingRates(counts, network!)).toEqual([80 / (40 * 16), 40 / (10 * 16)]);
    const updates = (counted: typeof counts, of: NetworkSpec): number[] =>
      networkWork(counted, of, 12, 'executed')
        .filter(({ kind }) => kind === 'neurons')
        .map(({ work }) => work.membraneUpdates);
    expect(updates(counts, network!)).toEqual([40 * 16, 10 * 16]);
    const first = (of: NetworkSpec): number => networkWork(counts, of, 12, 'published')[0].work.macs;
    expect(first({ ...network!, learnRepeats: false })).toBe(2 * first(network!));
  });

  it('are added up, and read again from the views of an evaluation that was interrupted', () => {
    const total = emptyCounts();
    for (let image = 0; image < 2; image++) addCounts(total, counts);
    expect(total).toMatchObject({ timeSteps: 80, layerSteps: [80, 20] });
    const row = { name: 'a', psnr: 30, ssim: 0.9, seconds: 1, counts };
    expect(viewRowSchema.parse(JSON.parse(JSON.stringify(row)))).toEqual(row);
  });

  it('are refused where they have no meaning, with the reason', () => {
    const squeezed = { 'network.temporal': 'repeat', 'network.learnRepeats': 'true', 'network.neuron': 'learned-bits' };
    const resolve = (more: Readonly<Record<string, string>>): unknown =>
      resolveConfig(
        'real-inputs',
        Object.entries({ ...squeezed, ...more }).map(([key, value]) => ({ key, value, source: '--set' })),
      );
    expect(() => resolve({ 'fine.bitBudget.repeats': '1.5' })).not.toThrow();
    expect(() => resolve({ 'fine.bitBudget.repeats': '6' })).toThrow('fine.bitBudget.repeats=6 cannot be reached with network.repeats=4');
    expect(() => resolve({ 'network.temporal': 'pad' })).toThrow("a layer's mean over them would mix samples");
    expect(() => resolve({ 'network.encoding': 'poisson' })).toThrow('shown the same input at all of its time steps');
    expect(() => resolve({ 'network.backward': 'rate' })).toThrow('rates have the gradient through time');
    expect(() => resolve({ 'network.dropout': '0.1' })).toThrow('network.dropout=0.1 has no meaning with network.learnRepeats=true');
    const budget = { 'fine.bitBudget.repeats': '2', 'network.learnRepeats': 'false' };
    expect(() => resolve(budget)).toThrow('fine.bitBudget.repeats=2 has no meaning with network.learnRepeats=false');
    expect(() => resolve({ ...budget, 'network.temporal': 'condense' })).toThrow('rays have the length of their samples');
  });
});
