/** How backends are started in Node. Each is loaded only when it is wanted. */
import type { Backend, BackendName } from '../engine/backend.ts';
import { selectBackend, type BackendRequest, type BackendStarters } from '../backends/select-backend.ts';
import type { TfjsBackend } from '../backends/tfjs/tfjs-backend.ts';
import { BackendError, InputError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';

/** @param report gets a warning where a backend starts without something that was installed for it */
export function backendStarters({ threads, gpu }: Omit<BackendRequest, 'choice'>, report: Reporter = () => undefined): BackendStarters {
  return {
    webgpu: async () => {
      if (threads !== null) throw new BackendError('--threads asks for the processor', 'Leave --threads out, or use --backend wasm.');
      const { startWebgpuBackend } = await import('../backends/webgpu/launch-node.ts');
      return startWebgpuBackend(gpu);
    },
    wasm: async () => {
      refuse('--gpu', gpu, 'wasm');
      const { createWasmBackend } = await import('../backends/wasm/launch-node.ts');
      return createWasmBackend(threads === null ? {} : { threads });
    },
    tfjs: async () => {
      refuse('--gpu', gpu, 'tfjs');
      refuse('--threads', threads, 'tfjs');
      const { createTfjsBackend } = await import('../backends/tfjs/tfjs-backend.ts');
      const backend = await createTfjsBackend();
      warnOfBrokenNative(backend, report);
      return backend;
    },
  };
}

/** @param suits for `auto`, see selectBackend */
export function startBackend(request: BackendRequest, report: Reporter, suits?: (backend: Backend) => void): Promise<Backend> {
  return selectBackend(request.choice, backendStarters(request, report), report, suits);
}

function refuse(option: '--gpu' | '--threads', value: unknown, backend: BackendName): void {
  if (value === null) return;
  throw new InputError(
    `${option} has no meaning for the ${backend} backend`,
    `Leave ${option} out, or use --backend ${option === '--gpu' ? 'webgpu' : 'wasm'}.`,
  );
}

export function warnOfBrokenNative(
  { description, nativeMissing, nativeBroken }: Pick<TfjsBackend, 'description' | 'nativeMissing' | 'nativeBroken'>,
  report: Reporter,
): void {
  if (nativeBroken) report({ type: 'warning', text: `${nativeMissing}; going on with ${description}` });
}
