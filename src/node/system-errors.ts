/** What the system says of files, as errors that say what to do. */
import { InputError, StorageError } from '../base/errors.ts';

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

/** Node refuses such a path before the system sees it. */
function hasNul(path: string, error: unknown): InputError | null {
  if (!path.includes('\0')) return null;
  return new InputError(`${path}: a path cannot hold a NUL character`, 'Correct the name where it is written.', { cause: error });
}

/** What a failure to read `path` means to the user; anything else as it is. */
export function unreadable(path: string, error: unknown): unknown {
  if (!isSystemError(error)) return hasNul(path, error) ?? error;
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new InputError(`${path}: no such file or folder`, 'Check the path.', { cause: error });
    case 'EISDIR':
      return new InputError(`${path}: expected a file, found a folder`, 'Check the path.', { cause: error });
    // Opening a socket, or a device that is not there.
    case 'ENXIO':
      return new InputError(`${path}: expected a file, found a socket or a device`, 'Check the path.', { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new InputError(`${path}: not permitted to read it`, 'Change its permissions, or run as a user who may read it.', {
        cause: error,
      });
    case 'ENAMETOOLONG':
      return new InputError(`${path}: the name is longer than the file system allows`, 'Check the path.', { cause: error });
    case 'ELOOP':
      return new InputError(`${path}: links that lead round in a circle`, 'Check the links on the way.', { cause: error });
    default:
      return new InputError(`${path}: cannot be read (${error.code}: ${error.message})`, 'Check the file and its disk, or replace it.', {
        cause: error,
      });
  }
}

/**
 * What a failure to write `path` means to the user; anything else as it is.
 *
 * @param bytes that were to be written; null: none
 */
export function unwritable(path: string, bytes: number | null, error: unknown): unknown {
  if (!isSystemError(error)) return hasNul(path, error) ?? error;
  const what = bytes === null ? path : `${path} (${bytes} bytes)`;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new StorageError(
        `${what}: the disk is full; nothing was changed`,
        'Free some space on that disk, then resume the run or repeat the command.',
        {
          cause: error,
        },
      );
    case 'EACCES':
    case 'EPERM':
      return new StorageError(`${what}: not permitted to write there`, 'Choose another place with --out, or change the permissions.', {
        cause: error,
      });
    case 'EROFS':
      return new StorageError(`${what}: the file system is read-only`, 'Choose another place with --out.', { cause: error });
    case 'EEXIST':
    case 'ENOTDIR':
      return new StorageError(`${what}: a file is in the way where a folder is needed`, 'Choose another place with --out.', {
        cause: error,
      });
    default:
      return new StorageError(`${what}: cannot be written (${error.code}: ${error.message})`, undefined, { cause: error });
  }
}
