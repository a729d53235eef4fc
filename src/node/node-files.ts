/** The file system of Node behind the interface `Files`. */
import { appendFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, open as openDescriptor, read, type Stats } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { InputError, MemoryError } from '../base/errors.ts';
import { bytesIn, type Files, type Pieces } from '../io/files.ts';
import { byteSize } from '../base/format.ts';
import { removeAtExit } from './at-exit.ts';
import { availableMemory } from './available-memory.ts';
import { isSystemError, unreadable, unwritable } from './system-errors.ts';

/** Bytes from which on it is asked whether there is memory for a file. */
const LARGE = 2 ** 26;
/** Node refuses single reads and writes of 2 GiB and more. */
const LARGEST_TRANSFER = 1 << 28;
const HASHED_BLOCK = 1 << 20;

/**
 * What may wait for a disk is done on threads; what is known of a descriptor, and closing one that was read, is not worth the way there. The photos of a
 * scene are many.
 */
const calls = { open: promisify(openDescriptor), read: promisify(read) };

export const TEMPORARY_ENDING = '.tmp';
let temporaries = 0;
const HOST = hostname().replace(/[^\w.-]/g, '_');

/**
 * A path beside `path` that no other process uses, on no host that shares the file system: `.NAME.HOST-PID-COUNT.tmp`. What a killed process leaves
 * behind is recognised by the ending.
 */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${HOST}-${process.pid}-${temporaries++}${TEMPORARY_ENDING}`);
}

export const nodeFiles: Files = {
  async kind(path) {
    try {
      return (await stat(path)).isDirectory() ? 'folder' : 'file';
    } catch (error) {
      if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return 'missing';
      throw unreadable(path, error);
    }
  },

  async list(folder) {
    try {
      return (await readdir(folder)).sort();
    } catch (error) {
      throw unreadable(folder, error);
    }
  },

  read: (path, most = Infinity) => whileOpen(path, (file, size) => readAll(file, size, path, most)),

  hash: (path) => whileOpen(path, hashAll),

  parts: async (path) => ({
    bytes: await whileOpen(path, async (_, size) => size),
    read: (begin, count) => readPart(path, begin, count),
  }),

  async writeAtomic(path, content) {
    const folder = dirname(path);
    const temporary = temporaryBeside(path);
    const callOff = removeAtExit(temporary);
    try {
      await makeFolders(folder);
      await writeSynced(temporary, content);
      await rename(temporary, path);
      await syncFolder(folder);
    } catch (error) {
      await removeQuietly(temporary);
      throw unwritable(path, bytesIn(content), error);
    } finally {
      callOff();
    }
  },

  async append(path, content) {
    try {
      await appendFile(path, content);
    } catch (error) {
      throw unwritable(path, Buffer.byteLength(content), error);
    }
  },

  async makeFolder(path) {
    try {
      await makeFolders(path);
    } catch (error) {
      throw unwritable(path, null, error);
    }
  },

  async rename(from, to) {
    try {
      await rename(from, to);
      await syncFolder(dirname(to));
    } catch (error) {
      throw unwritable(to, null, error);
    }
  },

  async remove(path) {
    try {
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      throw unwritable(path, null, error);
    }
  },
};

/** Differs for every version of a file; empty if it is gone. */
export async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(path);
    return `${mtimeMs}-${size}`;
  } catch {
    // Whoever reads it says why.
    return '';
  }
}

/** Node's own way to make the folders above too says ENOENT where there is no room for them. */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await mkdir(path);
  }
}

/** The `count` bytes of a regular file from `begin` on, fewer where it ends. Throws InputError. */
export function readPart(path: string, begin: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
  return whileOpen(path, (file, size) => readAll(file, Math.max(0, Math.min(size - begin, count)), path, Infinity, begin));
}

async function whileOpen<T>(path: string, use: (file: number, size: number) => Promise<T>): Promise<T> {
  try {
    // Opening a pipe would wait for somebody to write into it.
    const file = await calls.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = fstatSync(file);
      refuseSpecial(stats, path);
      return await use(file, stats.size);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A block at a time, so that no file has to fit into memory. WebCrypto would take eight times as long for a small one. */
async function hashAll(file: number, size: number): Promise<Uint8Array> {
  const hash = createHash('sha256');
  const block = new Uint8Array(Math.min(size, HASHED_BLOCK));
  for (let at = 0; at < size;) {
    const { bytesRead } = await calls.read(file, block, 0, Math.min(block.length, size - at), at);
    if (bytesRead === 0) break;
    hash.update(block.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest();
}

/** Throws InputError unless it is a regular file (or a link to one): libraries that open files by name would wait for ever at a pipe. */
export async function checkRegular(path: string): Promise<void> {
  let stats: Stats;
  try {
    stats = await stat(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  refuseSpecial(stats, path);
}

function refuseSpecial(stats: Stats, path: string): void {
  if (stats.isFile()) return;
  const found = stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a named pipe' : stats.isSocket() ? 'a socket' : 'a device';
  throw new InputError(`${path}: expected a file, found ${found}`, 'Check the path.');
}

/** @param begin of the `size` bytes, in the file */
async function readAll(file: number, size: number, path: string, most: number, begin = 0): Promise<Uint8Array<ArrayBuffer>> {
  if (size > most)
    throw new InputError(`${path}: expected at most ${most} bytes, found ${size}`, 'It is not what its name says; replace or remove it.');
  if (size > LARGE && size > availableMemory())
    throw new MemoryError(
      `${path}: the file has ${byteSize(size)}; ${byteSize(availableMemory())} of memory are available`,
      'Is it what its name says?',
    );
  const data = allocate(size, path);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await calls.read(file, data, filled, Math.min(size - filled, LARGEST_TRANSFER), begin + filled);
    if (bytesRead === 0) return data.slice(0, filled);
    filled += bytesRead;
  }
  return data;
}

function allocate(bytes: number, path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (error) {
    if (error instanceof RangeError)
      throw new MemoryError(`${path}: the file has ${bytes} bytes, more than can be held in memory`, undefined, { cause: error });
    throw error;
  }
}

/** Removes what killed processes of this machine left of files that they were writing into a folder. */
export async function removeTemporaries(folder: string): Promise<void> {
  if ((await nodeFiles.kind(folder)) !== 'folder') return;
  for (const name of await nodeFiles.list(folder)) {
    const [, pid] = /^\..*-(\d+)-\d+\.tmp$/.exec(name) ?? [];
    if (pid !== undefined && name.includes(`.${HOST}-${pid}-`) && !isAlive(Number(pid))) await nodeFiles.remove(join(folder, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function writeSynced(path: string, content: Pieces): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const chunk of content) {
      let written = 0;
      while (written < chunk.length) {
        written += (await file.write(chunk, written, Math.min(chunk.length - written, LARGEST_TRANSFER))).bytesWritten;
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself durable. Windows has no such call for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Cleans up on the way to reporting another error, which matters more than a failure to clean up. */
async function removeQuietly(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}
