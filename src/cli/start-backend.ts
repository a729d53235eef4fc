/** How backends are started in Node. Each is loaded only when it is wanted. */
import type { Backend } from '../backends/backend.ts';
import { selectBackend, type BackendChoice, type BackendStarters } from '../backends/select-backend.ts';
import { InputError } from '../errors.ts';
import type { Reporter } from '../train/events.ts';

/** @param threads null: all cores */
export function backendStarters(threads: number | null): BackendStarters {
  return {
    wasm: async () => {
      const { createWasmBackend } = await import('../backends/wasm/launch-node.ts');
      return createWasmBackend(threads === null ? {} : { threads });
    },
    tfjs: async () => {
      if (threads !== null)
        throw new InputError('--threads has no meaning for the tfjs backend', 'Leave --threads out, or use --backend wasm.');
      const { createTfjsBackend } = await import('../backends/tfjs/tfjs-backend.ts');
      return createTfjsBackend();
    },
  };
}

export function startBackend(choice: BackendChoice, threads: number | null, report: Reporter): Promise<Backend> {
  return selectBackend(choice, backendStarters(threads), report);
}
