/** The studio as it was built: its pages, and of the application's files those that they lead to. */
import { fileURLToPath } from 'node:url';
import { InputError } from '../base/errors.ts';
import { sha256, toHex } from '../io/sha256.ts';
import { nodeFiles } from './node-files.ts';
import { readViewerFile, STATIC_VIEWER, VIEWER_FILES } from './static-viewer.ts';
import { whileUnchanged } from './while-unchanged.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** By their paths from the page on. */
export type StudioFiles = ReadonlyMap<string, Bytes>;

/** Where `npm run build` puts the application, beside the compiled sources. */
const BUILT = fileURLToPath(new URL('../../web-viewer/', import.meta.url));

/** The studio, and the viewer that it opens. */
const PAGES = ['studio.html', 'viewer.html'];

/** Throws InputError if it is not built. */
export async function studioFiles(): Promise<StudioFiles> {
  const named = async (path: string): Promise<[string, Bytes]> => [path, await readBuilt(path)];
  const pages = await Promise.all(PAGES.map(named));
  const others = await Promise.all(['icon.svg', 'licences.txt'].map(named));
  const viewer = VIEWER_FILES.map(async (name) => [`static-viewer/${name}`, await readViewerFile(name)] as const);
  return new Map([...pages, ...others, ...(await assetsOf(pages.map(([, page]) => page))), ...(await Promise.all(viewer))]);
}

/** The program that `offlineScript` begins. */
export function offlineWorker(): Promise<Bytes> {
  return readBuilt('offline-worker.js');
}

/**
 * The script that has browsers keep files, so that the page opens without network. Its version is another where a file, or the worker itself, has other
 * bytes: a worker that comes keeps nothing under the name of the one before.
 *
 * @param worker web-viewer/studio/offline-worker.ts, as it was built
 * @param more addresses besides the files' paths
 */
export async function offlineScript(worker: Bytes, files: StudioFiles, more: readonly string[]): Promise<Bytes> {
  const hashes = await Promise.all([...files].map(async ([path, content]) => `${path} ${toHex(await sha256(content))}`));
  const version = toHex(await sha256(new TextEncoder().encode([...hashes.sort(), ...more, toHex(await sha256(worker))].join('\n'))));
  const kept = { version, files: [...more, ...files.keys()] };
  const head = new TextEncoder().encode(`self.KEPT = ${JSON.stringify(kept)};\n`);
  const script = new Uint8Array(head.length + worker.length);
  script.set(head);
  script.set(worker, head.length);
  return script;
}

/** The script of the studio as a server has it, at /studio. Hashed once for each build. */
export const servedOfflineScript: () => Promise<Bytes> = whileUnchanged([BUILT, `${BUILT}assets`, STATIC_VIEWER], async () =>
  offlineScript(await offlineWorker(), await studioFiles(), ['studio']),
);

async function readBuilt(path: string): Promise<Bytes> {
  if ((await nodeFiles.kind(BUILT + path)) !== 'file')
    throw new InputError(`The built studio is missing: ${BUILT}${path}`, 'Run `npm run build`.');
  return nodeFiles.read(BUILT + path);
}

/** Names of assets are like no other text: what mentions one needs it. */
async function assetsOf(pages: readonly Bytes[]): Promise<[string, Bytes][]> {
  const names = await nodeFiles.list(`${BUILT}assets`);
  const found = new Map<string, Bytes>();
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
