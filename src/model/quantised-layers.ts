/**
 * Which layers of a network are quantised, and the tensors that belong to it: `q{l}.NAME`, raw values of learned parameters and states of the
 * quantiser of `w{l}`. The matrix in files is the raw one.
 */
import { InputError } from '../base/errors.ts';
import { learnedOf } from '../neurons/parameters.ts';
import { quantiserNamed } from '../quantisers/index.ts';
import { quantise, type QuantisedMatrix } from '../quantisers/quantise.ts';
import { measureState, stateLength, type Quantiser } from '../quantisers/quantiser.ts';
import { twinOf, type NetworkSpec } from './field-spec.ts';
import { layersOf, weightTensors, type NetworkedSpec, type WeightName } from './network-layers.ts';

export type QuantiserTensorName = `q${number}.${string}`;

export interface QuantiserTensor {
  readonly name: QuantiserTensorName;
  /** In its quantiser. */
  readonly key: string;
  readonly length: number;
  /** NaN for a state: nothing was measured yet. */
  readonly initial: number;
}

export interface QuantisedLayer {
  readonly weight: WeightName;
  /** [in, out] */
  readonly shape: readonly number[];
  readonly quantiser: Quantiser;
  readonly parameters: readonly QuantiserTensor[];
  readonly states: readonly QuantiserTensor[];
}

/**
 * The ANN that becomes a network, or teaches it: its twin. Weights whose quantiser learns nothing are whole until the spikes come: 8 000 steps of lego with
 * two bits a weight end 1.2 dB lower where the ANN has them too (docs/results.md). Where something is learned it needs the time.
 */
export function annOf<Network extends NetworkSpec>(network: Network): Network {
  const learns = (name: string | null): string | null =>
    name !== null && learnedOf(quantiserNamed(name).parameters).length > 0 ? name : null;
  const { quantiser = null } = network;
  const kept = Array.isArray(quantiser) ? quantiser.map(learns) : learns(quantiser as string | null);
  return { ...twinOf(network), quantiser: [kept].flat().some((name) => name !== null) ? kept : null };
}

/** Throws InputError for an unknown quantiser, and for a list of another length than that of the layers. */
export function quantisedLayers(spec: NetworkedSpec): QuantisedLayer[] {
  const chosen = spec.network?.quantiser ?? null;
  if (chosen === null) return [];
  const layers = layersOf(spec);
  const names = typeof chosen === 'string' ? layers.map(() => chosen) : chosen;
  if (names.length !== layers.length)
    throw new InputError(
      `network.quantiser has ${names.length} entries; the network has ${layers.length} layers, the output layer included`,
      'Give one name for all layers, or an entry for each: a name or null.',
    );
  return layers.flatMap(({ number, tensors: [matrix] }, index) => {
    const name = names[index];
    if (name === null) return [];
    const quantiser = quantiserNamed(name);
    const tensor = (key: string, length: number, initial: number): QuantiserTensor => ({ name: `q${number}.${key}`, key, length, initial });
    const learned = learnedOf(quantiser.parameters);
    return {
      weight: matrix.name,
      shape: matrix.shape,
      quantiser,
      parameters: learned.map(([key, { scope, initial, learned: transform }]) =>
        tensor(key, scope === 'layer' ? 1 : matrix.shape[1], transform.raw(initial)),
      ),
      states: Object.entries(quantiser.states).map(([key, state]) => tensor(key, stateLength(state, matrix.shape), NaN)),
    };
  });
}

/** A raw matrix, or a tensor of a quantiser. */
export type QuantisedName = WeightName | QuantiserTensorName;
export type QuantisedTensors = ReadonlyMap<QuantisedName, Float32Array>;

/** What a quantiser of a layer learns and measures. */
export function quantiserTensors({ parameters, states }: QuantisedLayer): QuantiserTensor[] {
  return [...parameters, ...states];
}

/** The numbers of a layer's matrix, and of its quantiser. */
export function matrixOf({ weight, parameters, states }: QuantisedLayer, tensors: Pick<QuantisedTensors, 'get'>): QuantisedMatrix {
  const values = (all: readonly QuantiserTensor[]): Record<string, Float32Array> =>
    Object.fromEntries(all.map(({ name, key }) => [key, tensors.get(name)!]));
  return { raw: tensors.get(weight)!, parameters: values(parameters), states: values(states) };
}

/** What kernels see of a layer's matrix [in,out]. */
export function seenMatrix(layer: QuantisedLayer, tensors: Pick<QuantisedTensors, 'get'>): Float32Array {
  return quantise(layer.quantiser, matrixOf(layer, tensors));
}

/** The tensors of a layer whose training begins with these weights [in,out]. */
export function tensorsAtStart({ weight, shape, quantiser, parameters, states }: QuantisedLayer, weights: Float32Array): QuantisedTensors {
  const start = quantiser.start(weights);
  const raw = ({ key, initial }: QuantiserTensor): number =>
    Object.hasOwn(start, key) ? quantiser.parameters[key].learned!.raw(start[key]) : initial;
  return new Map<QuantisedName, Float32Array>([
    [weight, weights],
    ...parameters.map((tensor) => [tensor.name, new Float32Array(tensor.length).fill(raw(tensor))] as const),
    ...states.map(({ name, key, length }) => {
      const measured = measureState(quantiser.states[key], weights, new Float32Array(length).fill(NaN), shape);
      return [name, measured] as const;
    }),
  ]);
}

/** The tensors of all layers as kernels see them: quantised where the network says so. `read` gives raw ones, by name. */
export async function seenWeights(
  spec: NetworkedSpec,
  read: (name: QuantisedName) => Promise<Float32Array>,
): Promise<Map<WeightName, Float32Array>> {
  const seen = new Map(await Promise.all(weightTensors(spec).map(async ({ name }) => [name, await read(name)] as const)));
  for (const layer of quantisedLayers(spec)) {
    const own = [layer.weight, ...quantiserTensors(layer).map(({ name }) => name)];
    seen.set(layer.weight, seenMatrix(layer, new Map(await Promise.all(own.map(async (name) => [name, await read(name)] as const)))));
  }
  return seen;
}
