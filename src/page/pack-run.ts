/** A run as a zip that the command line resumes, evaluates and serves once it is unpacked. */
import { BlobReader, ZipWriter } from '@zip.js/zip.js';
import { StorageError } from '../base/errors.ts';
import type { Files } from '../io/files.ts';
import { OWN_SCENE, RUNS } from './library.ts';
import { pageFile, pageHandle } from './page-files.ts';
import { LOCK_FILE } from '../run/folder-lock.ts';

/**
 * Writes it beside the runs, file by file, and gives its path. What checkpoints and photos hold is packed already.
 *
 * @param out folder for it
 * @param scene folder of the scene that goes with it as `scene/`; null: the run alone
 */
export async function packRun(files: Files, name: string, scene: string | null, out: string): Promise<string> {
  const path = `${out}/${name}.zip`;
  const folder = `${RUNS}/${name}`;
  await files.writeAtomic(path, []);
  const stream = await (await pageHandle(path)).createWritable();
  const zip = new ZipWriter(stream, { level: 0 });
  const add = async (from: string, to: string): Promise<void> => {
    for (const each of await files.list(from)) {
      const kind = await files.kind(`${from}/${each}`);
      if (each === LOCK_FILE || (from === folder && each === OWN_SCENE)) continue;
      if (kind === 'folder') await add(`${from}/${each}`, `${to}/${each}`);
      else await zip.add(`${to}/${each}`, new BlobReader(await pageFile(`${from}/${each}`)));
    }
  };
  try {
    await add(folder, name);
    if (scene !== null) await add(scene, `${name}/${OWN_SCENE}`);
    await zip.close();
  } catch (error) {
    await stream.abort().catch(() => undefined);
    await files.remove(path);
    if (error instanceof Error && error.name === 'QuotaExceededError')
      throw new StorageError(`${name}.zip: the browser gives this page no more room`, 'Remove scenes or runs that are no longer needed.', {
        cause: error,
      });
    throw error;
  }
  return path;
}
