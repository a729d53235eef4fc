/**
 * One writer a folder. While a run is trained, measured or exported into, LOCK_FILE in it says by whom: a second writer is refused with the
 * holder's name. Readers need no lock and look at none: whatever they read was renamed into place whole.
 */

/** In the locked folder; JSON. */
export const LOCK_FILE = 'lock.json';

export interface FolderLock {
  /**
   * To be asked before something is written.
   *
   * @throws StorageError if another process took the folder over, because this one stood still for too long
   */
  confirm(): Promise<void>;
  /** May be called again. */
  release(): Promise<void>;
}

/** A process that holds a lock, and lives as far as can be told. */
export interface LockHolder {
  readonly host: string;
  readonly pid: number;
  /** As a person would type it again. */
  readonly command: string;
  /** Whether it runs where this process does, so that it can be sent a signal. */
  readonly here: boolean;
}

/** Makes the folder if it is missing. Throws LockedError. */
export type LockFolder = (folder: string) => Promise<FolderLock>;

/** Holds the lock of `folder` during `action`. */
export async function whileLocked<T>(lockFolder: LockFolder, folder: string, action: (lock: FolderLock) => Promise<T>): Promise<T> {
  const lock = await lockFolder(folder);
  try {
    return await action(lock);
  } finally {
    await lock.release();
  }
}
