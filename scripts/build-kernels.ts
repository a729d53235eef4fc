/**
 * Compiles the AssemblyScript kernels with the scans of all built-in neurons, plain, with relaxed SIMD, and for one thread whose memory is not
 * shared (pages of static hosts), next to the modules that load them (in src/ and in dist/src/). The generated scans are written out to be read;
 * the sources go to dist/ for neurons that are compiled later.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { compileKernelSources, GENERATED } from '../src/backends/wasm/compile-kernels.ts';
import { emitScans } from '../src/neurons/emit-scans.ts';
import { builtInNeurons } from '../src/neurons/index.ts';

const folder = 'src/backends/wasm';

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

await rm(`dist/${folder}/assembly`, { recursive: true, force: true });
await cp(`${folder}/assembly`, `dist/${folder}/assembly`, { recursive: true });
await write(`${folder}/assembly/${GENERATED}`, emitScans(builtInNeurons));
for (const [name, variant] of [
  ['kernels.wasm', { relaxed: false, shared: true }],
  ['kernels-relaxed.wasm', { relaxed: true, shared: true }],
  ['kernels-unshared.wasm', { relaxed: false, shared: false }],
] as const) {
  const binary = await compileKernelSources(builtInNeurons, variant);
  await write(`${folder}/${name}`, binary);
  await write(`dist/${folder}/${name}`, binary);
}
