import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../src/node/node-files.ts';
import { replaceFiles, replaceFolder } from '../../src/node/replace-folder.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

/** A folder `eval/test` with one old result; the first argument is `eval`. */
function withOldResult(): [string, string] {
  const parent = join(temporaryFolder(), 'eval');
  const folder = join(parent, 'test');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'old.png'), 'old');
  return [parent, folder];
}

const write = (path: string): Promise<void> => nodeFiles.writeAtomic(path, [new TextEncoder().encode('new')]);

describe('replaceFolder', () => {
  it('leaves nothing of the old results, and nothing beside the new ones', async () => {
    const [parent, folder] = withOldResult();
    const result = await replaceFolder(nodeFiles, folder, async (unfinished) => {
      await write(join(unfinished, 'new.png'));
      expect(readdirSync(folder), 'the old ones are there until the end').toEqual(['old.png']);
      return 7;
    });
    expect(result).toBe(7);
    expect(readdirSync(folder)).toEqual(['new.png']);
    expect(readdirSync(parent)).toEqual(['test']);
  });

  it('keeps the old results when the new ones fail', async () => {
    const [parent, folder] = withOldResult();
    const failing = replaceFolder(nodeFiles, folder, async (unfinished) => {
      await write(join(unfinished, 'new.png'));
      throw new Error('no more room');
    });
    await expect(failing).rejects.toThrow('no more room');
    expect(readFileSync(join(folder, 'old.png'), 'utf8')).toBe('old');
    expect(readdirSync(parent)).toEqual(['test']);
  });

  it('clears away what a killed process left unfinished', async () => {
    const [parent, folder] = withOldResult();
    mkdirSync(join(parent, '.test.unfinished'));
    writeFileSync(join(parent, '.test.unfinished', 'half.png'), '');
    await replaceFolder(nodeFiles, folder, (unfinished) => write(join(unfinished, 'new.png')));
    expect(readdirSync(folder)).toEqual(['new.png']);
  });

  it('brings back what a process had put aside when it was killed', async () => {
    const [parent, folder] = withOldResult();
    renameSync(folder, join(parent, '.test.earlier'));
    const failing = replaceFolder(nodeFiles, folder, () => Promise.reject(new Error('no more room')));
    await expect(failing).rejects.toThrow('no more room');
    expect(readdirSync(folder)).toEqual(['old.png']);
    expect(readdirSync(parent)).toEqual(['test']);
  });

  it('puts nothing in place without being allowed to', async () => {
    const [, folder] = withOldResult();
    const lost = (): Promise<void> => Promise.reject(new Error('the lock is lost'));
    const failing = replaceFolder(nodeFiles, folder, (unfinished) => write(join(unfinished, 'new.png')), lost);
    await expect(failing).rejects.toThrow('the lock is lost');
    expect(readdirSync(folder)).toEqual(['old.png']);
  });
});

describe('replaceFiles', () => {
  const fill = async (unfinished: string): Promise<void> => {
    await write(join(unfinished, 'new.png'));
    await write(join(unfinished, 'folder/new.png'));
  };

  it('leaves the files of others, those in folders too', async () => {
    const [, folder] = withOldResult();
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'folder/mine.txt'), 'mine');
    writeFileSync(join(folder, 'new.png'), 'older');
    await replaceFiles(nodeFiles, folder, fill, undefined, () => nodeFiles.remove(join(folder, 'old.png')));
    expect(readdirSync(folder).sort()).toEqual(['folder', 'new.png']);
    expect(readdirSync(join(folder, 'folder')).sort()).toEqual(['mine.txt', 'new.png']);
    expect(readFileSync(join(folder, 'new.png'), 'utf8')).toBe('new');
  });

  it('changes nothing on failure, and clears what was there only when all is complete', async () => {
    const [, folder] = withOldResult();
    const failing = replaceFiles(
      nodeFiles,
      folder,
      async (unfinished) => {
        await fill(unfinished);
        throw new Error('no more room');
      },
      undefined,
      () => nodeFiles.remove(join(folder, 'old.png')),
    );
    await expect(failing).rejects.toThrow('no more room');
    expect(readdirSync(folder)).toEqual(['old.png']);
  });
});
