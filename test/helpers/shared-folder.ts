/** What several test files of a group need, made by the first that asks (test/setup/shared-folder.ts). */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

/** A folder that nobody changes. Where two ask at once, both make it and one is kept. */
export async function sharedFolder(name: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(inject('shared'), name);
  if (existsSync(folder)) return folder;
  const own = `${folder}.${process.pid}`;
  await make(own);
  try {
    renameSync(own, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(own, { recursive: true });
  }
  return folder;
}
