/** The webgpu backend: WGSL kernels on one device. Platform-free; launch-node.ts opens devices in Node. */
import { BackendError } from '../../errors.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import type { Backend, Capacity } from '../backend.ts';
import { isPoisson } from '../wasm/network-state.ts';
import type { WebgpuDevice } from './device.ts';
import { createFieldKernels, dispatchEntries, type FieldOptions } from './field-kernels.ts';
import { checkLimits, fieldSizes, planBuffers, planBytes, type FieldSizes, type PlannedBuffer } from './field-plan.ts';
import type { NetworkModule } from './network/interface.ts';
import { createNetworkModule, needsRowOffsets, networkBytes, partSamplesOf, type NetworkFieldSpec } from './network/network-module.ts';
import { WebgpuEngine } from './webgpu-engine.ts';

export interface WebgpuBackendOptions {
  /** Network samples that are coloured at a time; default: as many as the GPU has room for. At least the longest ray's. */
  readonly partSamples?: number;
}

/** Samples of a part without a network, when rendering. */
const RENDER_SAMPLES = 2 ** 20;

interface FieldPlan {
  readonly sizes: FieldSizes;
  readonly options: FieldOptions;
  readonly buffers: ReadonlyMap<string, PlannedBuffer>;
  /** Of all buffers, the network's own included. */
  readonly bytes: number;
}

/** @param device stays the caller's; it has to outlive the fields */
export function createWebgpuBackend(device: WebgpuDevice, { partSamples = Infinity }: WebgpuBackendOptions = {}): Backend {
  const { limits } = device.device;
  const plan = (spec: FieldSpec, capacity: Capacity): FieldPlan => {
    checkChannels(spec);
    if ((capacity.teacherVoxels ?? 0) > 0) throw new BackendError('The webgpu backend has no teacher.', 'Use --backend wasm or tfjs.');
    if (capacity.dropout) throw new BackendError('The webgpu backend has no dropout.', 'Use --backend wasm or tfjs.');
    const training = capacity.trainRays > 0;
    const options = { withRows: hasNetwork(spec) && needsRowOffsets(spec), ranged: hasNetwork(spec) && isPoisson(spec.network) };
    const sizes = fieldSizes(spec, capacity, (most) =>
      Math.min(partSamples, hasNetwork(spec) ? partSamplesOf(spec, limits, training, most) : RENDER_SAMPLES),
    );
    const buffers = planBuffers(sizes, dispatchEntries(sizes), options.withRows);
    const own = hasNetwork(spec) ? networkBytes(spec, limits, sizes, training) : 0;
    return { sizes, options, buffers, bytes: planBytes(buffers) + own };
  };
  return {
    name: 'webgpu',
    description: `webgpu: ${device.description}`,
    memory: device.software ? 'process' : 'gpu',
    estimateBytes: (spec, capacity) => plan(spec, capacity).bytes,
    createField: async (spec, capacity) => {
      const { sizes, options, buffers: planned } = plan(spec, capacity);
      checkLimits(planned, limits);
      const buffers = await allocate(device, planned);
      let network: NetworkModule | null = null;
      try {
        const shared = { buffers, partSamples: sizes.partSamples, rays: sizes.rays };
        if (hasNetwork(spec)) network = await createNetworkModule(device.device, spec, shared, sizes.training);
        const kernels = await createFieldKernels(device.device, sizes, buffers, options, network);
        return new WebgpuEngine(spec, { device, sizes, buffers, kernels, network });
      } catch (error) {
        network?.dispose();
        for (const buffer of Object.values(buffers)) buffer.destroy();
        throw error;
      }
    },
  };
}

async function allocate(owner: WebgpuDevice, plan: ReadonlyMap<string, PlannedBuffer>): Promise<Record<string, GPUBuffer>> {
  const buffers: Record<string, GPUBuffer> = {};
  try {
    await owner.allocate('the field', planBytes(plan), () => {
      for (const [label, { bytes, usage }] of plan) buffers[label] = owner.device.createBuffer({ label, size: bytes, usage });
    });
  } catch (error) {
    for (const buffer of Object.values(buffers)) buffer.destroy();
    throw error;
  }
  return buffers;
}

function hasNetwork(spec: FieldSpec): spec is NetworkFieldSpec {
  return spec.network !== null;
}

/** The kernels' samples have 12 features before a network, and colour logits without one. */
function checkChannels({ network, featureChannels }: FieldSpec): void {
  const expected = network ? 12 : 3;
  if (featureChannels === expected) return;
  throw new BackendError(
    `The webgpu backend needs ${expected} feature channels ${network ? 'with' : 'without'} a network; the field has ${featureChannels}.`,
    'Use --backend tfjs for other numbers.',
  );
}
