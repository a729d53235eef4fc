import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { packRows, unpackRows } from '../../src/io/row-sparse.ts';
import { bitsOf } from './checkpoint-sample.ts';

describe('row-sparse packing', () => {
  it('keeps only rows that differ from the most frequent value', () => {
    const data = new Float32Array(30);
    data.set([1, 2, 3], 6);
    data.set([0, 0, 4], 27);
    const packed = packRows(data, 3);
    expect(packed).toEqual({ fill: Float32Array.of(0), rows: Uint32Array.of(2, 9), values: Float32Array.of(1, 2, 3, 0, 0, 4) });
    expect(bitsOf(unpackRows(packed!, 10, 3, 'x'))).toEqual(bitsOf(data));
  });

  it('is exact to the bit: -0, denormals and NaN payloads survive', () => {
    const words = new Uint32Array(40);
    words[4] = 0x80000000;
    words[9] = 1;
    words[20] = 0x7fc00123;
    words[21] = 0xff800000;
    const data = new Float32Array(words.buffer);
    const packed = packRows(data, 2);
    expect([...packed!.rows]).toEqual([2, 4, 10]);
    expect(bitsOf(unpackRows(packed!, 20, 2, 'x'))).toEqual([...words]);
  });

  it('packs tensors that are mostly one other value', () => {
    const data = new Float32Array(100).fill(1);
    data[17] = 0.25;
    const packed = packRows(data, 1);
    expect(packed).toEqual({ fill: Float32Array.of(1), rows: Uint32Array.of(17), values: Float32Array.of(0.25) });
    expect(unpackRows(packed!, 100, 1, 'x')).toEqual(data);
  });

  it('leaves tensors alone of which half of the rows or more are in use', () => {
    const half = Float32Array.of(0, 0, 1, 1);
    expect(packRows(half, 1)).toBeNull();
    expect(packRows(half, 2)).toBeNull();
    expect(packRows(Float32Array.of(1, 2, 3), 1)).toBeNull();
    expect(packRows(new Float32Array(4), 2)).toEqual({ fill: Float32Array.of(0), rows: new Uint32Array(0), values: new Float32Array(0) });
  });

  it.each([
    ['an index out of range', { fill: Float32Array.of(0), rows: Uint32Array.of(4), values: Float32Array.of(1) }],
    ['indices out of order', { fill: Float32Array.of(0), rows: Uint32Array.of(2, 1), values: Float32Array.of(1, 2) }],
    ['an index twice', { fill: Float32Array.of(0), rows: Uint32Array.of(1, 1), values: Float32Array.of(1, 2) }],
    ['too few values', { fill: Float32Array.of(0), rows: Uint32Array.of(1, 2), values: Float32Array.of(1) }],
    ['no fill', { fill: new Float32Array(0), rows: Uint32Array.of(1), values: Float32Array.of(1) }],
  ])('refuses %s', (_, packed) => {
    expect(() => unpackRows(packed, 4, 1, 'file: density')).toThrow(InputError);
  });
});
