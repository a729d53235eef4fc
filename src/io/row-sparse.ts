/**
 * Lossless packing of tensors in which most rows are one repeated value: the voxels that training never touched. Compares bits, so that -0 and
 * NaN come back as they were.
 */
import { InputError } from '../base/errors.ts';

export interface PackedRows {
  /** The value of all rows that are left out. */
  readonly fill: Float32Array;
  /** [n] indices of the rows that are kept, ascending */
  readonly rows: Uint32Array;
  /** [n, rowLength] */
  readonly values: Float32Array;
}

/** Packs `data` [rowCount, rowLength]; null when half of the rows or more differ from the most frequent value. */
export function packRows(data: Float32Array, rowLength: number): PackedRows | null {
  const bits = bitsOf(data);
  const fill = majority(bits);
  const rowCount = bits.length / rowLength;
  let kept = 0;
  for (let row = 0; row < rowCount; row++) if (differs(bits, row * rowLength, rowLength, fill)) kept++;
  if (kept * 2 >= rowCount) return null;
  const rows = new Uint32Array(kept);
  const values = new Uint32Array(kept * rowLength);
  for (let row = 0, n = 0; row < rowCount; row++) {
    const start = row * rowLength;
    if (!differs(bits, start, rowLength, fill)) continue;
    for (let i = 0; i < rowLength; i++) values[n * rowLength + i] = bits[start + i];
    rows[n++] = row;
  }
  return { fill: new Float32Array(Uint32Array.of(fill).buffer), rows, values: new Float32Array(values.buffer) };
}

/** The inverse. Throws InputError naming `what` when the parts do not fit together. */
export function unpackRows(packed: PackedRows, rowCount: number, rowLength: number, what: string): Float32Array {
  const { fill, rows, values } = packed;
  if (fill.length !== 1 || values.length !== rows.length * rowLength)
    throw new InputError(`${what}: ${rows.length} rows of ${rowLength} need ${rows.length * rowLength} values, found ${values.length}`);
  for (let n = 0; n < rows.length; n++) {
    if (rows[n] >= rowCount || (n > 0 && rows[n] <= rows[n - 1]))
      throw new InputError(`${what}: row index ${rows[n]} is out of order or not below ${rowCount}`);
  }
  const bits = new Uint32Array(rowCount * rowLength).fill(bitsOf(fill)[0]);
  const kept = bitsOf(values);
  for (let n = 0; n < rows.length; n++) {
    const start = rows[n] * rowLength;
    for (let i = 0; i < rowLength; i++) bits[start + i] = kept[n * rowLength + i];
  }
  return new Float32Array(bits.buffer);
}

/** Boyer and Moore's majority vote: finds the value of more than half of the words, if there is one. */
function majority(words: Uint32Array): number {
  let candidate = 0;
  let lead = 0;
  for (let i = 0; i < words.length; i++) {
    if (lead === 0) candidate = words[i];
    lead += words[i] === candidate ? 1 : -1;
  }
  return candidate;
}

function differs(words: Uint32Array, start: number, length: number, fill: number): boolean {
  for (let i = start; i < start + length; i++) if (words[i] !== fill) return true;
  return false;
}

function bitsOf(data: Float32Array): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, data.length);
}
