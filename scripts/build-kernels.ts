/**
 * Compiles the AssemblyScript kernels with the scans of all built-in neurons, plain and with relaxed SIMD, next to the modules that load them
 * (in src/ and in dist/src/). The generated scans are written out to be read; the sources go to dist/ for neurons that are compiled later.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { compileKernelSources, GENERATED } from '../src/backends/wasm/compile-kernels.ts';
import { emitScans } from '../src/neurons/emit-scans.ts';
import { builtInNeurons } from '../src/neurons/index.ts';

const folder = 'src/backends/wasm';

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

await cp(`${folder}/assembly`, `dist/${folder}/assembly`, { recursive: true });
await write(`${folder}/assembly/${GENERATED}`, emitScans(builtInNeurons));
for (const [name, relaxed] of [
  ['kernels.wasm', false],
  ['kernels-relaxed.wasm', true],
] as const) {
  const binary = await compileKernelSources(builtInNeurons, { relaxed });
  await write(`${folder}/${name}`, binary);
  await write(`dist/${folder}/${name}`, binary);
}
