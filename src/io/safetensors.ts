/**
 * The safetensors format: data only, readable from Python (`safetensors.numpy.load_file`).
 *
 *     u64 little-endian N | N bytes of JSON, padded with spaces | data
 *     JSON: { "__metadata__": {text: text}, name: { "dtype", "shape", "data_offsets": [begin, end] in the data } }
 *
 * Tensors lie one after the other without gaps. Nothing in a file is believed: every size is checked against the bytes that are there before
 * anything is made from it. Typed arrays are little-endian on every machine this runs on.
 */
import { InputError } from '../base/errors.ts';
import { excerpt } from '../base/excerpt.ts';
import type { FileParts } from './files.ts';

const DTYPES = { F32: Float32Array, U32: Uint32Array, U8: Uint8Array } as const;
export type Dtype = keyof typeof DTYPES;

/** Python's reader refuses longer headers. */
const LONGEST_HEADER = 100_000_000;

export type TensorData = Float32Array | Uint32Array | Uint8Array;

export interface SafeTensor {
  /** Row-major, slowest first. */
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface SafeTensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafeTensor>;
}

/** What the header says of a tensor, but for its place. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** The file in pieces, for `Files.writeAtomic`. 4-byte types come first, so that all data is aligned. */
export function encodeSafetensors(content: SafeTensors): Uint8Array[] {
  const bySize = [...content.tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const entries = bySize.map(([name, tensor]) => entryOf(name, tensor));
  return [encodeHeader(content.metadata, entries), ...bySize.map(([, { data }]) => bytesOf(data))];
}

export function entryOf(name: string, { shape, data }: SafeTensor): TensorEntry {
  if (product(shape) !== data.length) throw new RangeError(`${name}: ${data.length} values do not fit shape [${shape.join(', ')}]`);
  return { name, dtype: dtypeOf(data), shape, bytes: data.byteLength };
}

/** What comes before the data of tensors that lie one after the other as they are given. */
export function encodeHeader(metadata: SafeTensors['metadata'], entries: readonly TensorEntry[]): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, dtype, shape, bytes } of entries) header[name] = { dtype, shape, data_offsets: [offset, (offset += bytes)] };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return bytes;
}

/** Tensors are views of `bytes` where alignment allows. Throws InputError naming `file`. */
export function decodeSafetensors(bytes: Uint8Array<ArrayBuffer>, file: string): SafeTensors {
  const { metadata, entries } = checkHeader(bytes, bytes.length, file);
  return { metadata, tensors: new Map(entries.map((entry) => [entry.name, { shape: entry.shape, data: viewOf(entry, bytes) }])) };
}

/** What a file says of its tensors, of which none is read. Throws InputError naming `file`. */
export async function readHeader(parts: FileParts, file: string): Promise<{ metadata: SafeTensors['metadata']; entries: PlacedTensor[] }> {
  const length = await parts.read(0, 8);
  const claimed = length.length < 8 ? 0n : headerBytes(length);
  const start = claimed > LONGEST_HEADER ? length : await parts.read(0, 8 + Number(claimed));
  return checkHeader(start, parts.bytes, file);
}

/** @param start the whole header, of a file of `size` bytes, or as much as there is of both */
function checkHeader(
  start: Uint8Array<ArrayBuffer>,
  size: number,
  file: string,
): { metadata: SafeTensors['metadata']; entries: PlacedTensor[] } {
  const { header, end } = parseHeader(start, size, file);
  const metadata: Record<string, string> = {};
  const entries: PlacedTensor[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') Object.assign(metadata, checkMetadata(value, file));
    else entries.push(checkEntry(name, value, end, file));
  }
  checkLayout(entries, end, size, file);
  return { metadata, entries };
}

function headerBytes(start: Uint8Array<ArrayBuffer>): bigint {
  return new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
}

function parseHeader(start: Uint8Array<ArrayBuffer>, size: number, file: string): { header: object; end: number } {
  if (start.length < 8) throw damaged(file, `it is truncated: expected at least 8 bytes, found ${start.length}`);
  const claimed = headerBytes(start);
  if (claimed > LONGEST_HEADER) throw damaged(file, `it is not a safetensors file: its header claims ${claimed} bytes`);
  const end = 8 + Number(claimed);
  if (end > start.length) throw damaged(file, `it is truncated: its header claims ${claimed} bytes, ${size - 8} follow`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(start.subarray(8, end)));
  } catch (error) {
    throw damaged(file, 'its header is not JSON', error);
  }
  if (!isRecord(header)) throw damaged(file, 'its header is not a JSON object');
  return { header, end };
}

/** A tensor, and where its data begins in the file. */
export interface PlacedTensor extends TensorEntry {
  readonly begin: number;
}

function checkMetadata(value: unknown, file: string): Record<string, string> {
  if (!isRecord(value)) throw damaged(file, '__metadata__ is not a JSON object');
  const result: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw damaged(file, `__metadata__.${key} is not text`);
    result[key] = text;
  }
  return result;
}

/** @param header its bytes in the file: offsets count from there */
function checkEntry(name: string, value: unknown, header: number, file: string): PlacedTensor {
  if (!isRecord(value)) throw damaged(file, `tensor "${name}" is not described by a JSON object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype))
    throw damaged(file, `tensor "${name}" has dtype ${excerpt(dtype)}; expected one of ${Object.keys(DTYPES).join(', ')}`);
  if (!isSizes(shape)) throw damaged(file, `tensor "${name}" has no valid shape: ${excerpt(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[1] < offsets[0])
    throw damaged(file, `tensor "${name}" has no valid data_offsets: ${excerpt(offsets)}`);
  const known = dtype as Dtype;
  const expected = product(shape) * DTYPES[known].BYTES_PER_ELEMENT;
  if (offsets[1] - offsets[0] !== expected)
    throw damaged(
      file,
      `tensor "${name}" of shape [${shape.join(', ')}] needs ${expected} bytes, its offsets give ${offsets[1] - offsets[0]}`,
    );
  return { name, dtype: known, shape, begin: header + offsets[0], bytes: expected };
}

/** The tensors must fill the data exactly: no gap, no overlap, nothing after them. */
function checkLayout(entries: readonly PlacedTensor[], header: number, size: number, file: string): void {
  let reached = header;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.bytes - b.bytes)) {
    if (entry.begin !== reached)
      throw damaged(
        file,
        `tensor "${entry.name}" begins at byte ${entry.begin - header} of the data; expected ${reached - header} (overlap or gap)`,
      );
    reached += entry.bytes;
  }
  if (reached > size) throw damaged(file, `it is truncated: its tensors need ${reached - header} bytes, ${size - header} are there`);
  if (reached < size) throw damaged(file, `${size - reached} bytes follow after its last tensor`);
}

function viewOf({ dtype, begin, bytes: count }: PlacedTensor, bytes: Uint8Array<ArrayBuffer>): TensorData {
  const type = DTYPES[dtype];
  const start = bytes.byteOffset + begin;
  if (start % type.BYTES_PER_ELEMENT === 0) return new type(bytes.buffer, start, count / type.BYTES_PER_ELEMENT);
  return dataOf(dtype, bytes.slice(begin, begin + count).buffer);
}

/** @param buffer whole elements */
export function dataOf(dtype: Dtype, buffer: ArrayBuffer): TensorData {
  return new DTYPES[dtype](buffer);
}

export function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function dtypeOf(data: TensorData): Dtype {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Uint32Array ? 'U32' : 'U8';
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(file: string, reason: string, cause?: unknown): InputError {
  return new InputError(`${file}: damaged: ${reason}`, 'Copy the file again, or use another one.', { cause });
}
