import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodeFiles } from '../../src/node/node-files.ts';
import { readChosenUp, saveChosenUp, VIEW_FILE } from '../../src/run/view-file.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

it('keeps the way that is up, and nothing where nobody chose', async () => {
  const folder = temporaryFolder();
  expect(await readChosenUp(nodeFiles, folder)).toBeNull();
  await saveChosenUp(nodeFiles, folder, [0, -1, 0]);
  expect(await readChosenUp(nodeFiles, folder)).toEqual([0, -1, 0]);
  expect(JSON.parse(readFileSync(join(folder, VIEW_FILE), 'utf8'))).toEqual({ version: 1, up: [0, -1, 0] });
});

it('takes a direction of any length, and no other', async () => {
  const folder = temporaryFolder();
  const write = (up: unknown): void => writeFileSync(join(folder, VIEW_FILE), JSON.stringify({ version: 1, up }));
  write([0, 3, 4]);
  expect(await readChosenUp(nodeFiles, folder)).toEqual([0, 0.6, 0.8]);
  for (const up of [[0, 0, 0], [1, 2], 'z', [1e-9, 0, 0]]) {
    write(up);
    await expect(readChosenUp(nodeFiles, folder), JSON.stringify(up)).rejects.toThrow(/view\.json: up/);
  }
  writeFileSync(join(folder, VIEW_FILE), '{');
  await expect(readChosenUp(nodeFiles, folder)).rejects.toThrow(/view\.json: expected JSON/);
});
