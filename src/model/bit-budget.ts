/**
 * The bit budget (adaptive bit allocation): mean bits of a network's weights and spikes, mean time steps of its layers, and what the loss says of them,
 *
 *     loss += penalty_w |Bw - target_w| + penalty_s |Bs - target_s| + penalty_t |T - target_t|
 *
 * Bw: rounded bits of the matrices' weights, in the mean of all weights that learn bits; Bs: of the spikes, in the mean of all hidden neurons, which are
 * as many a sample; T: time steps (learned-repeats.ts), in the same mean. The gradient passes through the rounding: penalty, with the sign of what is too
 * much, times a matrix's or layer's share.
 *
 * Whole bits that flip from step to step do harm: what raw weights add up to changes by the next bit, and few steps mend it. So late in a training a mean
 * that is within its target is kept: nothing moves the bits of that kind any more (our addition; the released code's learning rate ends at zero).
 */
import { neuronNamed } from '../neurons/index.ts';
import { valueOf } from '../neurons/parameters.ts';
import { hiddenWidths, neuronTensors } from '../neurons/settings.ts';
import { repeatsTensors, repeatsTransform, type RepeatsName } from './learned-repeats.ts';
import type { NetworkedSpec } from './network-layers.ts';
import { quantisedLayers } from './quantised-layers.ts';

/** Mean bits, or time steps, that training aims at, and the weight of the distance in the loss. */
export interface BitTarget {
  readonly target: number;
  readonly penalty: number;
  /** Whether bits rest as soon as their mean is at most the target. */
  readonly settles: boolean;
}

/** null: bits cost nothing. */
export interface BitBudget {
  readonly weights: BitTarget | null;
  readonly spikes: BitTarget | null;
  readonly repeats: BitTarget | null;
}

/** The learned bits of a matrix or of a layer's spikes, or a layer's time steps. */
export interface BitTensor {
  /** [1], raw */
  readonly name: `q${number}.${string}` | `n${number}.${string}` | RepeatsName;
  /** 1, 2, ... */
  readonly layer: number;
  /** Share in the mean of its kind: of the weights, or of the neurons. */
  readonly share: number;
  /** Whole bits, or steps, of a raw value. */
  bits(raw: number): number;
}

export type BitKind = keyof BitBudget;
export const BIT_KINDS: readonly BitKind[] = ['weights', 'spikes', 'repeats'];
export type BitTensors = Readonly<Record<BitKind, readonly BitTensor[]>>;

/** The learned bits of a network, and its learned time steps: empty lists where none are learned. */
export function bitTensors(spec: NetworkedSpec): BitTensors {
  return { weights: weightBits(spec), spikes: spikeBits(spec), repeats: repeats(spec) };
}

function weightBits(spec: NetworkedSpec): BitTensor[] {
  const learned = quantisedLayers(spec).filter(({ quantiser }) => quantiser.bits !== null);
  const sizes = learned.map(({ shape }) => shape.reduce((a, b) => a * b));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return learned.map(({ weight, quantiser, parameters }, i) => {
    const { learned: transform } = quantiser.parameters[quantiser.bits!.parameter];
    const { name } = parameters.find(({ key }) => key === quantiser.bits!.parameter)!;
    return { name, layer: Number(/\d+/.exec(weight)![0]), share: sizes[i] / all, bits: (raw) => valueOf(transform!, raw) };
  });
}

function spikeBits({ network }: NetworkedSpec): BitTensor[] {
  const bits = network === null ? null : neuronNamed(network.neuron).bits;
  if (network === null || bits === null) return [];
  const { learned: transform } = neuronNamed(network.neuron).parameters[bits];
  const widths = hiddenWidths(network);
  const all = widths.reduce((sum, width) => sum + width, 0);
  return neuronTensors(network)
    .filter(({ parameter }) => parameter === bits)
    .map(({ name, layer }) => ({ name, layer: layer + 1, share: widths[layer] / all, bits: (raw) => valueOf(transform!, raw) }));
}

function repeats({ network }: NetworkedSpec): BitTensor[] {
  if (network === null) return [];
  const widths = hiddenWidths(network);
  const all = widths.reduce((sum, width) => sum + width, 0);
  const transform = repeatsTransform(network);
  return repeatsTensors(network).map(({ name, layer }) => ({
    name,
    layer,
    share: widths[layer - 1] / all,
    bits: (raw) => valueOf(transform, raw),
  }));
}

/** Rounded bits of each, in the order of `bitTensors`. */
export async function readBits(
  tensors: BitTensors,
  read: (name: BitTensor['name']) => Promise<Float32Array>,
): Promise<Readonly<Record<BitKind, readonly number[]>>> {
  const of = (list: readonly BitTensor[]): Promise<number[]> =>
    Promise.all(list.map(async ({ name, bits }) => bits((await read(name))[0])));
  return { weights: await of(tensors.weights), spikes: await of(tensors.spikes), repeats: await of(tensors.repeats) };
}

/** What the budget adds to the loss, and to d loss / d raw value of the bits by tensor. */
export interface BudgetTerm {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, number>;
  /** Bits that are kept: no part of the loss moves them. */
  readonly resting: ReadonlySet<string>;
}

export const NO_BUDGET: BudgetTerm = { loss: 0, gradients: new Map(), resting: new Set() };

/** The term at the bits that a field has now. */
export async function budgetTerm(
  spec: NetworkedSpec,
  budget: BitBudget | null,
  read: (name: BitTensor['name']) => Promise<Float32Array>,
): Promise<BudgetTerm> {
  if (budget === null) return NO_BUDGET;
  const tensors = bitTensors(spec);
  const bits = await readBits(tensors, read);
  const gradients = new Map<string, number>();
  const resting = new Set<string>();
  let loss = 0;
  for (const kind of BIT_KINDS) {
    const aim = budget[kind];
    if (aim === null || tensors[kind].length === 0) continue;
    const excess = tensors[kind].reduce((sum, { share }, i) => sum + share * bits[kind][i], 0) - aim.target;
    loss += aim.penalty * Math.abs(excess);
    for (const { name, share } of tensors[kind])
      if (aim.settles && excess <= 0) resting.add(name);
      else gradients.set(name, aim.penalty * Math.sign(excess) * share);
  }
  return { loss, gradients, resting };
}

/** A step's result with the term in its loss. */
export function withBudgetLoss<Result extends { readonly loss: number }>(result: Result, { loss }: BudgetTerm): Result {
  return { ...result, loss: result.loss + loss };
}
