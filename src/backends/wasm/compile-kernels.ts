/** Compiles the AssemblyScript kernels with a set of neurons, in Node and in process: when the package is built, and for neurons of programs that use it. */
import type asc from 'assemblyscript/asc';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BackendError } from '../../base/errors.ts';
import type { NeuronDefinition } from '../../neurons/define-neuron.ts';
import { emitScans } from '../../neurons/emit-scans.ts';
import { fingerprint } from '../../neurons/export-name.ts';

const FLAGS = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
  ...['simd', 'threads', 'bulk-memory'].flatMap((feature) => ['--enable', feature]),
];

/** Where the scans of the neurons go among the kernels' sources. */
export const GENERATED = 'neurons/generated.ts';
const SOURCES = fileURLToPath(new URL('./assembly/', import.meta.url));

export interface KernelVariant {
  /** Fused multiply-add. */
  readonly relaxed: boolean;
  /** For several threads; browsers share memory only with pages that are isolated from others. */
  readonly shared: boolean;
}

/** Throws BackendError if the compiler is not installed, or with what it says. */
export async function compileKernelSources(
  neurons: readonly NeuronDefinition[],
  { relaxed, shared }: KernelVariant,
): Promise<Uint8Array<ArrayBuffer>> {
  const compiler = await loadCompiler();
  const sources = await kernelSources(neurons);
  sources.set(GENERATED, `${sources.get(GENERATED)}\nexport function ${sourcesName(sources)}(): void {}\n`);
  let binary: Uint8Array<ArrayBuffer> | null = null;
  const flags = [...FLAGS, ...(relaxed ? ['--enable', 'relaxed-simd'] : []), ...(shared ? ['--sharedMemory'] : [])];
  const { error, stderr } = await compiler.main(['index.ts', ...flags, '--outFile', 'kernels.wasm'], {
    readFile: (name) => sources.get(name.replace(/^\.\//, '')) ?? null,
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') binary = new Uint8Array(contents);
    },
    listFiles: () => [],
  });
  if (error !== null || binary === null)
    throw new BackendError(
      `The wasm kernels do not compile: ${stderr.toString() || String(error)}`,
      'Check the neurons that were defined last.',
    );
  return binary;
}

async function loadCompiler(): Promise<typeof asc> {
  try {
    return (await import('assemblyscript/asc')).default;
  } catch (cause) {
    throw new BackendError(
      'Kernels for a new neuron have to be compiled, and the compiler is not installed.',
      'Run `npm install assemblyscript`.',
      {
        cause,
      },
    );
  }
}

/** What the kernels are compiled from: file name to text. */
export async function kernelSources(neurons: readonly NeuronDefinition[]): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  const names = await readdir(SOURCES, { recursive: true });
  for (const name of names) if (name.endsWith('.ts')) sources.set(name.replaceAll('\\', '/'), await readFile(SOURCES + name, 'utf8'));
  return sources.set(GENERATED, emitScans(neurons));
}

/** An exported function that tells kernels which were built from other sources; tests look for it. */
export function sourcesName(sources: ReadonlyMap<string, string>): string {
  const lines = [...sources].map(([name, text]) => `${name}\n${text}`);
  return `sources_${fingerprint(lines.sort().join('\n'))}`;
}
