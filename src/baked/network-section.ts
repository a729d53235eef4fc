/**
 * The network's tensors in a baked scene, in the order of `networkRenderingTensors`: f32; where the weights of a layer are signs out of a codebook
 * (quantisers/sign-groups.ts), its signs packed, and the raw matrix, of which rendering sees nothing, left out.
 */
import type { InputError } from '../base/errors.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { packedForms, seenWeights } from '../model/quantised-layers.ts';
import { networkRenderingTensors, type TensorName } from '../model/tensor-names.ts';
import { tensorShape } from '../model/tensor-shape.ts';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Throws RangeError for signs that no codebook holds. */
export async function encodeNetwork(
  spec: FieldSpec,
  read: (name: TensorName) => Promise<Float32Array>,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const forms = packedForms(spec);
  const left = new Set<string>(forms.map(({ weight }) => weight));
  const sections: Uint8Array<ArrayBuffer>[] = [];
  for (const name of networkRenderingTensors(spec)) {
    if (left.has(name)) continue;
    const values = (await read(name)).slice();
    const form = forms.find(({ state }) => state === name);
    const packed = form?.pack(values);
    if (packed === null) throw new RangeError(`The tensor ${name} has other values than signs out of a codebook.`);
    sections.push(packed ?? new Uint8Array(values.buffer));
  }
  return sections;
}

/**
 * @param take the next bytes
 * @param packs whether the file packs signs
 * @throws InputError of `damaged` for values that are not finite
 */
export async function decodeNetwork(
  take: (bytes: number) => Promise<Uint8Array<ArrayBuffer>>,
  spec: FieldSpec,
  packs: boolean,
  damaged: (reason: string) => InputError,
): Promise<Map<TensorName, Float32Array>> {
  const forms = packs ? packedForms(spec) : [];
  const left = new Set<string>(forms.map(({ weight }) => weight));
  const tensors = new Map<TensorName, Float32Array>();
  const floats = (name: TensorName): number => tensorShape(name, spec).reduce((a, b) => a * b, 1);
  for (const name of networkRenderingTensors(spec)) {
    if (left.has(name)) {
      tensors.set(name, new Float32Array(floats(name)));
      continue;
    }
    const form = forms.find(({ state }) => state === name);
    const values = form === undefined ? new Float32Array((await take(floats(name) * FLOAT)).buffer) : form.unpack(await take(form.bytes));
    if (!values.every(Number.isFinite)) throw damaged(`its tensor ${name} has values that are not finite`);
    tensors.set(name, values);
  }
  // What stands for raw weights is what they were seen as.
  if (forms.length > 0) {
    const seen = await seenWeights(spec, async (name) => tensors.get(name)!);
    for (const { weight } of forms) tensors.set(weight, seen.get(weight)!);
  }
  return tensors;
}
