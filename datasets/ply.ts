/**
 * Point clouds in the Polygon File Format: a text header that lists elements and their properties, then the elements as text or binary numbers.
 * Only the positions (x, y, z) of the vertices are taken, which have to come first, as every program writes them.
 */
import { ByteReader } from './byte-reader.ts';
import { decimal } from './decimal.ts';

interface Header {
  readonly format: 'ascii' | 'binary_little_endian' | 'binary_big_endian';
  readonly vertices: number;
  /** Properties of a vertex, in order. */
  readonly properties: readonly { readonly name: string; readonly type: string }[];
}

export interface PointCloud {
  /** [P,3] */
  readonly places: Float64Array;
  /** Whether they were stored as 32-bit numbers: what is far from the origin is known to a few centimetres only, or metres. */
  readonly isSingle: boolean;
}

const LONGEST_HEADER = 65_536;
const BYTES: Readonly<Record<string, number>> = {
  char: 1, uchar: 1, int8: 1, uint8: 1, short: 2, ushort: 2, int16: 2, uint16: 2, int: 4, uint: 4, int32: 4, uint32: 4, float: 4, float32: 4, double: 8, float64: 8,
}; // prettier-ignore

/** Points that are not finite are left out. */
export function readPly(path: string, bytes: Uint8Array): PointCloud {
  const reader = new ByteReader(path, bytes);
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, LONGEST_HEADER));
  const end = /(?:^|\n)end_header\r?\n/.exec(head);
  if (!/^ply\r?\n/.test(head) || end === null) throw reader.error('a point cloud (.ply) with a header', 'another kind of file');
  const start = end.index + end[0].length;
  const header = parseHeader(head.slice(0, start), reader);
  const body = bytes.subarray(start);
  const isAscii = header.format === 'ascii';
  const places = finite(isAscii ? asciiPoints(header, body, reader) : binaryPoints(header, body, reader));
  return { places, isSingle: !isAscii && header.properties.some(({ name, type }) => name === 'x' && BYTES[type] === 4) };
}

/** Binary, little-endian, x y z float32. */
export function writePly(points: Float32Array): Uint8Array {
  const properties = ['x', 'y', 'z'].map((name) => `property float ${name}\n`).join('');
  const header = new TextEncoder().encode(
    `ply\nformat binary_little_endian 1.0\nelement vertex ${points.length / 3}\n${properties}end_header\n`,
  );
  const bytes = new Uint8Array(header.length + points.length * 4);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  points.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return bytes;
}

function parseHeader(text: string, reader: ByteReader): Header {
  const format = /\nformat (ascii|binary_little_endian|binary_big_endian) 1\.0\r?\n/.exec(text);
  if (format === null) throw reader.error('the format ascii, binary_little_endian or binary_big_endian', 'none of them in the header');
  const [, first] = text.split(/\nelement /);
  const vertex = /^vertex (\d{1,15})\r?\n/.exec(first === undefined ? '' : `${first}\n`);
  if (vertex === null) throw reader.error('vertices as the first element', JSON.stringify(first?.split('\n')[0] ?? 'no element'));
  const properties = [...first.matchAll(/(?:^|\n)property (\S+) (\S+)/g)].map(([, type, name]) => ({ type, name }));
  for (const { type, name } of properties)
    if (!Object.hasOwn(BYTES, type)) throw reader.error('numbers as properties of a vertex', `${name} of type ${type}`);
  for (const axis of ['x', 'y', 'z']) {
    if (!properties.some(({ name }) => name === axis)) throw reader.error(`vertices with x, y and z`, `no ${axis}`);
  }
  return { format: format[1] as Header['format'], vertices: Number(vertex[1]), properties };
}

function binaryPoints({ format, vertices, properties }: Header, body: Uint8Array, reader: ByteReader): Float64Array {
  const stride = properties.reduce((sum, { type }) => sum + BYTES[type], 0);
  if (vertices * stride > body.length) throw reader.error(`${vertices} vertices of ${stride} bytes`, `${body.length} bytes`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const little = format === 'binary_little_endian';
  const places = ['x', 'y', 'z'].map((axis) => {
    const index = properties.findIndex(({ name }) => name === axis);
    const { type } = properties[index];
    if (!/^(float|float32|double|float64)$/.test(type)) throw reader.error(`${axis} of type float or double`, type);
    return { at: properties.slice(0, index).reduce((sum, before) => sum + BYTES[before.type], 0), wide: BYTES[type] === 8 };
  });
  const points = new Float64Array(vertices * 3);
  for (let i = 0; i < vertices; i++) {
    places.forEach(({ at, wide }, axis) => {
      points[i * 3 + axis] = wide ? view.getFloat64(i * stride + at, little) : view.getFloat32(i * stride + at, little);
    });
  }
  return points;
}

function asciiPoints({ vertices, properties }: Header, body: Uint8Array, reader: ByteReader): Float64Array {
  const lines = new TextDecoder('latin1').decode(body).split('\n');
  if (vertices > lines.length) throw reader.error(`${vertices} lines of vertices`, `${lines.length}`);
  const columns = ['x', 'y', 'z'].map((axis) => properties.findIndex(({ name }) => name === axis));
  const points = new Float64Array(vertices * 3);
  for (let i = 0; i < vertices; i++) {
    const words = lines[i].trim().split(/\s+/);
    if (words.length < properties.length)
      throw reader.error(`${properties.length} numbers for vertex ${i}`, JSON.stringify(lines[i].slice(0, 40)));
    columns.forEach((column, axis) => {
      points[i * 3 + axis] = decimal(words[column]);
    });
  }
  return points;
}

function finite(points: Float64Array): Float64Array {
  const kept: number[] = [];
  for (let i = 0; i < points.length; i += 3) {
    if (Number.isFinite(points[i]) && Number.isFinite(points[i + 1]) && Number.isFinite(points[i + 2])) kept.push(i);
  }
  if (kept.length * 3 === points.length) return points;
  return Float64Array.from({ length: kept.length * 3 }, (_, i) => points[kept[Math.floor(i / 3)] + (i % 3)]);
}
