/** The studio as a folder for any static host. */
import { checkFolderFree } from '../run/check-folder-free.ts';
import { nodeFiles } from './node-files.ts';
import { replaceFiles } from './replace-folder.ts';
import { offlineScript, offlineWorker, studioFiles, type StudioFiles } from './studio-files.ts';

/** For hosts that read such a file: with them the page has threads. */
const HEADERS = '/*\n  Cross-Origin-Opener-Policy: same-origin\n  Cross-Origin-Embedder-Policy: require-corp\n';

/** Bytes that were written. Throws InputError if the studio is not built, or `out` is in use. */
export async function exportStudio(out: string, force: boolean): Promise<number> {
  await checkFolderFree(nodeFiles, out, force, 'export');
  const files: StudioFiles = new Map(
    [...(await studioFiles())].map(([path, content]) => [path === 'studio.html' ? 'index.html' : path, content]),
  );
  const written = new Map([
    ...files,
    ['offline.js', await offlineScript(await offlineWorker(), files, ['./'])],
    ['_headers', new TextEncoder().encode(HEADERS)],
  ]);
  await replaceFiles(nodeFiles, out, async (unfinished) => {
    for (const [path, content] of written) await nodeFiles.writeAtomic(`${unfinished}/${path}`, [content]);
  });
  return [...written.values()].reduce((sum, { length }) => sum + length, 0);
}
