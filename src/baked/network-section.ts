/**
 * The network's tensors in a baked scene, in the order of `networkRenderingTensors`: f32. Where the weights of a layer are codes times sizes
 * (model/stored-codes.ts), the raw matrix, of which rendering sees nothing, is left out: its codes are packed, in the place of the state that they are,
 * or behind all tensors.
 */
import type { InputError } from '../base/errors.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { seenMatrix, type QuantisedTensors } from '../model/quantised-layers.ts';
import { formFromTensors, packCodes, tensorsOfCodes, type CodedLayer } from '../model/stored-codes.ts';
import { networkRenderingTensors, type TensorName } from '../model/tensor-names.ts';
import { tensorShape } from '../model/tensor-shape.ts';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

interface Part {
  readonly name: TensorName;
  /** Whose codes it is; missing: it is a tensor. */
  readonly layer?: CodedLayer;
}

function partsOf(spec: FieldSpec, layers: readonly CodedLayer[]): Part[] {
  const coded = new Map<TensorName, CodedLayer>(layers.map((layer) => [layer.name, layer]));
  const left = new Set<TensorName>(layers.map(({ weight }) => weight));
  const names = networkRenderingTensors(spec).filter((name) => !left.has(name));
  return [...new Set([...names, ...coded.keys()])].map((name) => ({ name, layer: coded.get(name) }));
}

/**
 * @param layers whose codes are packed
 * @returns a section a part
 * @throws RangeError for weights that are no codes
 */
export async function encodeNetwork(
  spec: FieldSpec,
  layers: readonly CodedLayer[],
  read: (name: TensorName) => Promise<Float32Array>,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const tensors = new Map<TensorName, Float32Array>();
  for (const name of networkRenderingTensors(spec)) tensors.set(name, (await read(name)).slice());
  return partsOf(spec, layers).map(({ name, layer }) =>
    layer === undefined ? new Uint8Array(tensors.get(name)!.buffer as ArrayBuffer) : packCodes(layer, tensors),
  );
}

/**
 * @param take the next bytes
 * @param layers whose codes the file packs
 * @throws InputError of `damaged` for bytes that are no codes, and for values that are not finite
 */
export async function decodeNetwork(
  take: (bytes: number) => Promise<Uint8Array<ArrayBuffer>>,
  spec: FieldSpec,
  layers: readonly CodedLayer[],
  damaged: (reason: string) => InputError,
): Promise<Map<TensorName, Float32Array>> {
  const tensors = new Map<TensorName, Float32Array>();
  const codes = new Map<CodedLayer, Float32Array>();
  const checked = (name: TensorName, values: Float32Array): void => {
    if (!values.every(Number.isFinite)) throw damaged(`its tensor ${name} has values that are not finite`);
  };
  for (const { name, layer } of partsOf(spec, layers)) {
    if (layer === undefined) {
      const floats = tensorShape(name, spec).reduce((a, b) => a * b, 1);
      const values = new Float32Array((await take(floats * FLOAT)).buffer);
      checked(name, values);
      tensors.set(name, values);
      continue;
    }
    const form = formFromTensors(layer, tensors);
    const unpacked = form.unpack(await take(form.bytes));
    if (unpacked === null) throw damaged(`its ${name} has other values than the codes of ${layer.quantiser.name}`);
    codes.set(layer, unpacked);
  }
  // Sizes may stand behind their codes.
  for (const [layer, values] of codes) {
    for (const [name, tensor] of tensorsOfCodes(layer, values, tensors)) tensors.set(name, tensor);
    checked(layer.weight, seenMatrix(layer, tensors as QuantisedTensors));
  }
  return tensors;
}
