/** Node's side of WebGPU: Dawn, from the npm package `webgpu`. It is loaded only when it is wanted. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type * as Dawn from 'webgpu';
import { BackendError } from '../../base/errors.ts';
import type { Backend } from '../../engine/backend.ts';
import { installCommand, isMissing } from '../shared/optional-packages.ts';
import { chooseAdapter, describeAdapter, unreachableAdapter, type AdapterFacts, type AdapterLike } from './adapters.ts';
import { createWebgpuBackend } from './webgpu-backend.ts';
import { openDevice, type DeviceOptions, type WebgpuDevice } from './device.ts';

export interface AdapterList {
  readonly adapters: readonly AdapterFacts[];
  /** What Dawn and the drivers wrote while they were looked for; where there is no adapter, the reason is here. */
  readonly remarks: string;
}

/** Dawn crashes the process when what `create` made is collected while a device of it lives. */
const kept: GPU[] = [];

/** Milliseconds. */
const LISTING_TIMEOUT = 60_000;

/** @throws BackendError if Dawn cannot be loaded here, or crashes */
export function listAdapters(): Promise<AdapterList> {
  const script = fileURLToPath(new URL('./list-adapters.js', import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [script], { timeout: LISTING_TIMEOUT }, (error, stdout, stderr) => {
      if (error !== null) return reject(listingFailed(error, stderr));
      const found = JSON.parse(stdout) as { name: string; adapter: AdapterLike | null }[];
      const adapters = found.map(({ name, adapter }, index) =>
        adapter === null ? unreachableAdapter(index, name) : describeAdapter(adapter, index, name),
      );
      resolve({ adapters, remarks: stderr.trim().replaceAll(/^Warning: /gm, '') });
    });
  });
}

function notInstalled(cause?: unknown): BackendError {
  return new BackendError(
    `Dawn, the npm package webgpu, is not installed; it is optional: ${installCommand('webgpu')}`,
    '--backend wasm runs without a GPU.',
    { cause },
  );
}

function listingFailed({ killed, signal, message }: { killed?: boolean; signal?: NodeJS.Signals | null; message: string }, stderr: string) {
  if (isMissing('webgpu', { code: /ERR_MODULE_NOT_FOUND/.exec(stderr)?.[0], message: stderr })) return notInstalled();
  const how = killed
    ? `a driver did not answer within ${LISTING_TIMEOUT / 1000} s`
    : signal
      ? `a driver crashed (${signal})`
      : (/^\w*Error.*$/m.exec(stderr)?.[0] ?? message);
  return new BackendError(`GPUs cannot be looked for: ${how}`, 'docs/webgpu.md says what is needed; --backend wasm runs without a GPU.');
}

/** The backend on the GPU of `--gpu`; null: the first real one. @throws BackendError with the reason if it cannot run */
export async function startWebgpuBackend(wanted: string | null): Promise<Backend> {
  return createWebgpuBackend(await openNodeDevice(wanted));
}

/**
 * Opens a device on the adapter of `--gpu` (chooseAdapter).
 * @throws BackendError with the reason if there is none, or it lacks something
 */
export async function openNodeDevice(wanted: string | null, options: DeviceOptions = {}): Promise<WebgpuDevice> {
  const { adapters, remarks } = await listAdapters();
  return openAdapter(chooseAdapter(adapters, wanted, remarks), options);
}

/** @param chosen of listAdapters */
export async function openAdapter(chosen: AdapterFacts, options: DeviceOptions = {}): Promise<WebgpuDevice> {
  const gpu = await createGpu([
    `adapter=${chosen.name}`,
    // Otherwise timestamps are rounded to 100 microseconds.
    'disable-dawn-features=timestamp_quantization',
    ...((options.checked ?? chosen.software) ? [] : ['enable-dawn-features=skip_validation']),
  ]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new BackendError(`the GPU ${chosen.name} is gone`, '`spikeray doctor` lists what is there.');
  return openDevice(adapter, options, chosen);
}

/** @param flags of Dawn for Node */
export async function createGpu(flags: string[]): Promise<GPU> {
  const { create, globals } = await loadDawn();
  const { GPUBufferUsage, GPUMapMode, GPUShaderStage, GPUTextureUsage } = globals as typeof globalThis;
  // Constants that browsers have as globals.
  Object.assign(globalThis, { GPUBufferUsage, GPUMapMode, GPUShaderStage, GPUTextureUsage });
  const gpu = create(flags);
  kept.push(gpu);
  return gpu;
}

async function loadDawn(): Promise<typeof Dawn> {
  try {
    return await import('webgpu');
  } catch (cause) {
    if (isMissing('webgpu', cause as Error)) throw notInstalled(cause);
    throw new BackendError(
      `Dawn, the npm package webgpu, cannot be loaded: ${(cause as Error).message}`,
      'docs/webgpu.md says what it needs; --backend wasm runs without a GPU.',
      { cause },
    );
  }
}
