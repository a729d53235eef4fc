/**
 * The teacher of a distillation (`Teacher` of backend.ts) on the GPU: another network of ReLUs, at the student's samples, on features of its own
 * grid. It is a NetworkModule like the student's, with buffers of its own, that keeps its potentials and has no backward pass. Its kernels besides
 * those are in teacher-kernels.ts.
 */
import { voxelCount } from '../../../geometry/grid.ts';
import { BUFFER_USAGE, createKernel, type Buffers, type Kernel, type KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { planeBytes, planeCount, type PlaneFormat } from '../../../../renderer/wgsl/feature-planes.ts';
import { networkShape } from '../../../../renderer/wgsl/network/shape.ts';
import { STATS } from '../../../../renderer/wgsl/stats.ts';
import { gridStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { relu } from '../../../neurons/relu.ts';
import { representationOf } from '../../../model/representations/index.ts';
import { viewInputs } from '../../../model/field-spec.ts';
import { summedParts } from '../../../model/layers/hetsyn-factors.ts';
import { layersOf, weightTensors } from '../../../model/network-layers.ts';
import type { Teacher } from '../../../engine/backend.ts';
import type { NetworkModule, Sharing } from './interface.ts';
import {
  createNetworkBuffers,
  createNetworkModule,
  networkBuffers,
  networkKernelTexts,
  type NetworkFieldSpec,
  type NetworkLimits,
} from './network-module.ts';
import { ERROR_GROUPS, gatherTeacher, sumTeacherErrors, teachColours, teachPotentials } from './teacher-kernels.ts';

const { storage, uniform, copyTarget } = BUFFER_USAGE;

/** The student's network with ReLUs; without time. */
function teacherSpec(spec: NetworkFieldSpec): NetworkFieldSpec {
  const { width, viewFrequencies, neuronRate } = spec.network;
  return {
    ...spec,
    network: {
      neuron: relu.name,
      neuronParameters: {},
      neuronRate,
      surrogate: 'own',
      surrogateAlpha: null,
      width,
      viewFrequencies,
      temporal: 'condense',
      order: 'near-to-far',
      repeats: 1,
      encoding: 'direct',
    },
  };
}

/** Bytes of a teacher's buffers by name: its own, and those of its network. */
export interface TeacherBytes {
  readonly own: Readonly<Record<string, number>>;
  readonly network: Readonly<Record<string, number>>;
}

/** What a teacher shares with the field, and the voxels of its own grid. */
type TeacherSharing = Sharing & { readonly teacherVoxels: number; readonly channels: number; readonly planeFormat: PlaneFormat };

export function teacherBuffers(
  spec: NetworkFieldSpec,
  limits: NetworkLimits,
  { teacherVoxels: voxels, channels, planeFormat, ...sharing }: TeacherSharing,
): TeacherBytes {
  const { width } = spec.network;
  const inputs = channels + viewInputs(spec.network);
  const planes = Array.from({ length: planeCount(channels, planeFormat) }, (_, plane) => `teacherFeatures${plane}`);
  const own = {
    ...Object.fromEntries(planes.map((plane) => [plane, planeBytes(planeFormat, voxels)])),
    teacherGrid: gridStruct.bytes,
    teacherWeights: 4 * width * (inputs + width + 4),
    teacherInputs: 16 * Math.ceil(channels / 4) * sharing.partSamples,
    teacherLogits: 16 * sharing.partSamples,
    teacherErrors: 8 * ERROR_GROUPS,
    // Its neurons have no parameters, and its activity is not counted with the student's.
    teacherNeurons: 16,
    teacherStats: 8 * STATS.length,
  };
  return { own, network: networkBuffers(teacherSpec(spec), limits, sharing, 'teaching') };
}

export interface TeacherParts {
  readonly own: Buffers;
  readonly network: Buffers;
}

/** The buffers of `teacherBuffers`. */
export function createTeacherBuffers(device: GPUDevice, { own, network }: TeacherBytes): TeacherParts {
  const usage = (name: string): number => copyTarget | (name === 'teacherGrid' ? uniform : storage);
  return {
    own: Object.fromEntries(Object.entries(own).map(([label, size]) => [label, device.createBuffer({ label, size, usage: usage(label) })])),
    network: createNetworkBuffers(device, network),
  };
}

/** The WGSL of a teacher, for a student that spikes or does not. */
export function teacherKernelTexts(spec: NetworkFieldSpec, limits: NetworkLimits, format: PlaneFormat): KernelText[] {
  return [
    ...networkKernelTexts(teacherSpec(spec), limits, 'teaching'),
    ...gatherTeacher(format, planeCount(representationOf(spec).features, format)),
    ...ownTexts(spec, limits).values(),
  ];
}

function ownTexts(spec: NetworkFieldSpec, limits: NetworkLimits): Map<'colours' | 'potentials' | 'errors', KernelText> {
  const shape = networkShape(spec, limits.maxComputeWorkgroupStorageSize, { drops: false, taught: true });
  return new Map([
    ['colours', teachColours],
    ...(shape.taught ? [['potentials', teachPotentials(shape)] as const] : []),
    ['errors', sumTeacherErrors],
  ]);
}

export class TeacherModule {
  private readonly device: GPUDevice;
  private readonly buffers: Buffers;
  private readonly network: NetworkModule;
  private readonly gathers: readonly Kernel[];
  private readonly kernels: ReadonlyMap<string, Kernel>;
  private readonly width: number;
  private readonly channels: number;
  private readonly format: PlaneFormat;
  /** Which of a teacher's tensors are the matrices of its layers, and floats of those of the hidden ones without time. */
  private readonly matrices: readonly number[];
  private readonly floats: readonly number[];

  private constructor(
    device: GPUDevice,
    buffers: Buffers,
    network: NetworkModule,
    gathers: readonly Kernel[],
    kernels: ReadonlyMap<string, Kernel>,
    { width, channels, format, spec }: { width: number; channels: number; format: PlaneFormat; spec: NetworkFieldSpec },
  ) {
    const tensors = weightTensors(spec).map(({ name }) => name);
    this.matrices = layersOf(spec).map((layer) => tensors.indexOf(layer.tensors[0].name));
    this.floats = layersOf(spec).map(({ inputs, outputs }) => inputs * outputs);
    this.device = device;
    this.buffers = buffers;
    this.network = network;
    this.gathers = gathers;
    this.kernels = kernels;
    this.width = width;
    this.channels = channels;
    this.format = format;
  }

  /**
   * @param buffers of the field
   * @param parts of `createTeacherBuffers`, which the module destroys
   * @param student whose potentials are taught
   * @param format of the features
   */
  static async create(
    device: GPUDevice,
    spec: NetworkFieldSpec,
    buffers: Buffers,
    { own, network: inside }: TeacherParts,
    student: NetworkModule,
    format: PlaneFormat,
  ): Promise<TeacherModule> {
    const shared = {
      ...buffers,
      sampleFeatures: own['teacherInputs'],
      weights: own['teacherWeights'],
      neuronValues: own['teacherNeurons'],
      logits: own['teacherLogits'],
      stats: own['teacherStats'],
    };
    const network = await createNetworkModule(device, teacherSpec(spec), shared, inside, 'teaching');
    const all = { ...buffers, ...own, ...student.buffers, teacherPotentials: inside['potentials'] };
    const texts = [...ownTexts(spec, device.limits)];
    const kernels = await Promise.all(texts.map(async ([name, text]) => [name, await createKernel(device, text, all)] as const));
    const { features: channels } = representationOf(spec);
    const gathers = await Promise.all(gatherTeacher(format, planeCount(channels, format)).map((text) => createKernel(device, text, all)));
    const { width } = spec.network;
    return new TeacherModule(device, own, network, gathers, new Map(kernels), { width, channels, format, spec });
  }

  /** To be cleared at the beginning of a call. */
  get errors(): GPUBuffer {
    return this.buffers['teacherErrors'];
  }

  /** Uploads a teacher that fits. */
  write({ grid, features, weights: given }: Teacher): void {
    const { queue } = this.device;
    const matrix = (layer: number): Float32Array => given[this.matrices[layer]];
    // Those of several sums added up: a teacher has no time.
    const [w1, w2] = [0, 1].map((layer) => summedParts(matrix(layer), matrix(layer).length / this.floats[layer], this.width));
    const w3 = matrix(2);
    const [[nx, ny, nz], [minX, minY, minZ], [maxX, maxY, maxZ]] = [grid.size, grid.min, grid.max];
    // The teacher's grid is not marched.
    const constants = {
      densityShift: 0,
      interval: 0,
      stepLength: 0,
      near: 0,
      metricSteps: 0,
      innerSteps: 0,
      densityThreshold: 0,
      occupancyDensity: 0,
    };
    queue.writeBuffer(this.buffers['teacherGrid'], 0, gridStruct.pack({ ...constants, nx, ny, nz, minX, minY, minZ, maxX, maxY, maxZ }));
    const voxels = voxelCount(grid);
    const { channels } = this;
    const { channels: columns } = this.format;
    for (let plane = 0; plane < planeCount(channels, this.format); plane++) {
      const values = new Float32Array(columns * voxels);
      const count = Math.min(columns, channels - columns * plane);
      for (let v = 0; v < voxels; v++)
        for (let c = 0; c < count; c++) values[columns * v + c] = features[channels * v + columns * plane + c];
      queue.writeBuffer(this.buffers[`teacherFeatures${plane}`], 0, values);
    }
    const weights = new Float32Array(w1.length + w2.length + 4 * this.width);
    weights.set(w1);
    weights.set(w2, w1.length);
    for (let i = 0; i < this.width; i++) weights.set(w3.subarray(3 * i, 3 * i + 3), w1.length + w2.length + 4 * i);
    queue.writeBuffer(this.buffers['teacherWeights'], 0, weights);
  }

  /** Once a call. */
  encodeBegin(pass: GPUComputePassEncoder): void {
    this.network.encodeBegin(pass);
  }

  /**
   * For each part, after the student's losses and before its backward pass.
   *
   * @param gather dispatches a kernel by samples and planes
   */
  encodePart(pass: GPUComputePassEncoder, gather: (kernel: Kernel) => void): void {
    for (const kernel of this.gathers) gather(kernel);
    this.network.encodeForward(pass, false);
    this.kernels.get('colours')!.run(pass, ERROR_GROUPS);
    this.kernels.get('potentials')?.run(pass, ERROR_GROUPS);
  }

  /** Once a call, at the end: the errors' sums. */
  encodeErrors(pass: GPUComputePassEncoder): void {
    this.kernels.get('errors')!.run(pass, 1);
  }

  dispose(): void {
    this.network.dispose();
    for (const buffer of Object.values(this.buffers)) buffer.destroy();
  }
}
