/**
 * Finds a TensorFlow.js that runs here: `@tensorflow/tfjs-node-gpu` (native, CUDA) where it is installed, else tfjs-core with its backend
 * in plain JavaScript.
 */
import { BackendError } from '../../base/errors.ts';
import { installCommand, isMissing, type OptionalPackage } from '../shared/optional-packages.ts';
import { registerGradients } from './register-gradients.ts';
import type { TensorFlow } from './tensorflow.ts';

export interface TensorFlowRuntime {
  readonly tf: TensorFlow;
  /** What really computes, e.g. "plain JavaScript, one thread". */
  readonly description: string;
  /** Why the native library is not the one used; null where it is. */
  readonly nativeMissing: string | null;
  /** The native library is installed, but does not load. */
  readonly nativeBroken: boolean;
}

/** How modules are imported; a test gives its own. */
export type ImportModule = (specifier: string) => Promise<unknown>;

const NATIVE = '@tensorflow/tfjs-node-gpu';
const PLAIN = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'] as const;

/** @throws BackendError if neither is installed: both are optional packages */
export async function loadTensorFlow(importModule: ImportModule = (specifier) => import(specifier)): Promise<TensorFlowRuntime> {
  const native = await loadNative(importModule);
  if ('tf' in native) return { tf: native.tf, description: describeNative(native.tf), nativeMissing: null, nativeBroken: false };
  const [core] = await Promise.all(PLAIN.map((name) => importPlain(name, importModule)));
  const tf = namespaceOf(core);
  tf.enableProdMode();
  await tf.setBackend('cpu');
  registerGradients(tf);
  return { tf, description: 'plain JavaScript, one thread', nativeMissing: native.missing, nativeBroken: native.broken };
}

function importPlain(name: OptionalPackage, importModule: ImportModule): Promise<unknown> {
  return importModule(name).catch((cause: Error) => {
    if (!isMissing(name, cause)) throw cause;
    throw new BackendError(
      `TensorFlow.js is not installed; it is optional: ${installCommand(...PLAIN)}`,
      'The backends wasm and webgpu do without it.',
      { cause },
    );
  });
}

/** Wraps a namespace that the caller has loaded. */
export function wrapTensorFlow(tf: TensorFlow): TensorFlowRuntime {
  registerGradients(tf);
  return { tf, description: `given TensorFlow.js, ${tf.getBackend()}`, nativeMissing: null, nativeBroken: false };
}

async function loadNative(importModule: ImportModule): Promise<{ tf: TensorFlow } | { missing: string; broken: boolean }> {
  restoreIsNullOrUndefined();
  quiet();
  try {
    const tf = namespaceOf(await importModule(NATIVE));
    await tf.ready();
    registerGradients(tf);
    return { tf };
  } catch (error) {
    return { missing: reasonOf(error), broken: !isNotInstalled(error) };
  }
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 removed. */
function restoreIsNullOrUndefined(): void {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => Record<string, unknown> | undefined } };
  const util = process?.getBuiltinModule?.('util');
  if (util !== undefined) util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
}

/** The library tells on stderr which instructions it was built for; its errors stay. */
function quiet(): void {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  if (process?.env !== undefined) process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
}

/** CommonJS packages arrive under `default`, with or without named exports beside it. */
function namespaceOf(module: unknown): TensorFlow {
  const namespace = module as TensorFlow & { default?: TensorFlow };
  return typeof namespace.tensor === 'function' ? namespace : (namespace.default ?? namespace);
}

function describeNative(tf: TensorFlow): string {
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  return isUsingGpuDevice === true ? 'native TensorFlow on the GPU' : 'native TensorFlow on the CPU: no CUDA device found';
}

function isNotInstalled(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND';
}

function reasonOf(error: unknown): string {
  const { message } = error as { message?: string };
  if (isNotInstalled(error)) return `${NATIVE} is not installed; it is optional: ${installCommand(NATIVE)}`;
  return `${NATIVE} does not load: ${(message ?? String(error)).split('\n')[0]}`;
}
