/** What is made of files is made again only where one of them is another. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { whileUnchanged } from '../../src/node/while-unchanged.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

it('is kept while no file came, went or was written; what failed is tried again', async () => {
  const folder = temporaryFolder();
  const assets = join(folder, 'assets');
  let made = 0;
  let fails = false;
  const kept = whileUnchanged([folder, assets], () => (fails ? Promise.reject(new Error('not built')) : Promise.resolve(++made)));
  expect(await kept()).toBe(1);
  expect(await Promise.all([kept(), kept()])).toEqual([1, 1]);
  mkdirSync(assets);
  writeFileSync(join(assets, 'a.js'), 'one');
  expect(await Promise.all([kept(), kept()])).toEqual([2, 2]);
  writeFileSync(join(assets, 'a.js'), 'other');
  expect(await kept()).toBe(3);
  // As many bytes, written later.
  writeFileSync(join(assets, 'a.js'), 'again');
  utimesSync(join(assets, 'a.js'), 1000, 1000);
  expect(await kept()).toBe(4);
  rmSync(join(assets, 'a.js'));
  fails = true;
  await expect(kept()).rejects.toThrow('not built');
  fails = false;
  expect(await kept()).toBe(5);
});
