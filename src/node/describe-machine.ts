/** Facts about this machine that decide what runs here. */
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os';
import type { BackendName } from '../engine/backend.ts';
import type { AdapterFacts } from '../backends/webgpu/adapters.ts';
import { AUTO, BACKEND_NAMES } from '../backends/select-backend.ts';
import { BackendError, SpikeRayError } from '../base/errors.ts';
import { VERSION } from '../run/version.ts';
import { availableMemory } from './available-memory.ts';
import { explainNative } from './native-tensorflow.ts';
import { loadSharp } from './image-codec.ts';
import { backendStarters } from './start-backend.ts';

export interface MachineReport {
  readonly spikeray: string;
  readonly node: { readonly version: string; readonly required: string; readonly supported: boolean };
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: { readonly total: number; readonly available: number };
  readonly wasm: { readonly simd: boolean; readonly relaxedSimd: boolean; readonly threads: boolean };
  readonly backends: readonly { readonly name: BackendName; readonly description: string | null; readonly reason: string | null }[];
  /** Adapters of the webgpu backend; `reason`: why they could not be listed, or what the drivers said where there is none. */
  readonly gpus: { readonly adapters: readonly AdapterFacts[]; readonly reason: string | null };
  /** Why the native TensorFlow is not used; null where it is. */
  readonly nativeTensorFlow: string | null;
  readonly images: { readonly sharp: string | null; readonly libvips: string | null; readonly reason: string | null };
  /** What keeps training from running here. */
  readonly problems: readonly string[];
}

const REQUIRED_NODE = [20, 19] as const;

/** The smallest modules that use the feature: a v128 function, an atomic load from shared memory. */
const SIMD_MODULE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
const THREADS_MODULE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0, 26, 11,
];

export async function describeMachine(): Promise<MachineReport> {
  const node = { version: process.version, required: REQUIRED_NODE.join('.'), supported: isSupported(process.versions.node) };
  const backends = await Promise.all(BACKEND_NAMES.map(probeBackend));
  const images = await probeImages();
  const problems = [
    ...(node.supported ? [] : [`Node ${node.required} or newer is needed`]),
    ...(backends.every(({ reason }) => reason !== null) ? ['no backend can run'] : []),
    ...(images.reason === null ? [] : ['the image library cannot be loaded']),
  ];
  return {
    spikeray: VERSION,
    node,
    platform: `${process.platform} ${release()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: { total: totalmem(), available: availableMemory() },
    wasm: await probeWasm(),
    backends,
    gpus: await probeGpus(),
    nativeTensorFlow: await probeNativeTensorFlow(),
    images,
    problems,
  };
}

function isSupported(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major > REQUIRED_NODE[0] || (major === REQUIRED_NODE[0] && minor >= REQUIRED_NODE[1]);
}

async function probeBackend(name: BackendName): Promise<MachineReport['backends'][number]> {
  try {
    return { name, description: (await backendStarters(AUTO)[name]()).description, reason: null };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { name, description: null, reason: error.message };
  }
}

async function probeGpus(): Promise<MachineReport['gpus']> {
  const { listAdapters } = await import('../backends/webgpu/launch-node.ts');
  try {
    const { adapters, remarks } = await listAdapters();
    return { adapters, reason: adapters.length > 0 ? null : remarks || 'the drivers found none' };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { adapters: [], reason: error.message };
  }
}

async function probeWasm(): Promise<MachineReport['wasm']> {
  const { relaxedSimdWorks } = await import('../backends/wasm/launch-node.ts');
  const relaxedSimd = await relaxedSimdWorks().catch((error: unknown) => {
    if (error instanceof BackendError) return false;
    throw error;
  });
  return { simd: isValid(SIMD_MODULE), relaxedSimd, threads: isValid(THREADS_MODULE) };
}

function isValid(module: readonly number[]): boolean {
  return WebAssembly.validate(Uint8Array.from(module));
}

async function probeNativeTensorFlow(): Promise<string | null> {
  const { loadTensorFlow } = await import('../backends/tfjs/load-tensorflow.ts');
  try {
    const { nativeMissing } = await loadTensorFlow();
    return nativeMissing === null ? null : explainNative(nativeMissing);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return explainNative(error.message);
  }
}

async function probeImages(): Promise<MachineReport['images']> {
  try {
    const { versions } = await loadSharp();
    return { sharp: versions.sharp ?? 'unknown', libvips: versions.vips, reason: null };
  } catch (error) {
    if (!(error instanceof SpikeRayError)) throw error;
    return { sharp: null, libvips: null, reason: error.message };
  }
}
