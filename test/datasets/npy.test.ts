import { describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../datasets/npy.ts';
import { InputError } from '../../src/base/errors.ts';

const data = Float64Array.from({ length: 6 }, (_, i) => i + 0.25);

/** A file with a header of one's own before the given bytes. */
function file(header: string, values: ArrayBufferLike, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + text.length + values.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) new DataView(bytes.buffer).setUint16(8, text.length, true);
  else new DataView(bytes.buffer).setUint32(8, text.length, true);
  bytes.set(text, start);
  bytes.set(new Uint8Array(values), start + text.length);
  return bytes;
}

const header = (type: string, fortran: boolean, shape: string): string =>
  `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`;

function message(bytes: Uint8Array): string {
  try {
    readNpy('p.npy', bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error('expected an InputError');
}

describe('NumPy arrays', () => {
  it('come back as they were written, aligned to 64 bytes', () => {
    const bytes = writeNpy({ shape: [2, 3], data });
    expect((bytes.length - 48) % 64).toBe(0);
    expect(readNpy('p.npy', bytes)).toEqual({ shape: [2, 3], data });
    expect(readNpy('p.npy', writeNpy({ shape: [6], data })).shape).toEqual([6]);
  });

  it('are read in every byte order, width, layout and version', () => {
    const big = new DataView(new ArrayBuffer(48));
    data.forEach((value, i) => {
      big.setFloat64(i * 8, value);
    });
    expect(readNpy('p.npy', file(header('>f8', false, '(6,)'), big.buffer)).data).toEqual(data);
    const narrow = Float32Array.from(data);
    expect(readNpy('p.npy', file(header('<f4', false, '(3, 2)'), narrow.buffer, 2))).toEqual({ shape: [3, 2], data });
    // Columns first: [[0, 2, 4], [1, 3, 5]] as values.
    expect([...readNpy('p.npy', file(header('<f8', true, '(2, 3)'), data.buffer, 3)).data]).toEqual([0.25, 2.25, 4.25, 1.25, 3.25, 5.25]);
    const cube = Float64Array.from({ length: 24 }, (_, i) => i);
    const first = readNpy('p.npy', file(header('<f8', true, '(2, 3, 4)'), cube.buffer)).data;
    // Element (1, 2, 3) in Fortran order is 1 + 2*2 + 3*6.
    expect(first[23]).toBe(23);
    expect(first[1 * 12 + 2 * 4 + 1]).toBe(1 + 2 * 2 + 1 * 6);
  });

  it('are refused where the header and the file disagree', () => {
    const claim = (shape: string): string => message(file(header('<f8', false, shape), data.buffer));
    expect(claim('(7,)')).toMatch(/p\.npy: expected 56 bytes of values, for shape \(7\), found 48 bytes/);
    expect(claim('(5,)')).toMatch(/expected 40 bytes/);
    expect(claim('(900000000000000, 900000000000000)')).toMatch(/expected 6480000000000000000000000000000 bytes of values/);
    expect(claim('(-2, -3)')).toMatch(/a shape of whole numbers, found \(-2, -3\)/);
    expect(claim('(2, x)')).toMatch(/a shape of whole numbers/);
    expect(message(file("{'descr': '<f8', 'shape': (6,)}", data.buffer))).toMatch(/a header with 'fortran_order'/);
    expect(message(file('not a dictionary', data.buffer))).toMatch(/a header with 'descr'/);
  });

  it.each(['<i8', '|O', '<c16', '<f2', '|b1'])('of type %s are refused by name', (type) => {
    expect(message(file(header(type, false, '(6,)'), data.buffer))).toContain(`dtype '${type}'`);
  });

  it('are refused when truncated anywhere, or of another kind', () => {
    const bytes = writeNpy({ shape: [2, 3], data });
    for (let length = 0; length < bytes.length; length += 5) expect(message(bytes.slice(0, length))).toMatch(/^p\.npy: expected /);
    const lying = writeNpy({ shape: [6], data });
    new DataView(lying.buffer).setUint16(8, 65535, true);
    expect(message(lying)).toMatch(/the header \(65535 bytes\)/);
    expect(message(new TextEncoder().encode('PK\u0003\u0004 something else'))).toMatch(/expected a NumPy array/);
    expect(message(Uint8Array.of(...bytes.slice(0, 6), 9, ...bytes.slice(7)))).toMatch(/version 9/);
  });
});
