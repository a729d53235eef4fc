/**
 * Arrays of numbers as NumPy stores them (NEP 1): "\x93NUMPY", version, length of a header, which is a Python dictionary such as
 *
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (20, 17), }
 *
 * then the values. Real numbers of 4 and 8 bytes in either byte order, in C or Fortran order.
 */
import { InputError } from '../src/base/errors.ts';
import { ByteReader } from './byte-reader.ts';

export interface NpyArray {
  readonly shape: readonly number[];
  /** In C order: last index fastest. */
  readonly data: Float64Array;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export function readNpy(path: string, bytes: Uint8Array): NpyArray {
  const reader = new ByteReader(path, bytes);
  if (MAGIC.some((byte) => reader.uint8('the mark of a NumPy file') !== byte))
    throw reader.error('a NumPy array (.npy)', 'another kind of file');
  const major = reader.uint8('the version');
  reader.skip(1, 'the version');
  if (major < 1 || major > 3) throw reader.error('version 1, 2 or 3 of the .npy format', `version ${major}`);
  const length = major === 1 ? reader.uint16('the length of the header') : reader.uint32('the length of the header');
  const header = new TextDecoder().decode(reader.bytes(length, 'the header'));
  const { width, littleEndian } = elementOf(header, reader);
  const shape = shapeOf(header, reader);
  const fortran = field(header, 'fortran_order', '(True|False)', reader)[1] === 'True';
  // As BigInt: the header may claim any size, and nothing is allocated before it is seen to be true.
  const promised = shape.reduce((product, side) => product * BigInt(side), BigInt(width));
  if (promised !== BigInt(reader.remaining))
    throw reader.error(`${promised} bytes of values, for shape (${shape.join(', ')})`, `${reader.remaining} bytes`);
  const values = reader.bytes(reader.remaining, 'the values');
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const data = Float64Array.from({ length: values.length / width }, (_, i) =>
    width === 8 ? view.getFloat64(i * 8, littleEndian) : view.getFloat32(i * 4, littleEndian),
  );
  return { shape, data: fortran ? toCOrder(data, shape) : data };
}

/** Version 1, 8-byte little-endian, C order. */
export function writeNpy({ shape, data }: NpyArray): Uint8Array {
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.map((side) => `${side},`).join(' ')}), }`;
  const start = 10;
  const padded = Math.ceil((start + dictionary.length + 1) / 64) * 64 - start;
  const bytes = new Uint8Array(start + padded + data.length * 8);
  const view = new DataView(bytes.buffer);
  bytes.set([...MAGIC, 1, 0]);
  view.setUint16(8, padded, true);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(padded - 1)}\n`), start);
  data.forEach((value, i) => {
    view.setFloat64(start + padded + i * 8, value, true);
  });
  return bytes;
}

function elementOf(header: string, reader: ByteReader): { width: 4 | 8; littleEndian: boolean } {
  const [, type] = field(header, 'descr', "'([^']*)'", reader);
  const match = /^([<>])f([48])$/.exec(type);
  if (match === null) throw reader.error("real numbers (dtype '<f8', '<f4', '>f8' or '>f4')", `dtype '${type}'`);
  return { width: match[2] === '8' ? 8 : 4, littleEndian: match[1] === '<' };
}

function shapeOf(header: string, reader: ByteReader): number[] {
  const [, text] = field(header, 'shape', '\\(([^)]*)\\)', reader);
  const sides = text
    .split(',')
    .map((side) => side.trim())
    .filter((side) => side !== '');
  if (sides.length > 32 || sides.some((side) => !/^\d{1,15}$/.test(side)))
    throw reader.error('a shape of whole numbers', `(${text.slice(0, 60)})`);
  return sides.map(Number);
}

function field(header: string, key: string, value: string, reader: ByteReader): RegExpExecArray {
  const match = new RegExp(`['"]${key}['"]\\s*:\\s*${value}`).exec(header);
  if (match === null) throw reader.error(`a header with '${key}'`, JSON.stringify(header.trim().slice(0, 80)));
  return match;
}

/** First index fastest to last index fastest. */
function toCOrder(data: Float64Array, shape: readonly number[]): Float64Array {
  const out = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    let rest = i;
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
      let before = 1;
      for (let k = 0; k < axis; k++) before *= shape[k];
      at += index * before;
    }
    out[i] = data[at];
  }
  return out;
}

/** A matrix that has to have `columns` columns. */
export function checkMatrix(path: string, { shape }: NpyArray, columns: number): number {
  if (shape.length === 2 && shape[1] === columns && shape[0] > 0) return shape[0];
  throw new InputError(`${path}: expected an array of shape (views, ${columns}), found (${shape.join(', ')})`, 'Export the poses again.');
}
