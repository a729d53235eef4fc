import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { unwritable } from '../../src/node/system-errors.ts';
import { DeviceError, InputError, StorageError } from '../../src/base/errors.ts';
import { sha256, toHex } from '../../src/io/sha256.ts';
import { piecesOf } from '../io/pieces.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('nodeFiles', () => {
  it('writes chunks atomically, creates parents and leaves no temporary file', async () => {
    const folder = join(temporaryFolder(), 'a/b');
    await nodeFiles.writeAtomic(join(folder, 'x.bin'), [text('one '), text(''), text('two')]);
    expect(readFileSync(join(folder, 'x.bin'), 'utf8')).toBe('one two');
    expect(readdirSync(folder)).toEqual(['x.bin']);
    expect(await nodeFiles.kind(folder)).toBe('folder');
    expect(await nodeFiles.kind(join(folder, 'x.bin'))).toBe('file');
    expect(await nodeFiles.kind(join(folder, 'x.bin', 'y'))).toBe('missing');
  });

  it('writes pieces as they are made; where one cannot be, the old file stays and the error is its own', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'x.bin');
    await nodeFiles.writeAtomic(path, piecesOf('one ', 'two'));
    expect(readFileSync(path, 'utf8')).toBe('one two');
    const lost = new DeviceError('the device is lost');
    await expect(nodeFiles.writeAtomic(path, piecesOf('three', lost))).rejects.toBe(lost);
    expect(readFileSync(path, 'utf8')).toBe('one two');
    expect(readdirSync(folder)).toEqual(['x.bin']);
  });

  it('reads back what it wrote', async () => {
    const path = join(temporaryFolder(), 'x.bin');
    const data = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
    await nodeFiles.writeAtomic(path, [data.subarray(0, 5), data.subarray(5)]);
    expect(Buffer.compare(await nodeFiles.read(path), data)).toBe(0);
    const twoBlocks = Uint8Array.from({ length: 2 ** 20 + 7 }, (_, i) => i * 13);
    for (const content of [data, twoBlocks, new Uint8Array()]) {
      await nodeFiles.writeAtomic(path, [content]);
      expect(toHex(await nodeFiles.hash(path))).toBe(toHex(await sha256(content)));
    }
  });

  it('refuses what is no file, at once, and what is larger than expected', async () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    writeFileSync(join(folder, 'large'), 'four');
    await expect(nodeFiles.read(join(folder, 'pipe'))).rejects.toThrow(/pipe: expected a file, found a named pipe/);
    const socket = createServer().listen(join(folder, 'socket'));
    await once(socket, 'listening');
    await expect(nodeFiles.read(join(folder, 'socket'))).rejects.toThrow(/socket: expected a file, found a socket/);
    socket.close();
    await expect(nodeFiles.read('/dev/zero')).rejects.toThrow(/expected a file, found a device/);
    await expect(nodeFiles.read(folder)).rejects.toThrow(/expected a file, found a folder/);
    await expect(nodeFiles.read(join(folder, 'large'), 3)).rejects.toThrow(/expected at most 3 bytes, found 4/);
    await expect(sharpCodec.decode(join(folder, 'pipe'))).rejects.toThrow(/pipe: expected a file, found a named pipe/);
  });

  it('keeps the old file and removes the temporary one when the rename fails', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'target/inside'), { recursive: true });
    const failure = await nodeFiles.writeAtomic(join(folder, 'target'), [text('x')]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StorageError);
    expect((failure as Error).message).toContain(join(folder, 'target'));
    expect(readdirSync(folder)).toEqual(['target']);
    expect(existsSync(join(folder, 'target/inside'))).toBe(true);
  });

  it('reports a file where a folder is needed', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(nodeFiles.writeAtomic(join(folder, 'file/x'), [text('x')])).rejects.toThrow(StorageError);
    await expect(nodeFiles.makeFolder(join(folder, 'file/x'))).rejects.toThrow(StorageError);
  });

  it('names the file that cannot be read', async () => {
    const folder = temporaryFolder();
    await expect(nodeFiles.read(join(folder, 'none'))).rejects.toThrow(InputError);
    await expect(nodeFiles.read(join(folder, 'none'))).rejects.toThrow(join(folder, 'none'));
    await expect(nodeFiles.read(folder)).rejects.toThrow('expected a file, found a folder');
    await expect(nodeFiles.list(join(folder, 'none'))).rejects.toThrow(InputError);
  });

  it('appends, removes, and removes what is missing', async () => {
    const folder = temporaryFolder();
    await nodeFiles.append(join(folder, 'lines'), 'a\n');
    await nodeFiles.append(join(folder, 'lines'), 'b\n');
    await nodeFiles.append(join(folder, 'lines'), new TextEncoder().encode('ü\n'));
    expect(readFileSync(join(folder, 'lines'), 'utf8')).toBe('a\nb\nü\n');
    const { bytes, read } = await nodeFiles.parts(join(folder, 'lines'));
    const part = async (begin: number, count: number): Promise<string> => Buffer.from(await read(begin, count)).toString();
    expect(bytes).toBe(7);
    expect([await part(0, 100), await part(2, 2), await part(4, 100), await part(7, 1), await part(9, 1)]).toEqual([
      'a\nb\nü\n',
      'b\n',
      'ü\n',
      '',
      '',
    ]);
    await expect(nodeFiles.parts(folder)).rejects.toThrow('expected a file, found a folder');
    await nodeFiles.remove(join(folder, 'lines'));
    await expect(read(0, 1)).rejects.toThrow(InputError);
    await nodeFiles.remove(join(folder, 'lines'));
    expect(await nodeFiles.list(folder)).toEqual([]);
  });

  it('has words for names that no file can have, and for links in a circle', async () => {
    const folder = temporaryFolder();
    for (const use of [nodeFiles.read, nodeFiles.kind, nodeFiles.list, (path: string) => nodeFiles.writeAtomic(path, [])]) {
      await expect(use(join(folder, 'a\0b'))).rejects.toThrow(InputError);
      await expect(use(join(folder, 'a\0b'))).rejects.toThrow('a path cannot hold a NUL character');
    }
    await expect(nodeFiles.read(join(folder, 'x'.repeat(300)))).rejects.toThrow('longer than the file system allows');
    symlinkSync('loop', join(folder, 'loop'));
    await expect(nodeFiles.read(join(folder, 'loop'))).rejects.toThrow('links that lead round in a circle');
  });

  it('tells a read-only file system from missing permissions', () => {
    const failure = (code: string): unknown => unwritable('/x', 3, Object.assign(new Error(code), { code, syscall: 'open' }));
    expect(failure('EROFS')).toBeInstanceOf(StorageError);
    expect(String(failure('EROFS'))).toContain('the file system is read-only');
    expect(String(failure('EACCES'))).toContain('not permitted to write there');
  });
});
