/** A browser's private file system in memory, as far as the page uses it: a new file is there, and empty, before it is written; a stream changes it when it is closed. */
import { LockedError } from '../../src/base/errors.ts';
import type { LockFolder } from '../../src/run/folder-lock.ts';
import type { Files } from '../../src/io/files.ts';

type Entry = FakeFile | FakeFolder;

const failure = (name: string): Error => Object.assign(new Error(name), { name });

/** What happens to those that write. */
export interface Fate {
  /** The tab is closed: no write ends. */
  closed: boolean;
}

class FakeFile {
  content = new Uint8Array();
  readonly folder: { of: FakeFolder; name: string };
  private readonly fate: Fate;

  constructor(fate: Fate, of: FakeFolder, name: string) {
    this.fate = fate;
    this.folder = { of, name };
  }

  getFile(): Promise<File> {
    return Promise.resolve(new File([this.content], this.folder.name));
  }

  createWritable({ keepExistingData = false } = {}): Promise<object> {
    const chunks: Uint8Array[] = keepExistingData ? [this.content] : [];
    return Promise.resolve({
      seek: () => Promise.resolve(),
      write: (chunk: Uint8Array) => {
        chunks.push(chunk.slice());
        return this.fate.closed ? new Promise(() => undefined) : Promise.resolve();
      },
      close: () => {
        this.content = new Uint8Array(Buffer.concat(chunks));
        return Promise.resolve();
      },
      abort: () => Promise.resolve(),
    });
  }

  move(to: FakeFolder, name: string): Promise<void> {
    if (to.entries.has(name)) throw failure('InvalidModificationError');
    this.folder.of.entries.delete(this.folder.name);
    to.entries.set(name, this);
    Object.assign(this.folder, { of: to, name });
    return Promise.resolve();
  }
}

class FakeFolder {
  readonly entries = new Map<string, Entry>();
  private readonly fate: Fate;

  constructor(fate: Fate) {
    this.fate = fate;
  }

  private async entry<T extends Entry>(name: string, kind: abstract new (...given: never[]) => T, make: (() => T) | null): Promise<T> {
    const found = this.entries.get(name);
    if (found instanceof kind) return Promise.resolve(found);
    if (found !== undefined) throw failure('TypeMismatchError');
    if (make === null) throw failure('NotFoundError');
    const made = make();
    this.entries.set(name, made);
    return made;
  }

  getFileHandle(name: string, { create = false } = {}): Promise<FakeFile> {
    return this.entry(name, FakeFile, create ? () => new FakeFile(this.fate, this, name) : null);
  }

  getDirectoryHandle(name: string, { create = false } = {}): Promise<FakeFolder> {
    return this.entry(name, FakeFolder, create ? () => new FakeFolder(this.fate) : null);
  }

  async removeEntry(name: string): Promise<void> {
    if (!this.entries.delete(name)) throw await Promise.resolve(failure('NotFoundError'));
  }

  async *keys(): AsyncGenerator<string> {
    for (const name of [...this.entries.keys()]) yield await Promise.resolve(name);
  }
}

export function fakeOpfs(fate: Fate = { closed: false }): FileSystemDirectoryHandle {
  return new FakeFolder(fate) as unknown as FileSystemDirectoryHandle;
}

/** Locks that several tabs share. */
export function fakeLocks(files: Files, held = new Set<string>()): LockFolder {
  return async (folder) => {
    if (held.has(folder)) throw new LockedError(`${folder} is in use`);
    held.add(folder);
    await files.makeFolder(folder);
    return {
      confirm: () => Promise.resolve(),
      release: () => {
        held.delete(folder);
        return Promise.resolve();
      },
    };
  };
}
