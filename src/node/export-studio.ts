/** The studio as a folder for any static host: its page, and of the built application's files those that it leads to. */
import { fileURLToPath } from 'node:url';
import { InputError } from '../base/errors.ts';
import { checkFolderFree } from '../run/check-folder-free.ts';
import { nodeFiles } from './node-files.ts';
import { replaceFiles } from './replace-folder.ts';
import { readViewerFile, VIEWER_FILES } from './static-viewer.ts';

/** The pages: the studio, and the viewer that it opens. */
const PAGES = { 'index.html': 'studio.html', 'viewer.html': 'viewer.html' };

/** Where `npm run build` puts the application, beside the compiled sources. */
const BUILT = fileURLToPath(new URL('../../web-viewer/', import.meta.url));

/** For hosts that read such a file: with them the page has threads. */
const HEADERS = '/*\n  Cross-Origin-Opener-Policy: same-origin\n  Cross-Origin-Embedder-Policy: require-corp\n';

/** Bytes that were written. Throws InputError if the studio is not built, or `out` is in use. */
export async function exportStudio(out: string, force: boolean): Promise<number> {
  await checkFolderFree(nodeFiles, out, force, 'export');
  if ((await nodeFiles.kind(`${BUILT}studio.html`)) !== 'file')
    throw new InputError(`The built studio is missing: ${BUILT}studio.html`, 'Run `npm run build`.');
  const pages: [string, Uint8Array<ArrayBuffer>][] = [];
  for (const [name, built] of Object.entries(PAGES)) pages.push([name, await nodeFiles.read(BUILT + built)]);
  const files = new Map<string, Uint8Array>([
    ...pages,
    ['icon.svg', await nodeFiles.read(`${BUILT}icon.svg`)],
    ['licences.txt', await nodeFiles.read(`${BUILT}licences.txt`)],
    ['_headers', new TextEncoder().encode(HEADERS)],
    ...(await assetsOf(pages.map(([, page]) => page))),
  ]);
  for (const name of VIEWER_FILES) files.set(`static-viewer/${name}`, await readViewerFile(name));
  await replaceFiles(nodeFiles, out, async (unfinished) => {
    for (const [path, content] of files) await nodeFiles.writeAtomic(`${unfinished}/${path}`, [content]);
  });
  return [...files.values()].reduce((sum, { length }) => sum + length, 0);
}

/** Names of assets are like no other text: what mentions one needs it. */
async function assetsOf(pages: readonly Uint8Array<ArrayBuffer>[]): Promise<[string, Uint8Array<ArrayBuffer>][]> {
  const names = await nodeFiles.list(`${BUILT}assets`);
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  const waiting = [...pages];
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
    const text = new TextDecoder().decode(from);
    for (const name of names) {
      if (found.has(name) || !text.includes(name)) continue;
      const content = await nodeFiles.read(`${BUILT}assets/${name}`);
      found.set(name, content);
      if (/\.(js|css)$/.test(name)) waiting.push(content);
    }
  }
  return [...found].map(([name, content]) => [`assets/${name}`, content]);
}
