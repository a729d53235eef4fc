/** Where the package lies, whether this runs from its dist/ or from the sources: for files that are no code. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));

export const PACKAGE_FOLDER = resolve(HERE, /[/\\]dist[/\\]src[/\\]node[/\\]$/.test(HERE) ? '../../..' : '../..');
