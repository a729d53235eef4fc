/** In which form a checkpoint holds its tensors (checkpoint.ts): reading them from what trains, and from a file, whose parts are checked. */
import { InputError } from '../base/errors.ts';
import { voxelCount } from '../geometry/grid.ts';
import { packBits } from '../io/bits.ts';
import { packRows, unpackRows } from '../io/row-sparse.ts';
import type { Dtype, SafeTensor } from '../io/safetensors.ts';
import type { StoredTensors } from '../io/stored-tensors.ts';
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

export function checkTensor({ entries }: StoredTensors, name: TensorName, spec: FieldSpec, file: string): void {
  const row = rowLength(name, spec);
  const form = formOfState(spec, name);
  if (form !== undefined && !entries.has(name)) {
    checkEntry(entries, `${name}.packed`, [form.bytes], 'U8', file);
    return;
  }
  if (row === null || entries.has(name)) {
    checkEntry(entries, name, tensorShape(name, spec), 'F32', file);
    return;
  }
  const rows = entries.get(`${name}.rows`)?.shape[0] ?? 0;
  checkEntry(entries, `${name}.fill`, [1], 'F32', file);
  checkEntry(entries, `${name}.rows`, [rows], 'U32', file);
  checkEntry(entries, `${name}.values`, [rows, row], 'F32', file);
}

/** @param name one that `checkTensor` let pass */
export async function readTensor(content: StoredTensors, name: TensorName, spec: FieldSpec, file: string): Promise<Float32Array> {
  const { entries, read } = content;
  const row = rowLength(name, spec);
  if (!entries.has(name) && entries.has(`${name}.packed`))
    return unpackedCodes(name, (await read(`${name}.packed`)) as Uint8Array, spec, file);
  if (entries.has(name) || row === null) return (await read(name)) as Float32Array;
  const packed = {
    fill: (await read(`${name}.fill`)) as Float32Array,
    rows: (await read(`${name}.rows`)) as Uint32Array,
    values: (await read(`${name}.values`)) as Float32Array,
  };
  return unpackRows(packed, voxelCount(spec.grid), row, `${file}: ${name}`);
}

function unpackedCodes(name: TensorName, bytes: Uint8Array, spec: FieldSpec, file: string): Float32Array {
  const codes = formOfState(spec, name)!.unpack(bytes);
  if (codes === null) throw unusable(file, `holds no usable field: ${name}.packed has other values than codes`, 'Use another checkpoint.');
  return codes;
}

/** Throws InputError unless there is such a tensor. */
export function checkEntry(entries: StoredTensors['entries'], name: string, shape: readonly number[], dtype: Dtype, file: string): void {
  const entry = entries.get(name);
  const wanted = `${dtype} [${shape.join(', ')}]`;
  const advice = 'Use a checkpoint of this run.';
  if (entry === undefined) throw unusable(file, `is of another model: expected tensor ${name} ${wanted}, found none`, advice);
  if (entry.dtype !== dtype || entry.shape.join() !== shape.join())
    throw unusable(file, `is of another model: expected tensor ${name} ${wanted}, found shape [${entry.shape.join(', ')}]`, advice);
}

export function unusable(file: string, reason: string, fix: string, cause?: unknown): InputError {
  return new InputError(`${file} ${reason}`, fix, { cause });
}
