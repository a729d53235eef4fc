/** Results that are replaced as a whole: what was there before stays until the new ones are complete, on failure and on Ctrl-C too. One writer at a time: see write-into.ts. */
import { basename, dirname } from 'node:path';
import { removeAtExit } from './at-exit.ts';
import type { Files } from '../io/files.ts';

/** @param fill writes the new content into the folder it is given, which lies beside `folder` */
export async function replaceFolder<T>(files: Files, folder: string, fill: (unfinished: string) => Promise<T>): Promise<T> {
  const unfinished = `${dirname(folder)}/.${basename(folder)}.unfinished`;
  await files.remove(unfinished);
  const callOff = removeAtExit(unfinished);
  try {
    const result = await fill(unfinished);
    await files.remove(folder);
    await files.rename(unfinished, folder);
    return result;
  } catch (error) {
    await files.remove(unfinished);
    throw error;
  } finally {
    callOff();
  }
}
