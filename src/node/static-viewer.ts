/** The viewer that needs no server, as it was built. */
import { fileURLToPath } from 'node:url';
import { InputError } from '../base/errors.ts';
import { nodeFiles } from './node-files.ts';

/** Where `npm run build` puts it, beside the compiled sources. */
const BUILT = fileURLToPath(new URL('../../static-viewer/', import.meta.url));

export async function readViewerFile(name: string): Promise<Uint8Array> {
  try {
    return await nodeFiles.read(BUILT + name);
  } catch (cause) {
    throw new InputError(`The built viewer is missing: ${BUILT}${name}`, 'Run `npm run build`.', { cause });
  }
}
