import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { partsOf, type FileParts } from '../../src/io/files.ts';
import { decodeSafetensors, encodeSafetensors, readHeader } from '../../src/io/safetensors.ts';
import { joinChunks } from './checkpoint-sample.ts';

const content = {
  metadata: { format: 'test', note: 'ünïcode' },
  tensors: new Map([
    ['bytes', { shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ['floats', { shape: [2, 2], data: Float32Array.of(1.5, -0, Infinity, 1e-45) }],
    ['words', { shape: [1], data: Uint32Array.of(0xffffffff) }],
    ['nothing', { shape: [0, 7], data: new Float32Array(0) }],
    ['scalar', { shape: [], data: Float32Array.of(3) }],
  ]),
};

/** A file with the given header text (or its own length claim) and data. */
function file(header: string, data: Uint8Array = new Uint8Array(0), claimed?: bigint): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  return joinChunks([length, text, data]);
}

function tensor(begin: number, end: number, shape: readonly number[] = [(end - begin) / 4], dtype = 'F32'): object {
  return { dtype, shape, data_offsets: [begin, end] };
}

describe('safetensors', () => {
  it('reads back what it wrote, bit for bit', () => {
    const decoded = decodeSafetensors(joinChunks(encodeSafetensors(content)), 'x');
    expect(decoded.metadata).toEqual(content.metadata);
    expect(decoded.tensors.size).toBe(content.tensors.size);
    for (const [name, { shape, data }] of content.tensors) {
      expect(decoded.tensors.get(name)?.shape, name).toEqual(shape);
      expect(decoded.tensors.get(name)?.data, name).toEqual(data);
    }
  });

  it('follows the format: aligned data without gaps, 8-byte header', () => {
    const bytes = joinChunks(encodeSafetensors(content));
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, { data_offsets: number[] }>;
    expect(header.floats).toEqual({ dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] });
    expect(header.bytes.data_offsets[1]).toBe(bytes.length - 8 - length);
  });

  it('reads tensors whose data is not aligned', () => {
    const bytes = file(JSON.stringify({ a: tensor(0, 1, [1], 'U8'), b: tensor(1, 5) }), Uint8Array.of(9, 0, 0, 128, 63));
    expect(decodeSafetensors(bytes, 'x').tensors.get('b')?.data).toEqual(Float32Array.of(1));
  });

  it('refuses to write a tensor that does not fit its shape', () => {
    expect(() => encodeSafetensors({ metadata: {}, tensors: new Map([['a', { shape: [2], data: new Uint8Array(3) }]]) })).toThrow(
      RangeError,
    );
  });

  const data = new Uint8Array(16);
  const hostile: Record<string, Uint8Array<ArrayBuffer>> = {
    'an empty file': new Uint8Array(0),
    'seven bytes': new Uint8Array(7),
    'a header longer than the file': file('{}', data, 1000n),
    'a header of 2^63 bytes': file('{}', data, 1n << 63n),
    'a header that ends early': file('{"a":', data),
    'a header that is not UTF-8': joinChunks([file('', data, 2n).subarray(0, 8), Uint8Array.of(0xff, 0xfe)]),
    'a header that is a list': file('[]'),
    'a header that is null': file('null'),
    'an entry that is a number': file('{"a":3}'),
    'metadata that is a list': file('{"__metadata__":[]}'),
    'metadata that is not text': file('{"__metadata__":{"a":1}}'),
    'an unknown dtype': file(JSON.stringify({ a: tensor(0, 16, [2], 'F64') }), data),
    'a dtype that is a property of every object': file(JSON.stringify({ a: tensor(0, 16, [2], 'toString') }), data),
    'no shape': file(JSON.stringify({ a: { dtype: 'F32', data_offsets: [0, 16] } }), data),
    'a negative shape': file(JSON.stringify({ a: tensor(0, 16, [-4]) }), data),
    'a fractional shape': file(JSON.stringify({ a: tensor(0, 16, [0.5, 8]) }), data),
    'a shape beyond all memory': file(JSON.stringify({ a: tensor(0, 16, [2 ** 40, 2 ** 40]) }), data),
    'offsets that do not fit the shape': file(JSON.stringify({ a: tensor(0, 12, [4]) }), data),
    'one offset': file(JSON.stringify({ a: { dtype: 'F32', shape: [4], data_offsets: [0] } }), data),
    'offsets in reverse': file(JSON.stringify({ a: { dtype: 'F32', shape: [4], data_offsets: [16, 0] } }), data),
    'offsets beyond the file': file(JSON.stringify({ a: tensor(0, 32) }), data),
    'offsets that begin late': file(JSON.stringify({ a: tensor(4, 16) }), data),
    'tensors that overlap': file(JSON.stringify({ a: tensor(0, 12), b: tensor(8, 16) }), data),
    'tensors with a gap': file(JSON.stringify({ a: tensor(0, 4), b: tensor(8, 16) }), data),
    'bytes after the last tensor': file(JSON.stringify({ a: tensor(0, 12) }), data),
  };
  it.each(Object.entries(hostile))('refuses %s', (_, bytes) => {
    const read = (): unknown => decodeSafetensors(bytes, 'runs/a/x.safetensors');
    expect(read).toThrow(InputError);
    expect(read).toThrow('runs/a/x.safetensors');
  });

  it('refuses every truncation', () => {
    const bytes = joinChunks(encodeSafetensors(content));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.slice(0, length), 'x'), `${length} bytes`).toThrow(InputError);
    }
  });

  it('does not let a tensor name reach the prototype', () => {
    const bytes = file('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', new Uint8Array(1));
    expect([...decodeSafetensors(bytes, 'x').tensors.keys()]).toEqual(['__proto__']);
  });

  it('is refused by whoever reads its header alone, in the same words', async () => {
    for (const [what, bytes] of Object.entries(hostile)) {
      const whole: unknown = await Promise.resolve()
        .then(() => decodeSafetensors(bytes, 'f').metadata)
        .catch(String);
      expect(await readHeader(partsOf(bytes), 'f').then(({ metadata }) => metadata, String), what).toEqual(whole);
    }
  });

  it('tells from its header, and its size, that a large file cannot be whole', async () => {
    const whole = joinChunks(encodeSafetensors(content));
    const header = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));
    let read = 0;
    const claiming = (bytes: number, of = whole): FileParts => ({
      bytes,
      read: async (begin, count) => {
        read += count;
        return of.slice(begin, begin + count);
      },
    });
    await expect(readHeader(claiming(3e9), 'f')).rejects.toThrow(/f: damaged: \d+ bytes follow after its last tensor/);
    await expect(readHeader(claiming(whole.length - 1), 'f')).rejects.toThrow('f: damaged: it is truncated');
    expect(read).toBe(2 * (8 + header));
    await expect(readHeader(claiming(3e9, file('{', new Uint8Array(500))), 'f')).rejects.toThrow('f: damaged: its header is not JSON');
  });
});
