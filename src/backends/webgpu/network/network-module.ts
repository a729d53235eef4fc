/**
 * The colour network of the WebGPU backend: its buffers and kernels, and the order in which they run. What a step looks like around it, and the
 * buffers that it shares with the rest, is in field-kernels.ts; all its work on the GPU is encoded into the caller's pass.
 *
 *     encodeBegin      once a call    tables
 *     encodeRange      a part         Poisson encoding in training: range of the inputs (before any encodeForward)
 *     encodeForward    a part         features to logits
 *     encodeBackward   a part         d loss / d logits to d loss / d features; adds to the sums of the parts before
 *     encodeGradients  once a call    gradients of weights and learned parameters
 *
 * Every dispatch has a fixed size: a workgroup finds its share of the part in `work` and `rows`, and has nothing to do if there is none.
 */
import { BUFFER_USAGE, createKernel, type Buffers, type KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { forwardKernel, keptValues } from '../../../../renderer/wgsl/network/forward.ts';
import { featureSpikesKernel } from '../../../../renderer/wgsl/network/input-spikes.ts';
import { inputSpikesKernel, rangeEndKernel, rangeKernel } from '../../../../renderer/wgsl/network/poisson.ts';
import { meanLogitsKernel } from '../../../../renderer/wgsl/network/repeats.ts';
import { DISPATCHES, ROW_GROUPS, rowsKernel, type Dispatch } from '../../../../renderer/wgsl/network/rows.ts';
import { networkShape, ROW_HEADER, SHARES, TASKS, type NetworkShape, type TrainingTerms } from '../../../../renderer/wgsl/network/shape.ts';
import { TABLE_GROUPS, tablesKernel } from '../../../../renderer/wgsl/network/tables.ts';
import { VIEW_GROUPS, viewsKernel } from '../../../../renderer/wgsl/network/views.ts';
import { MemoryError } from '../../../base/errors.ts';
import type { FieldSpec, NetworkSpec } from '../../../model/field-spec.ts';
import { webgpuRepresentation } from '../representations/index.ts';
import type { WebgpuRepresentation } from '../representations/representation.ts';
import { backwardKernel, sumSlots } from './backward.ts';
import { DROPOUT_GROUPS, dropoutKernel } from './dropout.ts';
import { featureGradientsKernels, passedWords } from './feature-gradients.ts';
import { inputGroups, INPUT_SHARES, inputGradientsKernel, summedInputs } from './input-gradients.ts';
import type { NetworkModule, Sharing } from './interface.ts';
import { blocksOf, outputGradientsKernel, weightGradientKernel } from './products.ts';
import { COLLECT_GROUPS, collectKernel, sumsKernel, SUM_GROUPS } from './weight-gradients.ts';

export type NetworkFieldSpec = FieldSpec & { readonly network: NetworkSpec };

/** The limits of a device that matter here. */
export type NetworkLimits = Pick<GPUSupportedLimits, 'maxStorageBufferBindingSize' | 'maxBufferSize' | 'maxComputeWorkgroupStorageSize'>;

/** Bytes of a buffer of a part, and rows: beyond them a part has work enough for any GPU. */
const [PART_BYTES, PART_ROWS] = [256 * 2 ** 20, 2 ** 20];

const { storage, indirect } = BUFFER_USAGE;

/** What a network is there for: an image, a training step, or potentials and logits for another network. */
export type NetworkUse = 'rendering' | 'training' | 'teaching';

function layoutOf(spec: FieldSpec): WebgpuRepresentation['featureGradients'] {
  return webgpuRepresentation(spec).featureGradients;
}

/** Samples: the most that a call can have, and those of the longest ray. */
export interface SampleRange {
  readonly most: number;
  readonly longest: number;
}

/** Whether the network needs `rowOffsets`: gaps are rows. */
export function needsRowOffsets(spec: NetworkFieldSpec): boolean {
  return networkShape(spec, 0).gaps;
}

/**
 * Samples (with gaps as rows: rows) that a part may hold.
 *
 * @throws MemoryError if one ray could be longer
 */
export function partSamplesOf(
  spec: NetworkFieldSpec,
  limits: NetworkLimits,
  use: NetworkUse,
  { most, longest }: SampleRange,
  terms?: TrainingTerms,
): number {
  const shape = networkShape(spec, limits.maxComputeWorkgroupStorageSize, terms);
  const bytes = Math.min(PART_BYTES, limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const rowBytes = Math.max(...Object.values(rowBuffers(shape, use)));
  const rows = Math.min(PART_ROWS, Math.floor((bytes - 8 * ROW_HEADER) / rowBytes));
  const fitting = Math.min(most, Math.floor(rows / shape.repeats));
  if (fitting < Math.min(most, longest))
    throw new MemoryError(
      `A ray of ${longest} samples, each shown ${shape.repeats} times to ${shape.width} neurons, needs ${(longest * shape.repeats * rowBytes) / 2 ** 20} MiB in one buffer; at most ${bytes / 2 ** 20} MiB are used.`,
      'Use a narrower network, fewer repeats or longer steps (--set network.width=…, network.repeats=…, fine.stepSize=…), or --backend wasm.',
    );
  return fitting;
}

/** Bytes a row of the buffers that grow with the part. */
function rowBuffers(shape: NetworkShape, use: NetworkUse): Record<string, number> {
  return {
    rows: 8,
    ...(shape.poisson ? { inputSpikes: 8 } : {}),
    ...(shape.repeats > 1 ? { rowLogits: 16 } : {}),
    ...(use === 'rendering' ? {} : { potentials: 8 * keptValues(shape) * shape.width }),
    ...(use === 'training' ? { outputGradients: 4 * shape.columns[0] } : {}),
    ...(use === 'training' && shape.inputLevels.features > 0 ? { passedFeatures: 4 * passedWords(shape) } : {}),
  };
}

/** Bytes of the module's own buffers by name. */
export function networkBuffers(
  spec: NetworkFieldSpec,
  limits: NetworkLimits,
  { partSamples, rays }: Sharing,
  use: NetworkUse,
  terms?: TrainingTerms,
): Record<string, number> {
  const shape = networkShape(spec, limits.maxComputeWorkgroupStorageSize, terms);
  const { width, columns, views, poisson } = shape;
  const training = use === 'training';
  const keepsTerms = training || poisson;
  const rows = partSamples * shape.repeats;
  const ofRows = Object.fromEntries(Object.entries(rowBuffers(shape, use)).map(([name, bytes]) => [name, bytes * rows]));
  return {
    ...ofRows,
    rows: 8 * (rows + ROW_HEADER),
    networkTables: 4 * shape.tableFloats,
    networkDispatch: 12 * DISPATCHES.length,
    ...(poisson ? {} : { viewCurrents: 4 * rays * columns[0] }),
    ...(keepsTerms ? { views: 4 * rays * views } : {}),
    ...(training
      ? {
          partialSums: 4 * TASKS * sumSlots(shape).total * width,
          sums: 4 * SUM_GROUPS * sumSlots(shape).total * width,
          partialW2: 4 * SHARES * width * columns[1],
          partialInputs: 4 * INPUT_SHARES * summedInputs(shape) * columns[0],
          ...(poisson ? {} : { rayGradients: 4 * rays * columns[0] }),
          ...(poisson ? { rangeBits: 8 } : {}),
          ...(shape.drops ? { keptNeurons: 8 * rays * width } : {}),
        }
      : {}),
  };
}

/** The buffers of `networkBuffers`. */
export function createNetworkBuffers(device: GPUDevice, bytes: Readonly<Record<string, number>>): Record<string, GPUBuffer> {
  const usage = (name: string): number => (name === 'networkDispatch' ? storage | indirect : storage);
  return Object.fromEntries(
    Object.entries(bytes).map(([label, size]) => [label, device.createBuffer({ label, size, usage: usage(label) })]),
  );
}

type Stage =
  'tables' | 'rangeBegin' | 'rows' | 'views' | 'range' | 'rangeEnd' | 'inputSpikes' | 'featureSpikes' | 'forward' | 'meanLogits' | 'render';
type TrainingStage =
  | 'activity1'
  | 'dropout1'
  | 'activity2'
  | 'dropout2'
  | 'backward2'
  | 'outputGradients'
  | 'backward1'
  | 'gradientW2'
  | 'inputGradients'
  | 'featureGradients'
  | 'sums'
  | 'collect';
/** Workgroups, or what they are counted by. */
type Workgroups = readonly [x: number, y: number] | Dispatch;
type StageKernel = readonly [Stage | TrainingStage, KernelText, Workgroups];

/** The kernels of a network. */
function kernelsOf(shape: NetworkShape, use: NetworkUse, layout: WebgpuRepresentation['featureGradients']): StageKernel[] {
  const training = use === 'training';
  const { poisson, repeats } = shape;
  const list: StageKernel[] = [
    ['tables', tablesKernel(shape, training), [TABLE_GROUPS, 1]],
    ['rows', rowsKernel(shape, blocksOf(shape)), [ROW_GROUPS, 1]],
    ['views', viewsKernel(shape, training || poisson), [VIEW_GROUPS, 1]],
    use === 'teaching' ? ['forward', forwardKernel(shape, 'training'), 'tasks'] : ['render', forwardKernel(shape, 'rendering'), 'tasks'],
  ];
  if (shape.inputLevels.features > 0) list.push(['featureSpikes', featureSpikesKernel(shape, training), 'samples']);
  if (poisson) list.push(['inputSpikes', inputSpikesKernel(shape), 'rows']);
  if (repeats > 1) list.push(['meanLogits', meanLogitsKernel(shape), 'samples']);
  if (!training) return list;
  if (poisson)
    list.push(
      ['rangeBegin', rangeEndKernel(true), [1, 1]],
      ['range', rangeKernel(shape), 'samples'],
      ['rangeEnd', rangeEndKernel(false), [1, 1]],
    );
  if (shape.drops)
    list.push(
      ['activity1', forwardKernel(shape, 'activity 1'), 'tasks'],
      ['dropout1', dropoutKernel(shape, 1), [DROPOUT_GROUPS, 1]],
      ['activity2', forwardKernel(shape, 'activity 2'), 'tasks'],
      ['dropout2', dropoutKernel(shape, 2), [DROPOUT_GROUPS, 1]],
    );
  list.push(
    ['forward', forwardKernel(shape, 'training'), 'tasks'],
    ['backward2', backwardKernel(shape, 2), 'tasks'],
    ['outputGradients', outputGradientsKernel(shape), 'rowBlocks'],
    ['backward1', backwardKernel(shape, 1), 'tasks'],
    ['gradientW2', weightGradientKernel(shape), 'shares'],
    ['inputGradients', inputGradientsKernel(shape), [inputGroups(shape), INPUT_SHARES]],
    ...featureGradientsKernels(shape, layout).map((text): StageKernel => ['featureGradients', text, 'rows']),
    ['sums', sumsKernel(shape), [sumSlots(shape).total, SUM_GROUPS]],
    ['collect', collectKernel(shape), [COLLECT_GROUPS, 1]],
  );
  return list;
}

/** The WGSL of all kernels that a network would have, to be compiled by a test. */
export function networkKernelTexts(spec: NetworkFieldSpec, limits: NetworkLimits, use: NetworkUse, terms?: TrainingTerms): KernelText[] {
  return kernelsOf(networkShape(spec, limits.maxComputeWorkgroupStorageSize, terms), use, layoutOf(spec)).map(([, text]) => text);
}

/**
 * @param terms of the training steps; default: none
 * @param own what `createNetworkBuffers` made for it; the module destroys them
 */
export async function createNetworkModule(
  device: GPUDevice,
  spec: NetworkFieldSpec,
  buffers: Buffers,
  own: Buffers,
  use: NetworkUse,
  terms?: TrainingTerms,
): Promise<NetworkModule> {
  const shape = networkShape(spec, device.limits.maxComputeWorkgroupStorageSize, terms);
  const all = { ...buffers, ...own };
  const kernels = await Promise.all(
    kernelsOf(shape, use, layoutOf(spec)).map(async ([stage, text, workgroups]) => ({
      stage,
      kernel: await createKernel(device, text, all),
      workgroups,
    })),
  );
  /** Those of the stages that this network has. */
  const run = (pass: GPUComputePassEncoder, ...stages: (Stage | TrainingStage)[]): void => {
    for (const { kernel, workgroups } of stages.flatMap((name) => kernels.filter(({ stage }) => stage === name))) {
      if (typeof workgroups === 'string') kernel.runIndirect(pass, all.networkDispatch, DISPATCHES.indexOf(workgroups));
      else kernel.run(pass, workgroups[0], workgroups[1]);
    }
  };
  return {
    buffers: own,
    encodeBegin: (pass) => run(pass, 'tables', 'rangeBegin'),
    encodeRange: (pass) => run(pass, 'rows', 'views', 'range', 'rangeEnd'),
    encodeForward: (pass, rendering) => {
      run(pass, 'rows', 'views', 'featureSpikes', 'inputSpikes');
      if (!rendering) run(pass, 'activity1', 'dropout1', 'activity2', 'dropout2');
      run(pass, rendering ? 'render' : 'forward', 'meanLogits');
    },
    encodeBackward: (pass) => run(pass, 'backward2', 'outputGradients', 'gradientW2', 'backward1', 'inputGradients', 'featureGradients'),
    encodeGradients: (pass) => run(pass, 'sums', 'collect'),
    dispose: () => Object.values(own).forEach((buffer) => buffer.destroy()),
  };
}
