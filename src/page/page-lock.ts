/** Locks of folders in a page: the browser's own (Web Locks), which end with the tab that holds them, however it ends. */
import { LockedError } from '../base/errors.ts';
import type { Files } from '../io/files.ts';
import type { FolderLock, LockFolder, LockHolder } from '../run/folder-lock.ts';

const nameOf = (folder: string): string => `spikeray:/${folder.split('/').filter(Boolean).join('/')}`;

/** Throws LockedError if another tab, or another worker of this one, holds it. */
export function lockPageFolder(files: Files): LockFolder {
  return async (folder) => {
    const lock = await takeLock(folder);
    try {
      await files.makeFolder(folder);
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  };
}

/** Throws LockedError. The folder need not be there. */
export function takeLock(folder: string): Promise<FolderLock> {
  return new Promise((resolve, reject) => {
    const released = navigator.locks.request(nameOf(folder), { ifAvailable: true }, async (lock): Promise<void> => {
      if (lock === null)
        throw new LockedError(`${folder} is in use in another tab`, 'Wait until it has ended, or close that tab; then try again.');
      await new Promise<void>((release) => {
        resolve({
          confirm: () => Promise.resolve(),
          // Whoever comes next finds it free.
          release: async () => {
            release();
            await released;
          },
        });
      });
    });
    released.catch(reject);
  });
}

export async function pageHolder(folder: string): Promise<LockHolder | null> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === nameOf(folder)) ? { host: 'this browser', pid: 0, command: '', here: false } : null;
}
