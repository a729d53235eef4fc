/**
 * What learned bits come to (adaptive bit allocation): bits of every layer, the memory of the weights, and the measures of that paper,
 *
 *     bit budget  BB = T B_w B_s     of a pair of matrix and spikes in front of it; T = 1: a sample is one time step
 *     S-ACE       = sum over such pairs of the multiply-accumulates of a dense layer times BB       an image
 *
 * Layer 1 is no such pair: its inputs are real numbers.
 */
import type { Counts } from '../engine/counts.ts';
import { bitTensors, readBits, type BitTensor } from '../model/bit-budget.ts';
import { layersOf, type NetworkedSpec } from '../model/network-layers.ts';
import { quantisedLayers } from '../model/quantised-layers.ts';
import { neuronNamed } from '../neurons/index.ts';

export interface BitReport {
  /** Bits of a weight of each layer, the output layer included, its codebook aside; 32 where it has no quantiser. */
  readonly weights: readonly number[];
  /** Bits of a spike of each hidden layer: learned, or those that hold the neuron's largest spike. */
  readonly spikes: readonly number[];
  /** Mean of all weights. */
  readonly meanWeight: number;
  /** Mean of all hidden neurons. */
  readonly meanSpike: number;
  /** Mean weight bits times mean spike bits. */
  readonly budget: number;
  readonly weightBytes: number;
  readonly sAce: number;
}

const FLOAT_BITS = 32;

/** null without a network that learns bits or has quantised weights. @param total counts of all images */
export async function bitReport(
  spec: NetworkedSpec,
  read: (name: BitTensor['name']) => Promise<Float32Array>,
  total: Counts,
  images: number,
): Promise<BitReport | null> {
  const tensors = bitTensors(spec);
  const stored = new Map(quantisedLayers(spec).map(({ weight, quantiser }) => [weight, quantiser.storedBits]));
  if (spec.network === null || tensors.weights.length + tensors.spikes.length + stored.size === 0) return null;
  const learned = await readBits(tensors, read);
  const layers = layersOf(spec);
  const of = (kind: 'weights' | 'spikes', layer: number, otherwise: number): number => {
    const at = tensors[kind].findIndex((tensor) => tensor.layer === layer);
    return at < 0 ? otherwise : learned[kind][at];
  };
  const fixed = Math.ceil(Math.log2(neuronNamed(spec.network.neuron).terms.length + 1)) || FLOAT_BITS;
  const sizes = layers.map(({ inputs, outputs }) => inputs * outputs);
  const weights = layers.map(({ number }) => of('weights', number, stored.get(`w${number}`) ?? FLOAT_BITS));
  const spikes = layers.slice(0, -1).map(({ number }) => of('spikes', number, fixed));
  const widths = layers.slice(0, -1).map(({ outputs }) => outputs);
  const meanWeight = mean(weights, sizes);
  const meanSpike = mean(spikes, widths);
  const pairs = spikes.map((bits, i) => sizes[i + 1] * weights[i + 1] * bits);
  return {
    weights,
    spikes,
    meanWeight,
    meanSpike,
    budget: meanWeight * meanSpike,
    weightBytes: sum(sizes.map((size, i) => size * weights[i])) / 8,
    sAce: (sum(pairs) * total.timeSteps) / images,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function mean(values: readonly number[], shares: readonly number[]): number {
  return sum(values.map((value, i) => value * shares[i])) / sum(shares);
}
