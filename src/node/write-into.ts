/** Results that a command writes into a run, or elsewhere: one writer at a time. */
import { isAbsolute, relative, resolve } from 'node:path';
import { type FolderLock, whileLocked } from '../run/folder-lock.ts';
import { lockFolder } from './lock-folder.ts';

/** A file is replaced as a whole, by whoever comes last. */
const UNLOCKED: Pick<FolderLock, 'confirm'> = { confirm: async () => undefined };

/**
 * Runs `action`, which writes to `out`: under the run's lock if that lies in the run; another folder is locked itself, and a file needs no lock,
 * for it is replaced as a whole.
 *
 * @throws LockedError if another process writes there
 */
export function whileWritingInto<T>(
  run: string,
  out: string,
  kind: 'file' | 'folder',
  action: (lock: Pick<FolderLock, 'confirm'>) => Promise<T>,
): Promise<T> {
  const inside = relative(resolve(run), resolve(out));
  if (!inside.startsWith('..') && !isAbsolute(inside)) return whileLocked(lockFolder, run, action);
  return kind === 'file' ? action(UNLOCKED) : whileLocked(lockFolder, out, action);
}
