/**
 * Quantised layers as files hold them where nobody trains on: the codes that kernels see packed, with the sizes that they are multiplied by, in place of
 * the raw matrix. What is read is what kernels saw, bit for bit, and quantising it changes nothing.
 */
import { valueOf } from '../neurons/parameters.ts';
import { codesOf, codeSizes } from '../quantisers/quantise.ts';
import type { StoredCodes } from '../quantisers/quantiser.ts';
import type { NetworkedSpec } from './network-layers.ts';
import {
  matrixOf,
  quantisedLayers,
  quantiserTensors,
  type QuantisedLayer,
  type QuantisedName,
  type QuantisedTensors,
  type QuantiserTensorName,
} from './quantised-layers.ts';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** The bytes of codes [in,out]. */
export interface PackedForm {
  readonly bytes: number;
  /** null for codes that the form cannot hold. */
  pack(codes: Float32Array): Uint8Array<ArrayBuffer> | null;
  /** null for bytes that stand for no codes. */
  unpack(bytes: Uint8Array): Float32Array | null;
}

export interface CodedLayer extends QuantisedLayer {
  readonly codes: StoredCodes;
  /** `q1.code`: of the codes, or of the state that they are. */
  readonly name: QuantiserTensorName;
}

type Tensors = Pick<QuantisedTensors, 'get'>;

/** The layers whose weights are codes times sizes. */
export function codedLayers(spec: NetworkedSpec): CodedLayer[] {
  return quantisedLayers(spec).flatMap((layer) => {
    const { codes } = layer.quantiser;
    return codes === null ? [] : [{ ...layer, codes, name: `q${Number(layer.weight.slice(1))}.${codes.state ?? 'code'}` as const }];
  });
}

/** @param bits of a weight */
export function formForBits({ codes, shape: [inputs, outputs] }: CodedLayer, bits: number): PackedForm {
  const form = codes.form(bits);
  return {
    bytes: form.bytes(inputs, outputs),
    pack: (values) => form.pack(values, inputs, outputs),
    unpack: (bytes) => form.unpack(bytes, inputs, outputs),
  };
}

/** Of a layer with the learned parameters that it has. */
export function formFromTensors(layer: CodedLayer, tensors: Tensors): PackedForm {
  const { bits, parameters, storedBits } = layer.quantiser;
  const learned = layer.parameters.find(({ key }) => key === bits?.parameter);
  return formForBits(layer, learned ? valueOf(parameters[learned.key].learned!, tensors.get(learned.name)![0]) : storedBits!);
}

/** The form of a state, if it is codes. */
export function formOfState(spec: NetworkedSpec, state: string): PackedForm | undefined {
  const layer = codedLayers(spec).find(({ name, codes }) => codes.state !== undefined && name === state);
  return layer && formForBits(layer, layer.quantiser.storedBits!);
}

/** Throws RangeError for weights that their quantiser has no codes for. */
export function packCodes(layer: CodedLayer, tensors: Tensors): Uint8Array<ArrayBuffer> {
  const packed = formFromTensors(layer, tensors).pack(codesOf(layer.quantiser, layer.codes, matrixOf(layer, tensors)));
  if (packed === null) throw new RangeError(`${layer.name} has other values than the codes of ${layer.quantiser.name}.`);
  return packed;
}

/** The matrix that stands for the raw one, and the state that codes are, where they are one. @param tensors the layer's other ones */
export function tensorsOfCodes(layer: CodedLayer, codes: Float32Array, tensors: Tensors): [QuantisedName, Float32Array][] {
  const sizes = codeSizes(layer.quantiser, layer.codes, matrixOf(layer, tensors));
  const seen = codes.map((code, i) => code * sizes[i % sizes.length]);
  return [[layer.weight, seen], ...(layer.codes.state === undefined ? [] : [[layer.name, codes] as [QuantisedName, Float32Array]])];
}

/** Bytes of a quantised matrix with all that its quantiser keeps. @param bits of a weight */
export function storedBytes(layer: QuantisedLayer, bits: number): number {
  const { quantiser, shape } = layer;
  const floats = quantiserTensors(layer).filter(({ key }) => key !== quantiser.codes?.state);
  const besides = FLOAT * floats.reduce((sum, { length }) => sum + length, 0);
  const { codes } = quantiser;
  return besides + (codes === null ? FLOAT * shape[0] * shape[1] : codes.form(bits).bytes(shape[0], shape[1]));
}
