/**
 * What learned bits come to (adaptive bit allocation): bits of every layer, the memory of the weights, and the measures of that paper,
 *
 *     bit budget  BB = T B_w B_s     of a pair of matrix and spikes in front of it; T: time steps of a sample, 1 on the time axis of rays
 *     S-ACE       = sum over such pairs of the multiply-accumulates of a dense layer times BB       an image
 *
 * Layer 1 is no such pair: its inputs are real numbers.
 */
import { stepsOfLayer, type Counts } from '../engine/counts.ts';
import { bitTensors, readBits, type BitTensor } from '../model/bit-budget.ts';
import { layersOf, type NetworkedSpec } from '../model/network-layers.ts';
import { quantisedLayers } from '../model/quantised-layers.ts';
import { storedBytes } from '../model/stored-codes.ts';
import { neuronNamed } from '../neurons/index.ts';

export interface BitReport {
  /** Bits of a weight of each layer, the output layer included, codebooks and sizes aside; 32 where it has no quantiser. */
  readonly weights: readonly number[];
  /** Bits of a spike of each hidden layer: learned, or those that hold the neuron's largest spike. */
  readonly spikes: readonly number[];
  /** Time steps of a sample in each hidden layer; reports of older versions, which counted one, lack it. */
  readonly steps?: readonly number[];
  /** Mean of all weights. */
  readonly meanWeight: number;
  /** Mean of all hidden neurons. */
  readonly meanSpike: number;
  /** Mean weight bits times mean spike bits times mean time steps of a sample. */
  readonly budget: number;
  /** What the layers' tensors take in a baked scene, before gzip: codes with their codebooks, scales or steps; 32-bit numbers where there are none. */
  readonly weightBytes: number;
  readonly sAce: number;
}

const FLOAT_BITS = 32;
const FLOAT_BYTES = 4;

/** null without a network. @param total counts of all images */
export async function bitReport(
  spec: NetworkedSpec,
  read: (name: BitTensor['name']) => Promise<Float32Array>,
  total: Counts,
  images: number,
): Promise<BitReport | null> {
  const tensors = bitTensors(spec);
  const quantised = new Map(quantisedLayers(spec).map((layer) => [layer.weight, layer]));
  if (spec.network === null) return null;
  const learned = await readBits(tensors, read);
  const layers = layersOf(spec);
  const of = (kind: 'weights' | 'spikes', layer: number, otherwise: number): number => {
    const at = tensors[kind].findIndex((tensor) => tensor.layer === layer);
    return at < 0 ? otherwise : learned[kind][at];
  };
  const fixed = Math.ceil(Math.log2(neuronNamed(spec.network.neuron).terms.length + 1)) || FLOAT_BITS;
  const sizes = layers.map(({ tensors: [matrix] }) => elements(matrix.shape));
  // Decays of synapses, biases.
  const besides = sum(layers.flatMap(({ tensors: [, ...others] }) => others.map(({ shape }) => elements(shape))));
  const weights = layers.map(({ number }) => of('weights', number, quantised.get(`w${number}`)?.quantiser.storedBits ?? FLOAT_BITS));
  const bytes = layers.map(({ number }, i) => {
    const layer = quantised.get(`w${number}`);
    return layer === undefined ? sizes[i] * FLOAT_BYTES : storedBytes(layer, weights[i]);
  });
  const spikes = layers.slice(0, -1).map(({ number }) => of('spikes', number, fixed));
  const widths = layers.slice(0, -1).map(({ outputs }) => outputs);
  const meanWeight = mean(weights, sizes);
  const meanSpike = mean(spikes, widths);
  const pairs = spikes.map((bits, i) => sizes[i + 1] * weights[i + 1] * bits * stepsOfLayer(total, i));
  const repeated = spec.network.temporal === 'repeat' && total.samples > 0;
  const steps = widths.map((_, i) => (repeated ? stepsOfLayer(total, i) / total.samples : 1));
  return {
    weights,
    spikes,
    steps,
    meanWeight,
    meanSpike,
    budget: meanWeight * meanSpike * mean(steps, widths),
    weightBytes: sum(bytes) + besides * FLOAT_BYTES,
    sAce: sum(pairs) / images,
  };
}

function elements(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function mean(values: readonly number[], shares: readonly number[]): number {
  return sum(values.map((value, i) => value * shares[i])) / sum(shares);
}
