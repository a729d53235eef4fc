/**
 * The browser's private file system (OPFS) behind the interface `Files`. Paths begin at its root; `.` and `..` are followed, and lead nowhere outside.
 * A file is written into a copy of its own, which takes its place when it is closed: a tab that is closed meanwhile changes nothing.
 */
import { InputError, SpikeRayError, StorageError } from '../base/errors.ts';
import { byteSize } from '../base/format.ts';
import type { Files } from '../io/files.ts';

/** Throws StorageError where the browser has no such file system. */
export async function openPageFiles(): Promise<Files> {
  const { storage } = navigator as Partial<Pick<Navigator, 'storage'>>;
  if (typeof storage?.getDirectory !== 'function')
    throw new StorageError(
      'this browser gives the page no file system of its own, in which scenes and runs would be kept',
      'Open the page over https or from localhost, in a browser of 2023 or newer, and not in a private window.',
    );
  try {
    return pageFiles(await storage.getDirectory());
  } catch (cause) {
    throw new StorageError(
      `the browser's private file system cannot be opened: ${(cause as Error).message}`,
      'Leave the private window, or allow this page to store data.',
      { cause },
    );
  }
}

export function pageFiles(root: FileSystemDirectoryHandle): Files {
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
  const put = async (path: string, chunks: readonly Uint8Array[], keep: boolean): Promise<void> => {
    const { parts, name } = place(path);
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    let stream: FileSystemWritableFileStream | null = null;
    let isNew = false;
    try {
      const folder = await folderOf(parts, true);
      isNew = !(await hasFile(folder, name));
      const handle = await folder.getFileHandle(name, { create: true });
      const end = keep ? (await handle.getFile()).size : 0;
      stream = await handle.createWritable({ keepExistingData: keep });
      if (end > 0) await stream.seek(end);
      for (const chunk of chunks) await stream.write(chunk as Uint8Array<ArrayBuffer>);
      await stream.close();
    } catch (error) {
      // A stream that failed is closed already.
      await stream?.abort().catch(() => undefined);
      // An empty file would pass for one that was written.
      if (isNew) await (await folderOf(parts)).removeEntry(name).catch(() => undefined);
      throw unwritable(path, bytes, error);
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

    async readEnd(path, most) {
      const file = await fileOf(path);
      return bytesOf(path, file.slice(Math.max(0, file.size - most)));
    },

    writeAtomic: (path, chunks) => put(path, chunks, false),

    append: (path, content) => put(path, [typeof content === 'string' ? new TextEncoder().encode(content) : content], true),

    async makeFolder(path) {
      try {
        await folderOf(partsOf(path), true);
      } catch (error) {
        throw unwritable(path, null, error);
      }
    },

    /** A folder is copied file by file before the old one goes: browsers cannot move one. */
    async rename(from, to) {
      if ((await files.kind(from)) === 'folder') {
        await files.makeFolder(to);
        for (const name of await files.list(from)) await files.rename(`${from}/${name}`, `${to}/${name}`);
      } else {
        await files.writeAtomic(to, [await files.read(from)]);
      }
      await files.remove(from);
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
  const { parts, name } = place(path);
  let folder = await navigator.storage.getDirectory();
  for (const part of parts) folder = await folder.getDirectoryHandle(part);
  return (await folder.getFileHandle(name)).getFile();
}

/** What the DOM's types leave out. */
interface Named {
  keys(): AsyncIterable<string>;
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

const isNamed = (error: unknown, ...names: readonly string[]): boolean => error instanceof Error && names.includes(error.name);

function unreadable(path: string, error: unknown): unknown {
  if (error instanceof SpikeRayError || !(error instanceof Error)) return error;
  const options = { cause: error };
  if (isNamed(error, 'NotFoundError')) return new InputError(`${path}: no such file or folder`, 'Check the path.', options);
  if (isNamed(error, 'TypeMismatchError'))
    return new InputError(`${path}: a folder where a file is expected, or a file where a folder is`, 'Check the path.', options);
  return new InputError(`${path}: cannot be read (${error.name}: ${error.message})`, 'Replace the file, or remove it.', options);
}

function unwritable(path: string, bytes: number | null, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const what = bytes === null ? path : `${path} (${byteSize(bytes)})`;
  const options = { cause: error };
  if (isNamed(error, 'QuotaExceededError'))
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
