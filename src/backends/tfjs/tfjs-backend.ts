/** The backend `tfjs`: the executable specification that the fast backends are compared with. */
import { MemoryError } from '../../base/errors.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import type { NeuronDefinition } from '../../neurons/define-neuron.ts';
import { registerNeuron } from '../../neurons/index.ts';
import type { Backend, Capacity } from '../../engine/backend.ts';
import { loadTensorFlow, wrapTensorFlow } from './load-tensorflow.ts';
import { estimateBytes } from './memory.ts';
import type { TensorFlow } from './tensorflow.ts';
import { TfjsField, type TfjsFieldOptions } from './tfjs-field.ts';

export interface TfjsBackendOptions extends TfjsFieldOptions {
  /** The TensorFlow.js to use instead of the one that is found. */
  readonly tf?: TensorFlow;
  /** Refuse fields that need more; default 4 GiB in plain JavaScript and 32 GiB for the native library, whose device memory is not known. */
  readonly maxBytes?: number;
  /** Neurons besides the built-in ones. */
  readonly neurons?: readonly NeuronDefinition[];
}

export interface TfjsBackend extends Backend {
  readonly name: 'tfjs';
  /** Why `@tensorflow/tfjs-node-gpu` is not used; null where it is. */
  readonly nativeMissing: string | null;
  /** It is installed, but does not load. */
  readonly nativeBroken: boolean;
  createField(spec: FieldSpec, capacity: Capacity): Promise<TfjsField>;
}

const GIBIBYTE = 2 ** 30;

export async function createTfjsBackend(options: TfjsBackendOptions = {}): Promise<TfjsBackend> {
  for (const neuron of options.neurons ?? []) registerNeuron(neuron);
  const { tf, description, nativeMissing, nativeBroken } = options.tf === undefined ? await loadTensorFlow() : wrapTensorFlow(options.tf);
  const maxBytes = options.maxBytes ?? (nativeMissing === null ? 32 * GIBIBYTE : 4 * GIBIBYTE);
  return {
    name: 'tfjs',
    description: `tfjs: ${description}`,
    memory: 'process',
    nativeMissing,
    nativeBroken,
    estimateBytes,
    async createField(spec, capacity) {
      const bytes = estimateBytes(spec, capacity);
      if (bytes > maxBytes) {
        throw new MemoryError(
          `tfjs needs about ${mebibytes(bytes)} for ${capacity.voxels} voxels and ${capacity.trainRays} rays a step (dense gradients), more than its limit of ${mebibytes(maxBytes)}`,
          'Use the wasm backend, or fewer voxels or rays.',
        );
      }
      return new TfjsField(tf, spec, capacity, options);
    },
  };
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
