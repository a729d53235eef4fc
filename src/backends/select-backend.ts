/**
 * From a name to a backend. A named backend is a contract: it runs here or fails with the reason. Only `auto` chooses, and it says what it
 * chose and why.
 */
import { suggest } from '../base/nearest-name.ts';
import { BackendError, InputError, MemoryError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import type { Backend, BackendName } from '../engine/backend.ts';

export type BackendChoice = BackendName | 'auto';

/** What a command, or the record of a run, asks for. */
export interface BackendRequest {
  readonly choice: BackendChoice;
  /** Threads of the wasm backend; null: all cores, at most 16. */
  readonly threads: number | null;
  /** GPU of the webgpu backend: an index, or part of a name; null: the first real one. */
  readonly gpu: string | null;
}

export const AUTO: BackendRequest = { choice: 'auto', threads: null, gpu: null };

/** How each backend is started; throws BackendError where it cannot run. */
export type BackendStarters = Readonly<Record<BackendName, () => Promise<Backend>>>;

/** In the order in which `auto` tries them: fastest first. `webgpu` starts on a real GPU only, unless another adapter is named. */
export const BACKEND_NAMES: readonly BackendName[] = ['webgpu', 'wasm', 'tfjs'];

export function parseBackendChoice(name: string): BackendChoice {
  const choices: readonly BackendChoice[] = ['auto', ...BACKEND_NAMES];
  const found = choices.find((choice) => choice === name);
  if (found === undefined) throw new InputError(`unknown backend "${name}"`, suggest(name, choices));
  return found;
}

/**
 * @param suits for `auto`: throws BackendError or MemoryError if the backend cannot do what is meant to be done
 * @throws BackendError with the reason if the named backend, or with `auto` every backend, cannot run here
 */
export async function selectBackend(
  choice: BackendChoice,
  starters: BackendStarters,
  report: Reporter,
  suits: (backend: Backend) => void = () => undefined,
): Promise<Backend> {
  if (choice !== 'auto') {
    const backend = await starters[choice]();
    report({ type: 'note', text: `backend: ${backend.description}` });
    return backend;
  }
  const reasons: { readonly name: BackendName; readonly text: string }[] = [];
  for (const name of BACKEND_NAMES) {
    try {
      const backend = await starters[name]();
      suits(backend);
      for (const { name: missing, text } of reasons)
        if (missing !== 'webgpu') report({ type: 'warning', text: `backend ${missing} cannot run: ${text}` });
      // A machine without a GPU is nothing to warn of, and what its drivers say is the doctor's affair.
      const gpu = reasons.find(({ name: missing }) => missing === 'webgpu');
      const without = gpu === undefined ? '' : `; not webgpu: ${gpu.text.replace(/ \(.*\)$/s, '')}`;
      report({ type: 'note', text: `backend (auto): ${backend.description}${without}` });
      return backend;
    } catch (error) {
      if (!(error instanceof BackendError || error instanceof MemoryError)) throw error;
      reasons.push({ name, text: error.message });
    }
  }
  throw new BackendError(
    `no backend can run here: ${reasons.map(({ name, text }) => `${name}: ${text}`).join('; ')}`,
    '`spikeray doctor` says more.',
  );
}
