/** The webgpu backend: WGSL kernels on one device. Platform-free; launch-node.ts opens devices in Node. */
import { BackendError } from '../../errors.ts';
import { maxStepsPerRay, type FieldSpec } from '../../model/field-spec.ts';
import type { Backend, Capacity } from '../backend.ts';
import type { WebgpuDevice } from './device.ts';
import { createFieldKernels, dispatchEntries } from './field-kernels.ts';
import { checkLimits, fieldSizes, planBuffers, planBytes, type PlannedBuffer } from './field-plan.ts';
import { WebgpuEngine } from './webgpu-engine.ts';

/** @param device stays the caller's; it has to outlive the fields */
export function createWebgpuBackend(device: WebgpuDevice): Backend {
  const { limits } = device.device;
  const plan = (spec: FieldSpec, capacity: Capacity) => {
    checkSpec(spec);
    const sizes = fieldSizes(spec, capacity, () => maxStepsPerRay(spec));
    return { sizes, buffers: planBuffers(sizes, dispatchEntries(sizes), false) };
  };
  return {
    name: 'webgpu',
    description: `webgpu: ${device.description}`,
    memory: device.software ? 'process' : 'gpu',
    estimateBytes: (spec, capacity) => planBytes(plan(spec, capacity).buffers),
    createField: async (spec, capacity) => {
      const { sizes, buffers: planned } = plan(spec, capacity);
      checkLimits(planned, limits);
      const buffers = await allocate(device, planned);
      try {
        const kernels = await createFieldKernels(device.device, sizes, buffers, { withRows: false, ranged: false }, null);
        return new WebgpuEngine(spec, { device, sizes, buffers, kernels, network: null });
      } catch (error) {
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

/** The kernels' samples have 12 features before a network, and colour logits without one. */
function checkSpec({ network, featureChannels }: FieldSpec): void {
  if (network !== null) throw new BackendError('The webgpu backend has no colour network yet.', 'Use the backend wasm.');
  const expected = network ? 12 : 3;
  if (featureChannels === expected) return;
  throw new BackendError(
    `The webgpu backend needs ${expected} feature channels ${network ? 'with' : 'without'} a network; the field has ${featureChannels}.`,
    'Use --backend tfjs for other numbers.',
  );
}
