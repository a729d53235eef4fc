/** Compiles the AssemblyScript kernels, plain and with relaxed SIMD, next to the modules that load them (in src/ and in dist/src/). */
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import asc from 'assemblyscript/asc';

const folder = 'src/backends/wasm';
const flags = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
];
const features = ['--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory'];

for (const [name, extra] of [
  ['kernels.wasm', []],
  ['kernels-relaxed.wasm', ['--enable', 'relaxed-simd']],
] as const) {
  const target = `${folder}/${name}`;
  const { error, stderr } = await asc.main([`${folder}/assembly/index.ts`, ...flags, ...features, ...extra, '--outFile', target]);
  if (error) {
    process.stderr.write(stderr.toString());
    throw error;
  }
  await mkdir(dirname(`dist/${target}`), { recursive: true });
  await copyFile(target, `dist/${target}`);
}
