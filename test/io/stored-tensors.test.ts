import { describe, expect, it } from 'vitest';
import { partsOf, type FileParts } from '../../src/io/files.ts';
import { encodeSafetensors, type SafeTensor } from '../../src/io/safetensors.ts';
import { BLOCK_BYTES, blockHashes } from '../../src/io/sha256.ts';
import { openTensors } from '../../src/io/stored-tensors.ts';
import { joinChunks } from './checkpoint-sample.ts';

/** One more than a block holds. */
const LONG = BLOCK_BYTES / 4 + 1;

function fileOf(tensors: Record<string, SafeTensor>): Uint8Array<ArrayBuffer> {
  return joinChunks(encodeSafetensors({ metadata: { a: 'b' }, tensors: new Map(Object.entries(tensors)) }));
}

/** `toEqual` takes a minute for so many. */
const isSame = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((value, i) => value === b[i]);
const floats = (data: Float32Array): SafeTensor => ({ shape: [data.length], data });
const long = Float32Array.from({ length: LONG }, (_, i) => i / 7);
const words = { shape: [1, 2], data: Uint32Array.of(7, 0xffffffff) };
const bytes = { shape: [3], data: Uint8Array.of(1, 2, 3) };

describe('tensors that are read from a file one at a time', () => {
  it('are those that it holds, with the hashes of their blocks', async () => {
    const stored = await openTensors(partsOf(fileOf({ long: floats(long), words, bytes, none: floats(new Float32Array(0)) })), 'f');
    expect(stored.metadata).toEqual({ a: 'b' });
    expect(stored.noNumber).toBeNull();
    expect(isSame((await stored.read('long')) as Float32Array, long)).toBe(true);
    expect(await stored.read('words')).toEqual(words.data);
    expect(await stored.read('bytes')).toEqual(bytes.data);
    expect(await stored.read('none')).toEqual(new Float32Array(0));
    expect(stored.entries.get('long')).toMatchObject({ dtype: 'F32', shape: [LONG], bytes: 4 * LONG });
    expect(stored.entries.get('long')!.hashes).toEqual(await blockHashes(new Uint8Array(long.buffer)));
    expect(stored.entries.get('none')!.hashes).toEqual(await blockHashes(new Uint8Array(0)));
    await expect(stored.read('toString')).rejects.toThrow('f holds no tensor toString');
  });

  it('take a block at a time, and only when they are asked for', async () => {
    const whole = fileOf({ long: floats(long), words });
    const counts: number[] = [];
    const parts: FileParts = {
      bytes: whole.length,
      read: async (begin, count) => {
        counts.push(count);
        return whole.slice(begin, begin + count);
      },
    };
    const { read } = await openTensors(parts, 'f');
    expect(Math.max(...counts)).toBe(BLOCK_BYTES);
    counts.length = 0;
    await read('words');
    expect(counts).toEqual([8]);
  });

  it('tell the first value that is no number, in whichever block', async () => {
    const wrong = long.slice();
    wrong[LONG - 1] = -Infinity;
    const { noNumber } = await openTensors(
      partsOf(fileOf({ fine: floats(Float32Array.of(1)), long: floats(wrong), late: floats(Float32Array.of(NaN)) })),
      'f',
    );
    expect(noNumber).toEqual({ name: 'long', index: LONG - 1, value: -Infinity });
  });

  it('refuse a file that is another one by the time they are read', async () => {
    const whole = fileOf({ long: floats(long), words });
    const { read } = await openTensors(partsOf(whole), 'f');
    whole[whole.length - 1 - words.data.byteLength] ^= 1;
    await expect(read('long')).rejects.toThrow('f: another file since it was opened');
    expect(await read('words')).toEqual(words.data);
    const parts = partsOf(whole);
    let cut = false;
    const later = await openTensors({ ...parts, read: async (begin, count) => parts.read(begin, cut ? count - 1 : count) }, 'f');
    cut = true;
    await expect(later.read('words')).rejects.toThrow('f: another file since it was opened');
  });
});
