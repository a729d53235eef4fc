/**
 * The browser's private file system (OPFS) behind the interface `Files`. Paths begin at its root; `.` and `..` are followed, and lead nowhere outside.
 * A file that is there is written into a copy of its own, which takes its place when it is closed; a new one is written elsewhere, and moved to its
 * place when it is whole: a tab that is closed meanwhile changes nothing.
 */
import { InputError, SpikeRayError, StorageError } from '../base/errors.ts';
import { byteSize } from '../base/format.ts';
import { bytesIn, type Files, type Pieces } from '../io/files.ts';
import { sha256 } from '../io/sha256.ts';

/** Has a folder for each open tab, which holds its lock: for what is not whole yet, and for downloads. What nobody holds is removed (library.ts). */
export const OUT = '/out';

/**
 * Throws StorageError where the browser has no such file system.
 *
 * @param temporary folder of files that are not whole yet, in OUT
 */
export async function openPageFiles(temporary: string): Promise<Files> {
  const { storage } = navigator as Partial<Pick<Navigator, 'storage'>>;
  if (typeof storage?.getDirectory !== 'function' || !('move' in FileSystemFileHandle.prototype))
    throw new StorageError(
      'this browser gives the page no file system of its own, in which scenes and runs would be kept',
      'Open the page over https or from localhost, in a browser of 2023 or newer, and not in a private window.',
    );
  try {
    return pageFiles(await storage.getDirectory(), temporary);
  } catch (cause) {
    throw new StorageError(
      `the browser's private file system cannot be opened: ${(cause as Error).message}`,
      'Leave the private window, or allow this page to store data.',
      { cause },
    );
  }
}

/** @param temporary as for `openPageFiles` */
export function pageFiles(root: FileSystemDirectoryHandle, temporary: string): Files {
  const waiting = partsOf(temporary);
  const folderOf = async (parts: readonly string[], create = false): Promise<FileSystemDirectoryHandle> => {
    let folder = root;
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create });
    return folder;
  };
  const fileOf = async (path: string): Promise<File> => {
    const { parts, name } = place(path);
    try {
      return await (await (await folderOf(parts)).getFileHandle(name)).getFile();
    } catch (error) {
      throw unreadable(path, error);
    }
  };
  const moveFile = async (from: string, to: string): Promise<void> => {
    const [source, target] = [place(from), place(to)];
    try {
      const handle = await (await folderOf(source.parts)).getFileHandle(source.name);
      await (handle as unknown as Movable).move(await folderOf(target.parts, true), target.name);
    } catch (error) {
      throw unwritable(to, null, error);
    }
  };
  const put = async (path: string, content: Pieces, keep: boolean): Promise<void> => {
    const { parts, name } = place(path);
    let stream: FileSystemWritableFileStream | null = null;
    let unfinished: string | null = null;
    try {
      const folder = await folderOf(parts, true);
      const present = await folder.getFileHandle(name).catch(ifMissing);
      // A new file is there, and empty, from the moment on that it is made.
      if (present === null) unfinished = crypto.randomUUID();
      const handle = present ?? (await (await folderOf(waiting, true)).getFileHandle(unfinished!, { create: true }));
      const end = keep ? (await handle.getFile()).size : 0;
      stream = await handle.createWritable({ keepExistingData: keep });
      if (end > 0) await stream.seek(end);
      for await (const chunk of content) await stream.write(chunk as Uint8Array<ArrayBuffer>);
      await stream.close();
      if (present === null) await (handle as unknown as Movable).move(folder, name);
    } catch (error) {
      // A stream that failed is closed already.
      await stream?.abort().catch(() => undefined);
      if (unfinished !== null) await files.remove(`${temporary}/${unfinished}`).catch(() => undefined);
      throw unwritable(path, bytesIn(content), error);
    }
  };
  const files: Files = {
    async kind(path) {
      const { parts, name } = place(path);
      if (name === '') return 'folder';
      try {
        const folder = await folderOf(parts);
        if (await hasFile(folder, name)) return 'file';
        await folder.getDirectoryHandle(name);
        return 'folder';
      } catch (error) {
        if (isNamed(error, 'NotFoundError', 'TypeMismatchError', 'TypeError')) return 'missing';
        throw unreadable(path, error);
      }
    },

    async list(path) {
      try {
        const folder = await folderOf(partsOf(path));
        const names: string[] = [];
        for await (const name of (folder as unknown as Named).keys()) names.push(name);
        return names.sort();
      } catch (error) {
        throw unreadable(path, error);
      }
    },

    async read(path, most = Infinity) {
      const file = await fileOf(path);
      if (file.size > most)
        throw new InputError(
          `${path}: expected at most ${most} bytes, found ${file.size}`,
          'It is not what its name says; replace or remove it.',
        );
      return bytesOf(path, file);
    },

    hash: async (path) => sha256(await files.read(path)),

    parts: async (path) => ({
      bytes: (await fileOf(path)).size,
      read: async (begin, count) => bytesOf(path, (await fileOf(path)).slice(begin, begin + count)),
    }),

    writeAtomic: (path, content) => put(path, content, false),

    append: (path, content) => put(path, [typeof content === 'string' ? new TextEncoder().encode(content) : content], true),

    async makeFolder(path) {
      try {
        await folderOf(partsOf(path), true);
      } catch (error) {
        throw unwritable(path, null, error);
      }
    },

    /** A folder goes file by file: browsers cannot move one. */
    async rename(from, to) {
      if ((await files.kind(from)) === 'folder') {
        await files.makeFolder(to);
        for (const name of await files.list(from)) await files.rename(`${from}/${name}`, `${to}/${name}`);
        await files.remove(from);
      } else {
        await files.remove(to);
        await moveFile(from, to);
      }
    },

    async remove(path) {
      const { parts, name } = place(path);
      try {
        await (await folderOf(parts)).removeEntry(name, { recursive: true });
      } catch (error) {
        if (!isNamed(error, 'NotFoundError')) throw unwritable(path, null, error);
      }
    },
  };
  return files;
}

/** The file itself, for a page that hands it on without reading it. */
export async function pageFile(path: string): Promise<File> {
  return (await pageHandle(path)).getFile();
}

/** The handle of a file that is there. */
export async function pageHandle(path: string): Promise<FileSystemFileHandle> {
  const { parts, name } = place(path);
  let folder = await navigator.storage.getDirectory();
  for (const part of parts) folder = await folder.getDirectoryHandle(part);
  return folder.getFileHandle(name);
}

/** What the DOM's types leave out. */
interface Named {
  keys(): AsyncIterable<string>;
}
interface Movable {
  move(folder: FileSystemDirectoryHandle, name: string): Promise<void>;
}

function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}

function place(path: string): { readonly parts: readonly string[]; readonly name: string } {
  const parts = partsOf(path);
  const name = parts.pop() ?? '';
  return { parts, name };
}

async function hasFile(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await folder.getFileHandle(name);
    return true;
  } catch (error) {
    if (isNamed(error, 'NotFoundError', 'TypeMismatchError')) return false;
    throw error;
  }
}

async function bytesOf(path: string, blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw unreadable(path, error);
  }
}

function ifMissing(error: unknown): null {
  if (isNamed(error, 'NotFoundError')) return null;
  throw error;
}

const isNamed = (error: unknown, ...names: readonly string[]): boolean => error instanceof Error && names.includes(error.name);

function unreadable(path: string, error: unknown): unknown {
  if (error instanceof SpikeRayError || !(error instanceof Error)) return error;
  const options = { cause: error };
  if (isNamed(error, 'NotFoundError')) return new InputError(`${path}: no such file or folder`, 'Check the path.', options);
  if (isNamed(error, 'TypeMismatchError'))
    return new InputError(`${path}: a folder where a file is expected, or a file where a folder is`, 'Check the path.', options);
  return new InputError(`${path}: cannot be read (${error.name}: ${error.message})`, 'Replace the file, or remove it.', options);
}

/** Chromium closes its pipe where the room ends while data is on its way. */
export function isNoRoom(error: unknown): boolean {
  return isNamed(error, 'QuotaExceededError') || (isNamed(error, 'AbortError') && (error as Error).message.includes('data pipe'));
}

function unwritable(path: string, bytes: number | null, error: unknown): unknown {
  // What was to be written could not be read.
  if (!(error instanceof Error) || error instanceof SpikeRayError) return error;
  const what = bytes === null ? path : `${path} (${byteSize(bytes)})`;
  const options = { cause: error };
  if (isNoRoom(error))
    return new StorageError(
      `${what}: the browser gives this page no more room; nothing was changed`,
      'Remove scenes or runs that are no longer needed, or free some space on the disk, then go on.',
      options,
    );
  if (isNamed(error, 'NoModificationAllowedError'))
    return new StorageError(`${what}: another tab is writing it`, 'Close the other tab, then repeat it.', options);
  if (isNamed(error, 'TypeMismatchError'))
    return new StorageError(`${what}: something else of that name is in the way`, 'Choose another name.', options);
  return new StorageError(`${what}: cannot be written (${error.name}: ${error.message})`, undefined, options);
}
