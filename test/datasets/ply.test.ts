import { describe, expect, it } from 'vitest';
import { readPly, writePly } from '../../datasets/ply.ts';
import { InputError } from '../../src/base/errors.ts';

const points = Float32Array.of(1, 2, 3, -4, 5.5, 6);
const doubles = Float64Array.from(points);

function ascii(header: string, body: string): Uint8Array {
  return new TextEncoder().encode(`ply\nformat ascii 1.0\ncomment by hand\n${header}end_header\n${body}`);
}

const XYZ = 'property float x\nproperty float y\nproperty float z\n';

function message(bytes: Uint8Array): string {
  try {
    readPly('p.ply', bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error('expected an InputError');
}

describe('point clouds', () => {
  it('come back as they were written', () => {
    expect(readPly('p.ply', writePly(points))).toEqual({ places: doubles, isSingle: true });
    expect(readPly('p.ply', writePly(new Float32Array(0))).places).toHaveLength(0);
  });

  it('are read as text, with other properties and elements, and as doubles in the other byte order', () => {
    const text = ascii(
      `element vertex 2\nproperty uchar red\n${XYZ}element face 1\nproperty list uchar int vertex_index\n`,
      '9 1 2 3\n9 -4 5.5 6\n3 0 1 1\n',
    );
    expect(readPly('p.ply', text)).toEqual({ places: doubles, isSingle: false });
    const header = new TextEncoder().encode(
      `ply\r\nformat binary_big_endian 1.0\r\nelement vertex 2\r\nproperty short n\r\n${XYZ.replaceAll('float', 'double').replaceAll('\n', '\r\n')}end_header\r\n`,
    );
    const body = new DataView(new ArrayBuffer(52));
    points.forEach((value, i) => {
      body.setFloat64(Math.floor(i / 3) * 26 + 2 + (i % 3) * 8, value);
    });
    const bytes = new Uint8Array(header.length + 52);
    bytes.set(header);
    bytes.set(new Uint8Array(body.buffer), header.length);
    expect(readPly('p.ply', bytes)).toEqual({ places: doubles, isSingle: false });
  });

  it('leave out points that are not finite', () => {
    expect(readPly('p.ply', ascii(`element vertex 3\n${XYZ}`, '1 2 3\nnan 0 0\n-4 5.5 6\n')).places).toEqual(doubles);
  });

  it('are refused where the header lies or the file ends', () => {
    const bytes = writePly(points);
    expect(message(bytes.slice(0, -1))).toMatch(/p\.ply: expected 2 vertices of 12 bytes, found 23 bytes/);
    expect(message(bytes.slice(0, 40))).toMatch(/a point cloud \(\.ply\) with a header/);
    expect(message(ascii(`element vertex 900000000000000\n${XYZ}`, '1 2 3\n'))).toMatch(/900000000000000 lines of vertices/);
    expect(message(ascii(`element vertex -2\n${XYZ}`, '1 2 3\n'))).toMatch(/vertices as the first element/);
    expect(message(ascii(`element face 1\nproperty list uchar int i\nelement vertex 1\n${XYZ}`, '0\n'))).toMatch(
      /vertices as the first element, found "face 1"/,
    );
    expect(message(ascii(`element vertex 2\n${XYZ}`, '1 2\n3 4 5\n'))).toMatch(/3 numbers for vertex 0/);
    expect(message(ascii('element vertex 1\nproperty float x\nproperty float y\n', '1 2\n'))).toMatch(/no z/);
    expect(message(ascii(`element vertex 1\nproperty list uchar int many\n${XYZ}`, '1 2 3\n'))).toMatch(/many|list/);
    expect(message(new TextEncoder().encode('<html>'))).toMatch(/another kind of file/);
  });
});
