/** Loaded into the program with --import: files whose path contains FULL_DISK_PATH take 1000 bytes, then the disk is full. */
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { open } = promises;

promises.open = async (path, flags, mode) => {
  const file = await open(path, flags, mode);
  if (flags === 'r' || !String(path).includes(process.env.FULL_DISK_PATH)) return file;
  const { write } = file;
  let left = 1000;
  file.write = async (data, offset, length) => {
    if (left === 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28, syscall: 'write' });
    const part = Math.min(left, length);
    left -= part;
    return write.call(file, data, offset, part);
  };
  return file;
};
syncBuiltinESMExports();
