/** Node's side of the wasm backend: reads the compiled kernels, switches relaxed SIMD on where Node has it behind a flag, starts threads. */
import { availableParallelism } from 'node:os';
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { BackendError } from '../../base/errors.ts';
import type { NeuronDefinition } from '../../neurons/define-neuron.ts';
import { registeredNeurons, registerNeuron } from '../../neurons/index.ts';
import type { Backend } from '../../engine/backend.ts';
import type { SpawnWorker } from './kernel-pool.ts';
import { MOST_UNASKED } from './lanes.ts';
import { createBackend } from './wasm-backend.ts';

export interface WasmOptions {
  /** 1 to 64; default: all cores, at most 16. The results do not depend on it. */
  readonly threads?: number;
  /** Fused multiply-add where the engine has it (default true). Results differ in the last bits. */
  readonly relaxedSimd?: boolean;
  /** Neurons besides the built-in ones; kernels for all are compiled now, which takes some 20 seconds of processor time. */
  readonly neurons?: readonly NeuronDefinition[];
}

const spawn: SpawnWorker = (start) => {
  const worker = new Worker(new URL('./kernel-worker.js', import.meta.url), { workerData: start });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => {
      // From here on the thread must not keep the process alive.
      worker.unref();
      resolve();
    });
    worker.once('error', reject);
  });
  return {
    ready,
    terminate: async () => {
      await worker.terminate();
    },
  };
};

/** Throws BackendError, saying why, where it cannot run. */
export async function createWasmBackend(options: WasmOptions = {}): Promise<Backend> {
  const threads = options.threads ?? Math.min(ownCores(), MOST_UNASKED);
  const relaxed = (options.relaxedSimd ?? true) && (await relaxedSimdWorks());
  for (const neuron of options.neurons ?? []) registerNeuron(neuron);
  const module = options.neurons?.length ? await compileWithNeurons(relaxed) : await compileKernels(relaxed);
  return createBackend(module, { threads, relaxed, shared: true, spawn });
}

/** Cores that are this process's own: a task of Slurm may see more than it was given. */
export function ownCores(): number {
  const given = Number(process.env.SLURM_CPUS_PER_TASK);
  const seen = availableParallelism();
  return Number.isInteger(given) && given > 0 ? Math.min(given, seen) : seen;
}

/** Kernels with all neurons that are registered now. */
async function compileWithNeurons(relaxed: boolean): Promise<WebAssembly.Module> {
  const { compileKernelSources } = await import('./compile-kernels.ts');
  return WebAssembly.compile(await compileKernelSources(registeredNeurons(), { relaxed, shared: true }));
}

/** Node 20 has relaxed SIMD behind a flag that may still be set before the first such module is compiled. */
export async function relaxedSimdWorks(): Promise<boolean> {
  const bytes = await readKernels('kernels-relaxed.wasm');
  if (WebAssembly.validate(bytes)) return true;
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  return WebAssembly.validate(bytes);
}

/** Throws BackendError if they were not built or this Node cannot run them. */
export async function compileKernels(relaxed: boolean): Promise<WebAssembly.Module> {
  const bytes = await readKernels(relaxed ? 'kernels-relaxed.wasm' : 'kernels.wasm');
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new BackendError(
      `This Node (${process.version}) cannot run the wasm kernels: ${(error as Error).message}`,
      'Use Node 20.19 or newer.',
    );
  }
}

async function readKernels(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(`./${name}`, import.meta.url);
  try {
    return new Uint8Array(await readFile(url));
  } catch (cause) {
    throw new BackendError(`The compiled kernels are missing: ${url.pathname}.`, 'Run `npm run build`.', { cause });
  }
}
