/** Whether a folder may be written into: to be asked before anything is computed. */
import { InputError } from '../base/errors.ts';
import type { Files } from '../io/files.ts';
import { LOCK_FILE } from './folder-lock.ts';

/**
 * A folder with nothing in it but a lock, hidden files and what a killed process left is free.
 *
 * @param what is to be written, as in "a folder for the run"
 * @param force other files stay, those of the same names are replaced
 * @throws InputError
 */
export async function checkFolderFree(files: Files, folder: string, force: boolean, what: string): Promise<void> {
  const kind = await files.kind(folder);
  if (kind === 'missing') return;
  if (kind === 'file')
    throw new InputError(`${folder}: expected a folder for the ${what}, found a file`, 'Choose another folder with --out.');
  if (force || !(await files.list(folder)).some((name) => name !== LOCK_FILE && !name.startsWith('.'))) return;
  throw new InputError(
    `${folder}: the output folder is in use`,
    `Choose another folder with --out, or replace the ${what} in it with --force.`,
  );
}
