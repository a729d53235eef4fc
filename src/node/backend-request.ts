/** Where a command computes: what its options ask for. */
import { InputError } from '../base/errors.ts';
import { wholeNumber } from '../base/option-values.ts';
import { parseBackendChoice, type BackendRequest } from '../backends/select-backend.ts';
import { MOST_THREADS, MOST_UNASKED } from '../backends/wasm/lanes.ts';

export interface BackendOptions {
  readonly backend?: string;
  readonly threads?: string;
  readonly gpu?: string;
}

/** Threads of the wasm backend; null: all cores, at most 16. */
export function threadsOf(options: BackendOptions): number | null {
  return options.threads === undefined ? null : wholeNumber('--threads', options.threads, 1, MOST_THREADS);
}

/** Threads of the wasm backend on so many cores: a machine may give a run more than it takes unasked. */
export function threadsOnCores(cores: string): number {
  return Math.min(MOST_UNASKED, wholeNumber('--threads', cores, 1, 1e6));
}

/**
 * What was asked of the backend.
 * @param standard what is used where nothing is asked
 */
export function backendRequest(options: BackendOptions, standard: BackendRequest): BackendRequest {
  const { backend, gpu } = options;
  if (gpu === '') throw new InputError('--gpu: expected a name or number, found nothing', '`spikeray doctor` lists the GPUs.');
  const named = backend === undefined ? null : parseBackendChoice(backend);
  // Who names a GPU wants it.
  const choice = gpu !== undefined && (named === null || named === 'auto') ? 'webgpu' : (named ?? standard.choice);
  const same = choice === standard.choice;
  return { choice, threads: threadsOf(options) ?? (same ? standard.threads : null), gpu: gpu ?? (same ? standard.gpu : null) };
}
