/**
 * Results that appear together: they are written where nobody looks, and put in place when all of them are there. On failure, on Ctrl-C, on a
 * full disk what was there before stays as it was; a killed process leaves a hidden folder that the next one clears away. One writer at a time:
 * see write-into.ts.
 */
import { basename, dirname } from 'node:path';
import type { Files } from '../io/files.ts';
import type { FolderLock } from '../run/folder-lock.ts';
import { removeAtExit } from './at-exit.ts';

const NOTHING = async (): Promise<void> => undefined;

/**
 * Puts new content in the place of all that a folder of our own holds.
 *
 * @param fill writes the new content into the folder it is given
 * @param confirm asked before anything is put in place
 */
export async function replaceFolder<T>(
  files: Files,
  folder: string,
  fill: (unfinished: string) => Promise<T>,
  confirm: FolderLock['confirm'] = NOTHING,
): Promise<T> {
  const beside = (word: string): string => `${dirname(folder)}/.${basename(folder)}.${word}`;
  const earlier = beside('earlier');
  // Killed between two renames.
  if ((await files.kind(earlier)) === 'folder' && (await files.kind(folder)) === 'missing') await files.rename(earlier, folder);
  await files.remove(earlier);
  return whileUnfinished(files, beside('unfinished'), fill, async (unfinished) => {
    await confirm();
    const isThere = (await files.kind(folder)) === 'folder';
    if (isThere) await files.rename(folder, earlier);
    await files.rename(unfinished, folder);
    if (isThere) await files.remove(earlier);
  });
}

/**
 * Puts new files into a folder that may hold others, which stay, unless they have the name of a new one.
 *
 * @param fill writes the new files into the folder it is given
 * @param confirm asked before anything is put in place
 * @param clear removes what an earlier command of the kind left there; called when the new files are complete
 */
export async function replaceFiles<T>(
  files: Files,
  folder: string,
  fill: (unfinished: string) => Promise<T>,
  confirm: FolderLock['confirm'] = NOTHING,
  clear = NOTHING,
): Promise<T> {
  return whileUnfinished(files, `${folder}/.unfinished`, fill, async (unfinished) => {
    await confirm();
    await clear();
    await moveInto(files, unfinished, folder);
    await files.remove(unfinished);
  });
}

/** Where results go. */
export interface ResultPlace {
  readonly folder: string;
  /** Whether all that the folder holds is of the same command; else other files stay. */
  readonly isOwn: boolean;
  /** Removes what an earlier command of the kind left, where it is not own. */
  readonly clear?: () => Promise<void>;
}

export function replaceResults<T>(
  files: Files,
  { folder, isOwn, clear }: ResultPlace,
  fill: (unfinished: string) => Promise<T>,
  confirm: FolderLock['confirm'],
): Promise<T> {
  return isOwn ? replaceFolder(files, folder, fill, confirm) : replaceFiles(files, folder, fill, confirm, clear);
}

async function whileUnfinished<T>(
  files: Files,
  unfinished: string,
  fill: (unfinished: string) => Promise<T>,
  put: (unfinished: string) => Promise<void>,
): Promise<T> {
  await files.remove(unfinished);
  const callOff = removeAtExit(unfinished);
  try {
    const result = await fill(unfinished);
    await put(unfinished);
    return result;
  } catch (error) {
    await files.remove(unfinished);
    throw error;
  } finally {
    callOff();
  }
}

/** Moves all that a folder holds into another; files of the same name are replaced. */
export async function moveInto(files: Files, from: string, to: string): Promise<void> {
  for (const name of await files.list(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    const areFolders = (await files.kind(source)) === 'folder' && (await files.kind(target)) === 'folder';
    if (areFolders) await moveInto(files, source, target);
    else await files.rename(source, target);
  }
}
