/** Kernels of another checkout or installation of the project, under the same trainer. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { createWasmBackend, WasmOptions } from '../../src/backends/wasm/launch-node.ts';
import { InputError } from '../../src/base/errors.ts';
import type { Backend } from '../../src/engine/backend.ts';

/** Throws InputError where it is not built. */
export async function otherBackend(folder: string, options: WasmOptions): Promise<Backend> {
  const file = resolve(folder, 'dist/src/backends/wasm/launch-node.js');
  if (!existsSync(file))
    throw new InputError(
      `${folder}: expected a checkout of the project that is built, found no ${file}`,
      'Run `npx tsc -p tsconfig.build.json && node dist/scripts/build-kernels.js` there.',
    );
  const other = (await import(pathToFileURL(file).href)) as { createWasmBackend: typeof createWasmBackend };
  return other.createWasmBackend(options);
}
