import { denseSpec } from '../../src/model/representations/dense.ts';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { convertWeights, fitSpiking } from '../../src/model/convert-network.ts';
import { quantisedLayers, seenMatrix, tensorsAtStart } from '../../src/model/quantised-layers.ts';
import { initialWeights, type NetworkWeights } from '../../src/model/initial-tensors.ts';
import { evaluate } from '../../src/neurons/evaluate.ts';
import { neuronNamed } from '../../src/neurons/index.ts';
import { parameterValues } from '../../src/neurons/settings.ts';
import { presets } from '../../src/config/presets.ts';

const WIDTH = 64;
const ROWS = 200;

function networkOf(neuron: string, neuronParameters = {}) {
  return { ...presets.blender.network, neuron, neuronParameters, width: WIDTH, viewFrequencies: 1 };
}

function product(row: Float32Array, weights: Float32Array): Float32Array {
  const columns = weights.length / row.length;
  return Float32Array.from({ length: columns }, (_, j) => row.reduce((sum, value, i) => sum + value * weights[i * columns + j], 0));
}

/** Logits [n,3] of the network with `fire` behind both hidden layers. */
function logits(inputs: Float32Array, weights: NetworkWeights, fire: (x: number) => number): Float32Array {
  const [w1, w2, w3] = weights.values();
  const width = w1.length / WIDTH;
  const out = new Float32Array(ROWS * 3);
  for (let row = 0; row < ROWS; row++) {
    const hidden1 = product(inputs.subarray(row * width, (row + 1) * width), w1).map(fire);
    out.set(product(product(hidden1, w2).map(fire), w3), row * 3);
  }
  return out;
}

/** Mean size of the spikes of both hidden layers. */
function firing(inputs: Float32Array, weights: NetworkWeights, fire: (x: number) => number): number[] {
  const [w1, w2] = weights.values();
  const width = w1.length / WIDTH;
  const sums = [0, 0];
  for (let row = 0; row < ROWS; row++) {
    const hidden1 = product(inputs.subarray(row * width, (row + 1) * width), w1).map(fire);
    const hidden2 = product(hidden1, w2).map(fire);
    [hidden1, hidden2].forEach((spikes, layer) => (sums[layer] += spikes.reduce((sum, value) => sum + value, 0)));
  }
  return sums.map((sum) => sum / (ROWS * WIDTH));
}

/** What the neuron answers to an input in its first time step. */
function firstStep(neuron: string, neuronParameters = {}): (x: number) => number {
  const definition = neuronNamed(neuron);
  const values = { ...parameterValues(networkOf(neuron, neuronParameters)), v: 0 };
  return (x) => evaluate(definition.output, { ...values, h: evaluate(definition.potential, { ...values, x }) });
}

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (x: Float32Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = (x: Float32Array, y: Float32Array, mx: number, my: number): number =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return covariance(a, b, meanA, meanB) / Math.sqrt(covariance(a, a, meanA, meanA) * covariance(b, b, meanB, meanB));
}

describe('a ReLU network converted to spikes', () => {
  const random = new Random(7);
  const ann = initialWeights({ network: networkOf('relu'), representation: denseSpec(12) }, random);
  const inputs = Float32Array.from({ length: ROWS * (ann.get('w1')!.length / WIDTH) }, () => 2 * random.float() - 1);
  const wanted = logits(inputs, ann, (x) => Math.max(0, x));

  it.each([
    ['lif', {}, 0.6],
    ['ternary', {}, 0.75],
    ['ternary', { tau: 5, threshold: 1, margin: 2 }, 0.75],
    ['glif', {}, 0.6],
    ['three-bit', {}, 0.95],
    ['four-bit', {}, 0.98],
    ['learned-bits', {}, 0.95],
    ['learned-bits', { bits: 1, step: 0.2 }, 0.6],
  ])('%s %o answers as the ANN does, up to the steps of its spikes', (neuron, parameters, least) => {
    const converted = convertWeights(ann, inputs, networkOf(neuron, parameters));
    const got = logits(inputs, converted, firstStep(neuron, parameters));
    expect(correlation(got, wanted)).toBeGreaterThan(least);
  });

  it('makes the spikes of a layer smaller where asked, and the answer coarser', () => {
    const network = networkOf('four-bit');
    const converted = [undefined, [0.5, 1], [1, 0.25]].map((sizes) => convertWeights(ann, inputs, network, { sizes }));
    const norm = (weights: NetworkWeights, name: 'w1' | 'w2'): number => Math.hypot(...weights.get(name)!);
    expect(norm(converted[1], 'w1') / norm(converted[0], 'w1')).toBeCloseTo(0.5, 5);
    expect(norm(converted[2], 'w1')).toBe(norm(converted[0], 'w1'));
    // What layer 2 sees of spikes half as large is as much as before: its weights are about twice as large.
    expect(norm(converted[1], 'w2') / norm(converted[0], 'w2')).toBeGreaterThan(1.8);
    const [full, half, quarter] = converted.map((weights) => correlation(logits(inputs, weights, firstStep('four-bit')), wanted));
    expect(full).toBeGreaterThan(half);
    expect(half).toBeGreaterThan(quarter);
    expect(quarter).toBeGreaterThan(0.8);
    // A spike of one has no smaller one.
    expect(convertWeights(ann, inputs, networkOf('lif'), { sizes: [0.5] })).toEqual(convertWeights(ann, inputs, networkOf('lif')));
  });

  it.each(['sub-bit', 'learned-bits'])('as many of its neurons fire with weights of %s as with whole ones', (quantiser) => {
    // As in trained networks, many weights are small and below zero, few are large and above it.
    const trained = (w: number): number => (w > 0 ? 100 * w ** 3 : w / 4);
    const tailed: NetworkWeights = new Map([...ann].map(([name, values]) => [name, values.map(trained)] as const));
    const network = { ...networkOf('ternary'), quantiser: [quantiser, quantiser, null] };
    const layers = quantisedLayers({ network, representation: denseSpec(12) });
    const seen = (name: string, matrix: Float32Array): Float32Array => {
      const layer = layers.find(({ weight }) => weight === name);
      return layer === undefined ? matrix : seenMatrix(layer, tensorsAtStart(layer, matrix));
    };
    const rates = (weights: NetworkWeights): number[] => firing(inputs, weights, firstStep('ternary'));
    const quantised = (weights: NetworkWeights): NetworkWeights => new Map([...weights].map(([name, w]) => [name, seen(name, w)] as const));
    const whole = rates(convertWeights(tailed, inputs, networkOf('ternary')));
    const fits = (name: string): boolean => quantiser === 'sub-bit' && name !== 'w3';
    const found = rates(quantised(convertWeights(tailed, inputs, network, { seen, fits })));
    found.forEach((rate, layer) => {
      expect(rate / whole[layer]).toBeGreaterThan(0.67);
      expect(rate / whole[layer]).toBeLessThan(1.5);
    });
    if (quantiser !== 'sub-bit') return;
    // Balanced for whole weights, signs leave layer 2 nearly silent.
    expect(rates(quantised(convertWeights(tailed, inputs, network)))[1] / whole[1]).toBeLessThan(0.3);
    // As do those of a network that spikes already: its weights are fitted too, its thresholds stay.
    const spikes = convertWeights(tailed, inputs, networkOf('ternary'));
    expect(rates(quantised(spikes))[1] / whole[1]).toBeLessThan(0.3);
    rates(quantised(fitSpiking(spikes, inputs, network, { seen, fits }))).forEach((rate, layer) => {
      expect(rate / whole[layer]).toBeGreaterThan(0.5);
      expect(rate / whole[layer]).toBeLessThan(1.5);
    });
  });

  it('keeps the weights of layers that say nothing', () => {
    const silent: NetworkWeights = new Map(ann).set(
      'w1',
      ann.get('w1')!.map((weight) => -Math.abs(weight)),
    );
    const converted = convertWeights(silent, inputs.map(Math.abs), networkOf('lif', { tau: 2 }));
    expect(converted.get('w1')).toEqual(silent.get('w1')!.map((weight) => weight * 2));
    expect(converted.get('w3')).toEqual(silent.get('w3'));
  });
});
