/** The viewer that needs no server, as it was built. */
import { fileURLToPath } from 'node:url';
import { InputError } from '../base/errors.ts';
import { nodeFiles } from './node-files.ts';

/** Where `npm run build` puts it, beside the compiled sources. */
export const STATIC_VIEWER = fileURLToPath(new URL('../../static-viewer/', import.meta.url));

/** What it consists of. */
export const VIEWER_FILES = ['viewer.html', 'viewer.js', 'viewer.css', 'licences.txt'];

export async function readViewerFile(name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await nodeFiles.read(STATIC_VIEWER + name);
  } catch (cause) {
    throw new InputError(`The built viewer is missing: ${STATIC_VIEWER}${name}`, 'Run `npm run build`.', { cause });
  }
}
