import { expect, test } from 'vitest';
import { DeviceError, InputError, StorageError } from '../../src/base/errors.ts';
import { pageFiles } from '../../src/page/page-files.ts';
import { piecesOf } from '../io/pieces.ts';
import { fakeOpfs } from './fake-opfs.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = async (read: Promise<Uint8Array>): Promise<string> => new TextDecoder().decode(await read);

test('files are written, replaced, lengthened, moved with their folder', async () => {
  const files = pageFiles(fakeOpfs(), '/out/tab');
  await files.writeAtomic('/a/b/c.txt', [bytes('on'), bytes('e')]);
  await files.writeAtomic('/a/b/c.txt', [bytes('two')]);
  await files.append('/a/log', 'x');
  await files.append('/a/log', 'y');
  await files.rename('/a', '/d');
  expect(await textOf(files.read('/d/b/c.txt'))).toBe('two');
  expect(await textOf(files.read('/d/log'))).toBe('xy');
  expect(await files.kind('/a')).toBe('missing');
  expect(await files.list('/out/tab')).toEqual([]);
  await expect(files.writeAtomic('/d/b', [bytes('x')])).rejects.toThrow(StorageError);
  await expect(files.read('/d/b')).rejects.toThrow(InputError);
});

test('pieces are written as they are made; where one cannot be, the old file stays and the error is its own', async () => {
  const files = pageFiles(fakeOpfs(), '/out/tab');
  await files.writeAtomic('/run/x', piecesOf('one ', 'two'));
  const lost = new DeviceError('the device is lost');
  for (const name of ['x', 'new']) await expect(files.writeAtomic(`/run/${name}`, piecesOf('three', lost))).rejects.toBe(lost);
  expect(await textOf(files.read('/run/x'))).toBe('one two');
  expect(await files.list('/run')).toEqual(['x']);
  expect(await files.list('/out/tab')).toEqual([]);
});

test('a tab that is closed while it writes leaves no new file, and old ones as they were', async () => {
  const fate = { closed: false };
  const root = fakeOpfs(fate);
  const files = pageFiles(root, '/out/tab');
  await files.writeAtomic('/run/old', [bytes('as it was')]);
  fate.closed = true;
  for (const name of ['old', 'new']) void files.writeAtomic(`/run/${name}`, [bytes('half')]);
  void files.append('/run/log', 'half');
  await new Promise((resolve) => setTimeout(resolve, 20));
  fate.closed = false;
  const later = pageFiles(root, '/out/other');
  expect(await later.list('/run')).toEqual(['old']);
  expect(await textOf(later.read('/run/old'))).toBe('as it was');
  // Nobody but the one who tidies up sees them.
  expect(await later.list('/out/tab')).toHaveLength(2);
});
