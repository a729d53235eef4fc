/** Tensors of a safetensors file that are read one at a time: no more of the file is held than what is asked for, and a block. */
import { InputError, MemoryError } from '../base/errors.ts';
import { byteSize } from '../base/format.ts';
import type { FileParts } from './files.ts';
import { dataOf, readHeader, type PlacedTensor, type SafeTensors, type TensorData, type TensorEntry } from './safetensors.ts';
import { BLOCK_BYTES, sha256 } from './sha256.ts';

/** What is said of a tensor, and the SHA-256 of each of its blocks (sha256.ts). */
export interface HashedEntry extends TensorEntry {
  readonly hashes: readonly Uint8Array[];
}

export interface StoredTensors {
  readonly metadata: SafeTensors['metadata'];
  readonly entries: ReadonlyMap<string, HashedEntry>;
  /** The first value that is no number, if there is one. */
  readonly noNumber: { readonly name: string; readonly index: number; readonly value: number } | null;
  /**
   * Throws InputError if the file is another one by now, MemoryError if there is no room for the tensor, RangeError if it has none of this name.
   */
  read(name: string): Promise<TensorData>;
}

/** Reads the whole file once. Throws InputError naming `file` if it is damaged. */
export async function openTensors(parts: FileParts, file: string): Promise<StoredTensors> {
  const { metadata, entries } = await readHeader(parts, file);
  const hashed = new Map<string, HashedEntry & PlacedTensor>();
  let noNumber: StoredTensors['noNumber'] = null;
  for (const entry of entries) {
    const hashes: Uint8Array[] = [];
    for await (const block of blocksOf(entry, parts, file)) {
      const before = hashes.length * (BLOCK_BYTES / Float32Array.BYTES_PER_ELEMENT);
      noNumber ??= noNumberIn(entry, block, before);
      hashes.push(await sha256(block));
    }
    hashed.set(entry.name, { ...entry, hashes });
  }
  return {
    metadata,
    entries: hashed,
    noNumber,
    read: async (name) => {
      const entry = hashed.get(name);
      if (entry === undefined) throw new RangeError(`${file} holds no tensor ${name}`);
      const bytes = allocate(entry, file);
      let at = 0;
      let index = 0;
      for await (const block of blocksOf(entry, parts, file)) {
        if (!isSame(await sha256(block), entry.hashes[index++])) throw changed(file);
        bytes.set(block, at);
        at += block.length;
      }
      return dataOf(entry.dtype, bytes.buffer);
    },
  };
}

/** Of BLOCK_BYTES each, but for the last; nothing is one block. */
async function* blocksOf({ begin, bytes }: PlacedTensor, parts: FileParts, file: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at === 0 || at < bytes; at += BLOCK_BYTES) {
    const count = Math.min(BLOCK_BYTES, bytes - at);
    const block = await parts.read(begin + at, count);
    if (block.length !== count) throw changed(file);
    yield block;
  }
}

function noNumberIn({ name, dtype }: TensorEntry, block: Uint8Array<ArrayBuffer>, before: number): StoredTensors['noNumber'] {
  if (dtype !== 'F32') return null;
  const aligned = block.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0 ? block : block.slice();
  const values = new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / Float32Array.BYTES_PER_ELEMENT);
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return { name, index: before + i, value: values[i] };
  return null;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}

function allocate({ name, bytes }: TensorEntry, file: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MemoryError(`${file}: no memory for its tensor ${name} of ${byteSize(bytes)}`, undefined, { cause: error });
  }
}

function changed(file: string): InputError {
  return new InputError(`${file}: another file since it was opened`, 'Give the command again; leave the file alone while it runs.');
}
