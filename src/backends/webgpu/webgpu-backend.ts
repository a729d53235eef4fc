/** The webgpu backend: WGSL kernels on one device. Platform-free; launch-node.ts opens devices in Node. */
import type { Buffers, Textures } from '../../../renderer/wgsl/kernel.ts';
import type { TrainingTerms } from '../../../renderer/wgsl/network/shape.ts';
import { createTable, tableBytes } from '../../../renderer/wgsl/tables.ts';
import { DISPATCH_WIDTH } from '../../../renderer/wgsl/work.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import type { Backend, Capacity } from '../../engine/backend.ts';
import { isPoisson } from '../../model/network-facts.ts';
import type { WebgpuDevice } from './device.ts';
import { checkField } from './check-field.ts';
import { createFieldKernels, dispatchEntries, type FieldOptions } from './field-kernels.ts';
import { checkLimits, fieldSizes, mostBytes, planBuffers, type FieldSizes, type PlannedBuffer } from './field-plan.ts';
import {
  createNetworkBuffers,
  createNetworkModule,
  needsRowOffsets,
  networkBuffers,
  partSamplesOf,
  type NetworkFieldSpec,
  type NetworkUse,
} from './network/network-module.ts';
import { createTeacherBuffers, teacherBuffers, TeacherModule, type TeacherBytes, type TeacherParts } from './network/teacher.ts';
import { WebgpuEngine } from './webgpu-engine.ts';

export interface WebgpuBackendOptions {
  /** Network samples that are coloured at a time; default: as many as the GPU has room for. At least the longest ray's. */
  readonly partSamples?: number;
  /** Whether fields that are only rendered have their features in 16 bits: half the memory, and a fifth less to read for a frame. Default: no. */
  readonly halfFeatures?: boolean;
  /** Whether kernels use operations of subgroups, with the same results; default: where the device has them. */
  readonly subgroups?: boolean;
  /** Most bytes of a plane of features; default: what the GPU binds. For tests. */
  readonly planeBytes?: number;
  /** Most workgroups in a row of a dispatch; for tests. */
  readonly dispatchWidth?: number;
}

/** Samples of a part without a network, when rendering. */
const RENDER_SAMPLES = 2 ** 20;

interface FieldPlan {
  readonly sizes: FieldSizes;
  readonly options: FieldOptions;
  readonly terms: TrainingTerms;
  readonly use: NetworkUse;
  readonly field: ReadonlyMap<string, PlannedBuffer>;
  /** Words by name. */
  readonly tables: Readonly<Record<string, number>>;
  /** Bytes by name. */
  readonly network: Readonly<Record<string, number>>;
  readonly teacher: TeacherBytes | null;
}

interface FieldBuffers {
  readonly field: Buffers;
  readonly tables: Textures;
  readonly network: Buffers;
  readonly teacher: TeacherParts | null;
}

/** @param device stays the caller's; it has to outlive the fields */
export function createWebgpuBackend(
  device: WebgpuDevice,
  {
    partSamples = Infinity,
    halfFeatures = false,
    subgroups = device.has('subgroups'),
    planeBytes = Infinity,
    dispatchWidth = DISPATCH_WIDTH,
  }: WebgpuBackendOptions = {},
): Backend {
  const { limits } = device.device;
  const plan = (spec: FieldSpec, capacity: Capacity): FieldPlan => {
    checkField(spec, capacity);
    const use = capacity.trainRays > 0 ? 'training' : 'rendering';
    const terms = { drops: capacity.dropout ?? false, taught: (capacity.teacherVoxels ?? 0) > 0 };
    const options = {
      withRows: hasNetwork(spec) && needsRowOffsets(spec),
      ranged: hasNetwork(spec) && isPoisson(spec.network),
      subgroups,
      dispatchWidth,
    };
    const sizes = fieldSizes(
      spec,
      capacity,
      (range) => Math.min(partSamples, hasNetwork(spec) ? partSamplesOf(spec, limits, use, range, terms) : RENDER_SAMPLES),
      { bindingBytes: Math.min(planeBytes, mostBytes(limits)), half: halfFeatures },
    );
    const planned: FieldPlan = {
      sizes,
      options,
      terms,
      use,
      field: planBuffers(sizes, dispatchEntries(sizes), options.withRows),
      tables: sizes.representation.tables(sizes),
      network: hasNetwork(spec) ? networkBuffers(spec, limits, sizes, use, terms) : {},
      teacher: hasNetwork(spec) && sizes.teacherVoxels > 0 ? teacherBuffers(spec, limits, sizes) : null,
    };
    checkLimits(sizes, groupsOf(planned), limits);
    return planned;
  };
  return {
    name: 'webgpu',
    description: `webgpu: ${device.description}${halfFeatures ? ', features in 16 bits' : ''}`,
    memory: device.software ? 'process' : 'gpu',
    estimateBytes: (spec, capacity) => totalBytes(plan(spec, capacity)),
    createField: async (spec, capacity) => {
      const planned = plan(spec, capacity);
      const { sizes, options, terms, use } = planned;
      const buffers = await allocate(device, planned);
      try {
        const network = hasNetwork(spec)
          ? await createNetworkModule(device.device, spec, buffers.field, buffers.network, use, terms)
          : null;
        const teacher =
          hasNetwork(spec) && network && buffers.teacher
            ? await TeacherModule.create(device.device, spec, buffers.field, buffers.teacher, network, sizes.planeFormat)
            : null;
        const kernels = await createFieldKernels(device.device, sizes, buffers.field, buffers.tables, options, network);
        return new WebgpuEngine(spec, {
          device,
          capacity,
          sizes,
          buffers: buffers.field,
          tables: buffers.tables,
          kernels,
          network,
          teacher,
        });
      } catch (error) {
        destroy(buffers);
        throw error;
      }
    },
  };
}

/** Bytes by name of the buffers of a field, of its network, of its teacher. */
function groupsOf({ field, network, teacher }: FieldPlan): Readonly<Record<string, number>>[] {
  const ofField = Object.fromEntries([...field].map(([name, { bytes }]) => [name, bytes]));
  return [ofField, network, ...(teacher ? [teacher.own, teacher.network] : [])];
}

function totalBytes(plan: FieldPlan): number {
  return [...groupsOf(plan).flatMap((group) => Object.values(group)), ...Object.values(plan.tables).map(tableBytes)].reduce(
    (a, b) => a + b,
  );
}

async function allocate(owner: WebgpuDevice, plan: FieldPlan): Promise<FieldBuffers> {
  const field: Record<string, GPUBuffer> = {};
  const tables: Record<string, GPUTexture> = {};
  let buffers: FieldBuffers = { field, tables, network: {}, teacher: null };
  try {
    await owner.allocate('the field', totalBytes(plan), () => {
      const { device } = owner;
      for (const [label, { bytes, usage }] of plan.field) field[label] = device.createBuffer({ label, size: bytes, usage });
      for (const [name, words] of Object.entries(plan.tables)) tables[name] = createTable(device, name, words);
      const network = createNetworkBuffers(device, plan.network);
      buffers = { field, tables, network, teacher: plan.teacher && createTeacherBuffers(device, plan.teacher) };
    });
  } catch (error) {
    destroy(buffers);
    throw error;
  }
  return buffers;
}

function destroy({ field, tables, network, teacher }: FieldBuffers): void {
  for (const group of [field, tables, network, ...(teacher ? [teacher.own, teacher.network] : [])])
    for (const buffer of Object.values(group)) buffer.destroy();
}

function hasNetwork(spec: FieldSpec): spec is NetworkFieldSpec {
  return spec.network !== null;
}
