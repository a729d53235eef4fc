/** Folders as a zip: a run, which the command line resumes, evaluates and serves once it is unpacked, or the pictures of it. */
import { BlobReader, ZipWriter } from '@zip.js/zip.js';
import { InputError, StorageError } from '../base/errors.ts';
import type { Files } from '../io/files.ts';
import { LOCK_FILE } from '../run/folder-lock.ts';
import { OWN_SCENE, RUNS } from './kept-paths.ts';
import { isNoRoom, pageFile, pageHandle } from './page-files.ts';

/**
 * Writes the zip, and gives its path.
 *
 * @param out folder for it
 * @param scene folder of the scene that goes with it as `scene/`; null: the run alone
 */
export function packRun(files: Files, name: string, scene: string | null, out: string): Promise<string> {
  const own = scene === null ? [] : [{ from: scene, to: `${name}/${OWN_SCENE}`, without: [] }];
  return pack(files, `${out}/${name}.zip`, [{ from: `${RUNS}/${name}`, to: name, without: [OWN_SCENE] }, ...own]);
}

/** The pictures and figures of the run's evaluation, likewise. Throws InputError if it was not evaluated. */
export async function packPictures(files: Files, name: string, out: string): Promise<string> {
  const from = `${RUNS}/${name}/eval`;
  if ((await files.kind(from)) !== 'folder') throw new InputError(`${name}: it has no pictures yet`, 'Evaluate it first.');
  return pack(files, `${out}/${name}-pictures.zip`, [{ from, to: `${name}-pictures`, without: [] }]);
}

interface Packed {
  readonly from: string;
  /** In the zip. */
  readonly to: string;
  /** Names right below `from` that stay behind. */
  readonly without: readonly string[];
}

/** File by file. What checkpoints, photos and pictures hold is packed already. */
async function pack(files: Files, path: string, folders: readonly Packed[]): Promise<string> {
  await files.writeAtomic(path, []);
  const stream = await (await pageHandle(path)).createWritable();
  const zip = new ZipWriter(stream, { level: 0 });
  const add = async ({ from, to, without }: Packed): Promise<void> => {
    for (const each of await files.list(from)) {
      if (each === LOCK_FILE || without.includes(each)) continue;
      const inner = { from: `${from}/${each}`, to: `${to}/${each}`, without: [] };
      if ((await files.kind(inner.from)) === 'folder') await add(inner);
      else await zip.add(inner.to, new BlobReader(await pageFile(inner.from)));
    }
  };
  try {
    for (const folder of folders) await add(folder);
    await zip.close();
  } catch (error) {
    await stream.abort().catch(() => undefined);
    await files.remove(path);
    if (isNoRoom(error))
      throw new StorageError(`${path}: the browser gives this page no more room`, 'Remove scenes or runs that are no longer needed.', {
        cause: error,
      });
    throw error;
  }
  return path;
}
