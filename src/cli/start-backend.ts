/** How backends are started in Node. Each is loaded only when it is wanted. */
import type { Backend } from '../backends/backend.ts';
import { selectBackend, type BackendChoice, type BackendStarters } from '../backends/select-backend.ts';
import type { TfjsBackend } from '../backends/tfjs/tfjs-backend.ts';
import { InputError } from '../errors.ts';
import type { Reporter } from '../train/events.ts';

/**
 * @param threads null: all cores
 * @param report gets a warning where a backend starts without something that was installed for it
 */
export function backendStarters(threads: number | null, report: Reporter = () => undefined): BackendStarters {
  return {
    wasm: async () => {
      const { createWasmBackend } = await import('../backends/wasm/launch-node.ts');
      return createWasmBackend(threads === null ? {} : { threads });
    },
    tfjs: async () => {
      if (threads !== null)
        throw new InputError('--threads has no meaning for the tfjs backend', 'Leave --threads out, or use --backend wasm.');
      const { createTfjsBackend } = await import('../backends/tfjs/tfjs-backend.ts');
      const backend = await createTfjsBackend();
      warnOfBrokenNative(backend, report);
      return backend;
    },
  };
}

export function startBackend(choice: BackendChoice, threads: number | null, report: Reporter): Promise<Backend> {
  return selectBackend(choice, backendStarters(threads, report), report);
}

export function warnOfBrokenNative(
  { description, nativeMissing, nativeBroken }: Pick<TfjsBackend, 'description' | 'nativeMissing' | 'nativeBroken'>,
  report: Reporter,
): void {
  if (nativeBroken) report({ type: 'warning', text: `${nativeMissing}; going on with ${description}` });
}
