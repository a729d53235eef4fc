/** The page's side of the wasm backend: fetches the compiled kernels, starts threads where the page may share memory. Vite resolves the addresses. */
import { BackendError } from '../../base/errors.ts';
import type { Backend } from '../../engine/backend.ts';
import type { SpawnWorker } from './kernel-pool.ts';
import { MOST_UNASKED } from './lanes.ts';
import { createBackend } from './wasm-backend.ts';

/** To be called in a worker: a page itself may not wait for threads. */
const spawn: SpawnWorker = (start) => {
  const worker = new Worker(new URL('./kernel-worker-page.js', import.meta.url), { type: 'module' });
  const ready = new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', () => {
      resolve();
    });
    worker.addEventListener('error', ({ message }) => {
      reject(new Error(message === '' ? 'its script could not be loaded' : message));
    });
  });
  worker.postMessage(start);
  return {
    ready,
    terminate: () => {
      worker.terminate();
      return Promise.resolve();
    },
  };
};

/** Threads that this page can have: several only where it is isolated from others (COOP, COEP), so that its workers may share memory. */
export function pageThreads(): number {
  return crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MOST_UNASKED) : 1;
}

/**
 * The same kernels as in Node, and the same bits, where the page is isolated; else those without fused multiply-add, whose results differ in the
 * last bits.
 *
 * @param threads null: all cores, at most 16; the results do not depend on it
 * @throws BackendError, saying why, where it cannot run
 */
export async function createPageWasmBackend(threads: number | null): Promise<Backend> {
  if (threads !== null && threads > 1 && !crossOriginIsolated)
    throw new BackendError(
      `${threads} threads need a page that is isolated from others, which this one is not`,
      'Serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or use one thread.',
    );
  const count = threads ?? pageThreads();
  if (!crossOriginIsolated) {
    const bytes = await fetchKernels(new URL('./kernels-unshared.wasm', import.meta.url));
    return createBackend(await compile(bytes), { threads: 1, relaxed: false, shared: false, spawn });
  }
  const fused = await fetchKernels(new URL('./kernels-relaxed.wasm', import.meta.url));
  const relaxed = WebAssembly.validate(fused);
  const bytes = relaxed ? fused : await fetchKernels(new URL('./kernels.wasm', import.meta.url));
  return createBackend(await compile(bytes), { threads: count, relaxed, shared: true, spawn });
}

async function compile(bytes: ArrayBuffer): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new BackendError(`this browser cannot run the wasm kernels: ${(cause as Error).message}`, 'Use a newer one.', { cause });
  }
}

async function fetchKernels(address: URL): Promise<ArrayBuffer> {
  const fix = 'Load the page again; all of its files have to lie beside it.';
  const response = await fetch(address).catch((cause: unknown) => {
    throw new BackendError(`the kernels ${address.pathname} cannot be loaded`, fix, { cause });
  });
  if (!response.ok) throw new BackendError(`the kernels ${address.pathname} cannot be loaded: ${response.status}`, fix);
  return response.arrayBuffer();
}
