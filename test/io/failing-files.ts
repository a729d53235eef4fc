/** Node's files with failures on demand. */
import { nodeFiles } from '../../src/node/node-files.ts';
import { StorageError } from '../../src/base/errors.ts';
import type { Files } from '../../src/io/files.ts';

/** Every atomic write to a path that contains `part` finds the disk full. */
export function fullDisk(part: string): Files {
  return {
    ...nodeFiles,
    writeAtomic: (path, chunks) =>
      path.includes(part) ? Promise.reject(new StorageError(`${path}: the disk is full`)) : nodeFiles.writeAtomic(path, chunks),
  };
}
