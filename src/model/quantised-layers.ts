/**
 * Which layers of a network are quantised, and the tensors that belong to it: `q{l}.NAME`, raw values of learned parameters and states of the
 * quantiser of `w{l}`. The matrix in files is the raw one.
 */
import { InputError } from '../base/errors.ts';
import { learnedOf } from '../neurons/parameters.ts';
import { quantiserNamed } from '../quantisers/index.ts';
import { quantise } from '../quantisers/quantise.ts';
import { stateLength, type Quantiser } from '../quantisers/quantiser.ts';
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

/** A state that files hold packed. */
export interface PackedForm {
  /** The state, and the matrix that it stands for. */
  readonly state: QuantiserTensorName;
  readonly weight: WeightName;
  readonly bytes: number;
  /** null for values that the form cannot hold. */
  pack(values: Float32Array): Uint8Array<ArrayBuffer> | null;
  unpack(bytes: Uint8Array): Float32Array;
}

export function packedForms(spec: NetworkedSpec): PackedForm[] {
  return quantisedLayers(spec).flatMap(({ weight, shape: [inputs, outputs], quantiser, states }) =>
    states.flatMap(({ name, key }): PackedForm[] => {
      const state = quantiser.states[key];
      const packed = 'scope' in state ? state.packed : undefined;
      if (packed === undefined) return [];
      const bytes = packed.bytes(inputs, outputs);
      return [
        {
          state: name,
          weight,
          bytes,
          pack: (values) => packed.pack(values, inputs, outputs),
          unpack: (stored) => packed.unpack(stored, inputs, outputs),
        },
      ];
    }),
  );
}

/** The tensors of all layers as kernels see them: quantised where the network says so. `read` gives raw ones, by name. */
export async function seenWeights(
  spec: NetworkedSpec,
  read: (name: WeightName | QuantiserTensorName) => Promise<Float32Array>,
): Promise<Map<WeightName, Float32Array>> {
  const seen = new Map(await Promise.all(weightTensors(spec).map(async ({ name }) => [name, await read(name)] as const)));
  for (const { weight, quantiser, parameters, states } of quantisedLayers(spec)) {
    const values = async (tensors: readonly QuantiserTensor[]): Promise<Record<string, Float32Array>> =>
      Object.fromEntries(await Promise.all(tensors.map(async ({ name, key }) => [key, await read(name)] as const)));
    const matrix = { raw: seen.get(weight)!, parameters: await values(parameters), states: await values(states) };
    seen.set(weight, quantise(quantiser, matrix));
  }
  return seen;
}
