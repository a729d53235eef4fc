/**
 * What comes into the page: files of a dropped folder, or of a zip. All names are checked before the first byte is written; sizes are believed only as
 * far as they hold. A file goes through memory whole, one at a time.
 */
import { BlobReader, configure, ZipReader, type FileEntry } from '@zip.js/zip.js';
import { InputError, StorageError } from '../base/errors.ts';
import { byteSize } from '../base/format.ts';

export interface Incoming {
  /** Below the folder that they have in common. */
  readonly path: string;
  /** As it is said to be. */
  readonly bytes: number;
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

export interface IncomingFolder {
  /** The folder that was dropped, or the zip. */
  readonly name: string;
  readonly files: readonly Incoming[];
}

/** Photos hardly become smaller in a zip; whoever claims more than this is up to something. */
const MOST_INFLATION = 50;
/** Bytes that are no harm whatever they came from. */
const HARMLESS = 2 ** 28;
const MOST_FILES = 200_000;
/** Bytes of one file: it has to go through memory. */
const LARGEST_FILE = 2 ** 31;

// Everything is read in a worker already.
configure({ useWebWorkers: false });

/** Throws InputError if it is no zip, or one that must not be unpacked. */
export async function readZip(zip: File): Promise<IncomingFolder> {
  const entries = await entriesOf(zip);
  const files = entries.filter(({ filename }) => !isLitter(filename));
  for (const entry of files) checkEntry(zip.name, entry);
  const total = files.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  if (total > HARMLESS && total > zip.size * MOST_INFLATION)
    throw new InputError(
      `${zip.name}: its ${byteSize(zip.size)} claim to unpack to ${byteSize(total)}`,
      'Photos do not become so much smaller: make the zip anew from the folder of the scene.',
    );
  return gather(
    zip.name.replace(/\.zip$/i, ''),
    files.map((entry) => ({ path: entry.filename, bytes: entry.uncompressedSize, read: () => inflate(zip.name, entry) })),
  );
}

/** @param dropped each with its path from the folder that was dropped on */
export function readDropped(name: string, dropped: readonly { readonly path: string; readonly file: File }[]): IncomingFolder {
  const files = dropped.filter(({ path }) => !isLitter(path));
  for (const { path } of files) checkPath(name, path);
  return gather(
    name,
    files.map(({ path, file }) => ({
      path,
      bytes: file.size,
      read: async () => new Uint8Array(await file.arrayBuffer()),
    })),
  );
}

/** Throws StorageError if the browser will not have room for it. */
export async function checkRoom({ name, files }: IncomingFolder): Promise<void> {
  const wanted = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
  if (wanted > quota - usage)
    throw new StorageError(
      `${name}: its ${byteSize(wanted)} do not fit into the ${byteSize(Math.max(0, quota - usage))} that the browser gives this page; nothing was kept`,
      'Remove scenes or runs that are no longer needed, or use smaller photos.',
    );
}

async function entriesOf(zip: File): Promise<FileEntry[]> {
  const reader = new ZipReader(new BlobReader(zip));
  try {
    const entries: FileEntry[] = [];
    for await (const entry of reader.getEntriesGenerator()) {
      if (entries.length === MOST_FILES)
        throw new InputError(`${zip.name}: it has more than ${MOST_FILES} files`, 'Keep the scene alone in it.');
      if (!entry.directory) entries.push(entry);
    }
    return entries;
  } catch (error) {
    throw damaged(zip.name, error);
  }
}

function checkEntry(zip: string, { filename, encrypted, symlink, uncompressedSize }: FileEntry): void {
  checkPath(zip, filename);
  const refuse = (what: string): never => {
    throw new InputError(`${zip}: ${filename} ${what}`, 'Make the zip anew from the folder of the scene.');
  };
  if (encrypted) refuse('is encrypted');
  if (symlink) refuse('is a link');
  if (uncompressedSize > LARGEST_FILE) refuse(`claims to have ${byteSize(uncompressedSize)}, more than can be held in memory`);
}

/** Throws InputError for names that lead out of the folder, or that no file system has. */
function checkPath(from: string, path: string): void {
  const parts = path.split('/');
  const isPlain =
    parts.every((part) => part !== '' && part !== '.' && part !== '..') &&
    [...path].every((character) => character >= ' ' && character !== '\\') &&
    !/^[a-z]:/i.test(path);
  if (!isPlain)
    throw new InputError(
      `${from}: ${JSON.stringify(path)} is no path inside of it`,
      'It may be meant to write where it should not: make it anew from the folder of the scene.',
    );
}

/** What systems leave beside files. */
function isLitter(path: string): boolean {
  return path.split('/').some((part) => part === '__MACOSX' || part === '.DS_Store' || part === 'Thumbs.db' || part.startsWith('._'));
}

/** Reads no more than the entry said that it has, and all of it, with the right checksum. */
async function inflate(zip: string, entry: FileEntry): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(entry.uncompressedSize);
  let filled = 0;
  const writable = new WritableStream<Uint8Array>({
    write(chunk) {
      if (filled + chunk.length > bytes.length) throw new Error(`${entry.filename} unpacks to more than it says`);
      bytes.set(chunk, filled);
      filled += chunk.length;
    },
  });
  try {
    await entry.getData(writable, { checkSignature: true });
  } catch (error) {
    throw damaged(zip, error);
  }
  if (filled !== bytes.length) throw damaged(zip, new Error(`${entry.filename} is cut off`));
  return bytes;
}

function damaged(zip: string, error: unknown): unknown {
  if (error instanceof InputError || !(error instanceof Error)) return error;
  return new InputError(`${zip}: it cannot be unpacked (${error.message})`, 'Copy the file again, or make it anew.', { cause: error });
}

/** Takes away the folders that all files lie in; the innermost names the scene. */
function gather(name: string, files: readonly Incoming[]): IncomingFolder {
  if (files.length === 0)
    throw new InputError(`${name}: expected the files of a scene or a run, found none`, 'Drop the folder that holds them.');
  const shared = files[0].path.split('/').slice(0, -1);
  for (const { path } of files) {
    const parts = path.split('/').slice(0, -1);
    const differ = shared.findIndex((part, i) => parts[i] !== part);
    if (differ >= 0) shared.length = differ;
  }
  const from = shared.reduce((sum, part) => sum + part.length + 1, 0);
  return { name: shared.at(-1) ?? name, files: files.map(({ path, ...rest }) => ({ ...rest, path: path.slice(from) })) };
}
