/** In which form a checkpoint holds its tensors (checkpoint.ts): reading them from what trains, and from a file, whose parts are checked. */
import { InputError } from '../base/errors.ts';
import { voxelCount } from '../geometry/grid.ts';
import { packBits } from '../io/bits.ts';
import { packRows, unpackRows } from '../io/row-sparse.ts';
import type { SafeTensor, SafeTensors, TensorData } from '../io/safetensors.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { formOfState } from '../model/stored-codes.ts';
import type { TensorName } from '../model/tensor-names.ts';
import { rowLength, tensorShape } from '../model/tensor-shape.ts';

/** A field, and what trains it. */
export interface FieldTensors {
  readonly spec: FieldSpec;
  /** The tensors it holds: all of the field's, moments included. */
  readonly names: readonly TensorName[];
  /** A copy; while training this is the engine's `read`. */
  read(name: TensorName): Promise<Float32Array>;
  /** [V], 0 or 1 */
  readOccupancy(): Promise<Uint8Array>;
}

export const OCCUPANCY = 'occupancy';

/** In the order of the file: those of bytes, which are small, come last, so that all others are aligned. */
export async function* storedTensors(field: FieldTensors): AsyncGenerator<[name: string, tensor: SafeTensor]> {
  const ofBytes: [string, SafeTensor][] = [];
  for (const name of field.names)
    for (const stored of storedForms(name, await field.read(name), field.spec))
      if (stored[1].data instanceof Uint8Array) ofBytes.push(stored);
      else yield stored;
  yield* ofBytes;
  const bits = packBits(await field.readOccupancy());
  yield [OCCUPANCY, { shape: [bits.length], data: bits }];
}

function storedForms(name: TensorName, data: Float32Array, spec: FieldSpec): [name: string, tensor: SafeTensor][] {
  const row = rowLength(name, spec);
  const inBytes = formOfState(spec, name)?.pack(data) ?? null;
  if (inBytes !== null) return [[`${name}.packed`, { shape: [inBytes.length], data: inBytes }]];
  const packed = row === null ? null : packRows(data, row);
  if (packed === null || row === null) return [[name, { shape: tensorShape(name, spec), data }]];
  const { fill, rows, values } = packed;
  return [
    [`${name}.fill`, { shape: [1], data: fill }],
    [`${name}.rows`, { shape: [rows.length], data: rows }],
    [`${name}.values`, { shape: [rows.length, row], data: values }],
  ];
}

/** Throws InputError at the first that is no number. */
export function checkNumbers(name: string, data: TensorData, file: string): void {
  if (!(data instanceof Float32Array)) return;
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]))
      throw unusable(file, `holds no usable field: value ${i} of the tensor ${name} is ${data[i]}`, 'Use another checkpoint.');
}

export function checkTensor(content: SafeTensors, name: TensorName, spec: FieldSpec, file: string): void {
  const row = rowLength(name, spec);
  const form = formOfState(spec, name);
  if (form !== undefined && !content.tensors.has(name)) {
    tensorOf(content, `${name}.packed`, [form.bytes], 'U8', file);
    return;
  }
  if (row === null || content.tensors.has(name)) {
    tensorOf(content, name, tensorShape(name, spec), 'F32', file);
    return;
  }
  const rows = content.tensors.get(`${name}.rows`)?.shape[0] ?? 0;
  tensorOf(content, `${name}.fill`, [1], 'F32', file);
  tensorOf(content, `${name}.rows`, [rows], 'U32', file);
  tensorOf(content, `${name}.values`, [rows, row], 'F32', file);
}

export function readTensor(content: SafeTensors, name: TensorName, spec: FieldSpec, file: string): Float32Array {
  const whole = content.tensors.get(name);
  const row = rowLength(name, spec);
  const inBytes = content.tensors.get(`${name}.packed`);
  if (whole === undefined && inBytes !== undefined) return unpackedCodes(name, inBytes.data as Uint8Array, spec, file);
  if (whole !== undefined || row === null) {
    if (whole === undefined) throw new RangeError(`${file} holds no tensor ${name}`);
    return (whole.data as Float32Array).slice();
  }
  const part = (ending: string): TensorData => content.tensors.get(`${name}.${ending}`)!.data;
  const packed = { fill: part('fill') as Float32Array, rows: part('rows') as Uint32Array, values: part('values') as Float32Array };
  return unpackRows(packed, voxelCount(spec.grid), row, `${file}: ${name}`);
}

function unpackedCodes(name: TensorName, bytes: Uint8Array, spec: FieldSpec, file: string): Float32Array {
  const codes = formOfState(spec, name)!.unpack(bytes);
  if (codes === null) throw unusable(file, `holds no usable field: ${name}.packed has other values than codes`, 'Use another checkpoint.');
  return codes;
}

const TYPES = { F32: Float32Array, U32: Uint32Array, U8: Uint8Array };

export function tensorOf(
  content: SafeTensors,
  name: string,
  shape: readonly number[],
  dtype: keyof typeof TYPES,
  file: string,
): TensorData {
  const tensor = content.tensors.get(name);
  const wanted = `${dtype} [${shape.join(', ')}]`;
  const advice = 'Use a checkpoint of this run.';
  if (tensor === undefined) throw unusable(file, `is of another model: expected tensor ${name} ${wanted}, found none`, advice);
  if (!(tensor.data instanceof TYPES[dtype]) || tensor.shape.join() !== shape.join())
    throw unusable(file, `is of another model: expected tensor ${name} ${wanted}, found shape [${tensor.shape.join(', ')}]`, advice);
  return tensor.data;
}

export function unusable(file: string, reason: string, fix: string, cause?: unknown): InputError {
  return new InputError(`${file} ${reason}`, fix, { cause });
}
