/** A file system that exists in memory alone, and images without pixels worth looking at. */
import { InputError } from '../../src/base/errors.ts';
import { partsOf, type Files, type ImageCodec } from '../../src/io/files.ts';
import { sha256 } from '../../src/io/sha256.ts';

export type Tree = ReadonlyMap<string, Uint8Array>;

/** Reads `tree`; what is written is added to it if it is a Map. */
export function memoryFiles(tree: Map<string, Uint8Array>): Files {
  const refuse = (): never => {
    throw new RangeError('nothing of this is asked of readers');
  };
  const read: Files['read'] = async (path, most = Infinity) => {
    const bytes = tree.get(path);
    if (bytes === undefined || bytes.length > most) throw new InputError(`${path}: no such file or folder`, 'Check the path.');
    return bytes.slice();
  };
  return {
    kind: async (path) => {
      if (tree.has(path)) return 'file';
      return [...tree.keys()].some((name) => name.startsWith(`${path}/`)) ? 'folder' : 'missing';
    },
    list: async (folder) => {
      const inside = [...tree.keys()]
        .filter((name) => name.startsWith(`${folder}/`))
        .map((name) => name.slice(folder.length + 1).split('/')[0]);
      if (inside.length === 0) throw new InputError(`${folder}: no such file or folder`, 'Check the path.');
      return [...new Set(inside)].sort();
    },
    read,
    hash: async (path) => sha256(await read(path)),
    writeAtomic: async (path, content) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of content) pieces.push(piece);
      tree.set(path, new Uint8Array(Buffer.concat(pieces)));
    },
    makeFolder: async () => undefined,
    parts: async (path) => partsOf(await read(path)),
    append: refuse,
    rename: refuse,
    remove: refuse,
  };
}

/** Images of one size; which files are images is another matter. */
export function plainImages(width: number, height: number): ImageCodec {
  const refuse = (): never => {
    throw new RangeError('nothing of this is asked of readers');
  };
  return {
    header: async () => ({ width, height, orientation: 1, hasAlpha: false }),
    decode: async () => ({ width, height, rgba: new Uint8Array(width * height * 4).fill(200) }),
    encodePng: async () => Uint8Array.of(1),
    encodePng16: refuse,
    encodeThumbnail: refuse,
    encodeAnimation: refuse,
  };
}
