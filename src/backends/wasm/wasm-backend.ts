/** The wasm backend: AssemblyScript kernels on worker threads over one shared memory. Platform-free; launch-node.ts starts it in Node. */
import { KERNEL_SIZES } from './field-state.ts';
import { wasmRepresentation } from './representations/index.ts';
import { representationOf } from '../../model/representations/index.ts';
import { BackendError, MemoryError } from '../../base/errors.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { dense } from '../../model/layers/dense.ts';
import { hetsyn } from '../../model/layers/hetsyn.ts';
import { hetsynFactored } from '../../model/layers/index.ts';
import { COLOUR_CHANNELS } from '../../model/network-layers.ts';
import { isSpiking } from '../../neurons/define-neuron.ts';
import { exportName } from '../../neurons/export-name.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { relu } from '../../neurons/relu.ts';
import type { Backend, Capacity } from '../../engine/backend.ts';
import { checkRateNetwork, checkTwoEqualLayers } from '../shared/check-layers.ts';
import { KernelPool, type SpawnWorker } from './kernel-pool.ts';
import { MOST_THREADS } from './lanes.ts';
import { checkAddressable, planMemory, sizesOf, type Sizes } from './memory-plan.ts';
import { WasmEngine } from './wasm-engine.ts';

export interface WasmSetup {
  readonly threads: number;
  readonly relaxed: boolean;
  /** What the kernels were compiled for; several threads need it. */
  readonly shared: boolean;
  readonly spawn: SpawnWorker;
}

const PAGE = 65536;

/** Throws BackendError if the kernels were built without the neuron, or before it changed. */
function checkNeuron(module: WebAssembly.Module, { network }: FieldSpec): void {
  if (network === null) return;
  const neuron = neuronNamed(network.neuron);
  if (neuron === relu) return;
  if (!isSpiking(neuron))
    throw new BackendError(`The wasm backend runs spiking neurons and ReLU; ${neuron.name} is neither.`, 'Use the backend tfjs.');
  const wanted = exportName(neuron);
  if (WebAssembly.Module.exports(module).some(({ name }) => name === wanted)) return;
  throw new BackendError(
    `The kernels were built without the neuron ${neuron.name} as it is now.`,
    'Run `npm run build`, or hand the neuron over when the backend is created (docs/neurons.md).',
  );
}

export function createBackend(module: WebAssembly.Module, setup: WasmSetup): Backend {
  const { threads, relaxed, shared, spawn } = setup;
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new BackendError(
      `The wasm backend runs on 1 to ${MOST_THREADS} threads; ${threads} were asked for.`,
      `Use --threads 1 ... ${MOST_THREADS}.`,
    );
  }
  const plan = (spec: FieldSpec, capacity: Capacity) => {
    if (spec.network !== null) checkRateNetwork(spec.network);
    checkTwoEqualLayers(spec.network, 'wasm', [dense, hetsyn, ...hetsynFactored]);
    checkNeuron(module, spec);
    const representation = wasmRepresentation(spec);
    representation.check?.(spec);
    const sizes = sizesOf(spec, capacity, threads);
    const scratchStride = scratchBytes(module, sizes, shared);
    return { sizes, scratchStride, memory: planMemory(sizes, representation, threads, scratchStride) };
  };
  return {
    name: 'wasm',
    description: `wasm, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${relaxed ? 'SIMD with fused multiply-add' : 'SIMD'}`,
    memory: 'process',
    estimateBytes: (spec, capacity) => plan(spec, capacity).memory.bytes,
    createField: async (spec, capacity) => {
      checkChannels(spec);
      const { sizes, scratchStride, memory } = plan(spec, capacity);
      checkAddressable(memory.bytes);
      const pool = await KernelPool.start(module, allocate(memory.bytes, shared), threads, spawn);
      return new WasmEngine(spec, sizes, memory, scratchStride, pool, capacity);
    },
  };
}

/** Without a network features are colour logits. */
function checkChannels(spec: FieldSpec): void {
  const { features } = representationOf(spec);
  if (spec.network !== null || features === COLOUR_CHANNELS) return;
  throw new BackendError(
    `The wasm backend needs ${COLOUR_CHANNELS} features without a network; the field has ${features}.`,
    'Use --backend tfjs for other numbers.',
  );
}

function allocate(bytes: number, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (cause) {
    throw new MemoryError(
      `The field needs ${(bytes / 2 ** 20).toFixed(0)} MiB of memory and this process was given less.`,
      'Use fewer voxels (--set fine.voxels=...) or close other programs.',
      { cause },
    );
  }
}

/** The scratch layout lives in the kernels; a throw-away instance is asked how large it is. */
function scratchBytes(module: WebAssembly.Module, sizes: Sizes, shared: boolean): number {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  for (const name of KERNEL_SIZES) (exports[name] as WebAssembly.Global).value = sizes[name];
  return (exports['scratchBytes'] as () => number)();
}
