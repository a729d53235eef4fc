/**
 * Every buffer of a field and its size, worked out before anything is allocated (docs/kernels.md). Sizes are for the worst case of a call;
 * what would not fit a binding of the adapter is refused with the numbers.
 */
import { fieldFloatsOf } from '../shared/field-floats.ts';
import { webgpuRepresentation } from './representations/index.ts';
import { featureGradientBuffers, fewerVoxels, type GridSizes, type WebgpuRepresentation } from './representations/representation.ts';
import { representationOf } from '../../model/representations/index.ts';
import { maxStepsPerRay } from '../../lattice/lattice.ts';
import { spaceFacts } from '../../spaces/index.ts';
import { voxelCount } from '../../geometry/grid.ts';
import { BUFFER_USAGE } from '../../../renderer/wgsl/kernel.ts';
import { planeCount, planeFormat } from '../../../renderer/wgsl/feature-planes.ts';
import { mostParts } from '../../../renderer/wgsl/plan-parts.ts';
import { STATS } from '../../../renderer/wgsl/stats.ts';
import { gridStruct, stepStruct, viewStruct } from '../../../renderer/wgsl/uniforms.ts';
import { MOST_TABLE_WORDS } from '../../../renderer/wgsl/tables.ts';
import { DISPATCH_WIDTH, WORK_WORDS, type DispatchEntry } from '../../../renderer/wgsl/work.ts';
import { MARCH_RAYS } from '../../../renderer/wgsl/march.ts';
import { MemoryError } from '../../base/errors.ts';
import { viewInputs, type FieldSpec } from '../../model/field-spec.ts';
import { sumsOf } from '../../model/network-facts.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { parameterFloats } from '../../neurons/scan-layout.ts';
import type { Capacity } from '../../engine/backend.ts';
import { AXIS_POINT_BYTES, axisPoints, MOST_AXIS_POINTS } from './kernels/scale-grid.ts';
import type { SampleRange } from './network/network-module.ts';

/** Rays of one submission of a field that trains when it renders. */
const RENDER_RAYS = 2 ** 15;
/**
 * Rays of one submission of a field that is only rendered, where bindings are large: a thread a ray waits most of its time, and GPUs that bind so much
 * have threads enough to fill it.
 */
const MANY_RENDER_RAYS = 2 ** 17;
/** Bytes of bindings, and at most so many for the rays' currents in front of layer 1, the largest of their buffers. */
const [LARGE_BINDING, RAY_BYTES] = [2 ** 30, 2 ** 26];
/** A part holds at least so many rays of the greatest length; more samples are coloured part by part. */
const PART_RAYS = 2048;
/** Floats of `lossSums`. */
export const LOSS_SUMS = 8;

export interface FieldSizes extends GridSizes {
  readonly representation: WebgpuRepresentation;
  readonly training: boolean;
  readonly maxSteps: number;
  /** Space is. */
  readonly contracted: boolean;
  readonly trainRays: number;
  /** Voxels of the teacher's grid; 0: no teacher. */
  readonly teacherVoxels: number;
  readonly dropout: boolean;
  /** Rays of the largest call. */
  readonly rays: number;
  /** Network samples of a part. */
  readonly partSamples: number;
  readonly width: number;
  readonly inputs: number;
  /** Decaying sums that a neuron of each hidden layer carries; 0: none. */
  readonly parts: readonly [number, number];
  /** Floats of w1, w2, w3, whose rows are padded to four, and the decays of sums. */
  readonly weightFloats: number;
  /** Floats of the neurons' parameters behind one layer. */
  readonly neuronFloats: number;
}

/**
 * @param samplesAtATime network samples of a part
 * @param features most bytes of a plane of them; and whether a field that is only rendered has them in 16 bits
 */
export function fieldSizes(
  spec: FieldSpec,
  capacity: Capacity,
  samplesAtATime: (range: SampleRange) => number,
  features = { bindingBytes: Infinity, half: false },
): FieldSizes {
  const { network } = spec;
  const { features: channels } = representationOf(spec);
  const maxSteps = Math.max(capacity.steps ?? 0, maxStepsPerRay(spec));
  const { trainRays } = capacity;
  const densitySamples = trainRays * maxSteps;
  const width = network?.width ?? 0;
  // Without a network the logits' gradients are those of the features: one part has to hold a training step.
  const inputs = network ? channels + viewInputs(network) : 0;
  const parts: readonly [number, number] = network ? [sumsOf(network, 0), sumsOf(network, 1)] : [0, 0];
  const many = trainRays === 0 && features.bindingBytes >= LARGE_BINDING;
  const fitting = Math.floor(RAY_BYTES / (4 * width * Math.max(1, parts[0])));
  const rays = Math.max(trainRays, RENDER_RAYS, many ? Math.min(MANY_RENDER_RAYS, fitting) : 0);
  const voxels = Math.max(capacity.voxels, voxelCount(spec.grid));
  const teacherVoxels = network && trainRays > 0 ? (capacity.teacherVoxels ?? 0) : 0;
  const representation = webgpuRepresentation(spec);
  const grid = {
    totalVariation: trainRays > 0 && (capacity.totalVariation ?? 'nowhere') !== 'nowhere',
    representationSpec: spec.representation,
    voxels,
    fieldFloats: fieldFloatsOf(spec, { ...capacity, voxels }),
    channels,
    densitySamples,
  };
  const points = representation.points(grid);
  const format = planeFormat(Math.max(points, teacherVoxels), features.bindingBytes, features.half && trainRays === 0);
  return {
    ...grid,
    representation,
    training: trainRays > 0,
    points,
    planes: planeCount(channels, format),
    planeFormat: format,
    maxSteps,
    contracted: spaceFacts(spec.space).contracted,
    trainRays,
    teacherVoxels,
    dropout: trainRays > 0 && (capacity.dropout ?? false),
    rays,
    partSamples:
      network || trainRays === 0
        ? samplesAtATime({ most: Math.max(densitySamples, PART_RAYS * maxSteps), longest: maxSteps })
        : densitySamples,
    width,
    inputs,
    parts,
    weightFloats: width * (inputs * Math.max(1, parts[0]) + width * Math.max(1, parts[1]) + 4 + parts[0] + parts[1]),
    neuronFloats: network ? parameterFloats(neuronNamed(network.neuron), width) : 0,
  };
}

/** Throws RangeError if a field with these sizes has no room for the spec, MemoryError where settings mend it. */
export function checkFits(spec: FieldSpec, sizes: FieldSizes): void {
  const [nx, ny, nz] = spec.grid.size;
  const check = (what: string, needed: number, room: number, fix?: string): void => {
    if (needed <= room) return;
    const message = `A grid of ${nx}x${ny}x${nz} needs ${needed} ${what}; this engine was made for ${room}.`;
    throw fix === undefined ? new RangeError(message) : new MemoryError(message, fix);
  };
  check('voxels', nx * ny * nz, sizes.voxels);
  check('steps a ray', maxStepsPerRay(spec), sizes.maxSteps);
  check('points along its axes', axisPoints(spec.grid), MOST_AXIS_POINTS);
  for (const need of sizes.representation.needs(sizes, spec)) check(...need);
}

export interface PlannedBuffer {
  readonly bytes: number;
  readonly usage: number;
}

const { copySource, copyTarget, storage, uniform, indirect } = BUFFER_USAGE;

/** @param withRows the network counts rows that include gaps */
export function planBuffers(sizes: FieldSizes, entries: readonly DispatchEntry[], withRows: boolean): Map<string, PlannedBuffer> {
  const { voxels, channels, rays, maxSteps, densitySamples, partSamples, trainRays, training, width, weightFloats, neuronFloats } = sizes;
  const plan = new Map<string, PlannedBuffer>();
  const reserve = (name: string, bytes: number, usage: number = storage | copySource | copyTarget): void => {
    plan.set(name, { bytes: Math.max(16, Math.ceil(bytes / 4) * 4), usage });
  };
  const vectors = Math.ceil(channels / 4);
  reserve('grid', gridStruct.bytes, uniform | copyTarget);
  reserve('step', stepStruct.bytes, uniform | copyTarget);
  reserve('view', viewStruct.bytes, uniform | copyTarget);
  const parameters = sizes.representation.buffers(sizes);
  for (const { name, bytes } of parameters) reserve(name, bytes);
  reserve('leap', voxels);
  reserve('leapScratch', voxels);
  reserve('rays', rays * 36);
  reserve('rayOffsets', (rays + 1) * 8);
  if (withRows) reserve('rowOffsets', (rays + 1) * 4);
  reserve('stepBits', Math.ceil(maxSteps / 32) * rays * 8);
  reserve('rayEnds', rays * 8);
  reserve('stats', STATS.length * 8);
  reserve('work', (WORK_WORDS + mostParts(rays, rays * maxSteps, partSamples) + 1) * 4);
  reserve('dispatch', entries.length * 12, storage | indirect);
  reserve('packedPlaces', Math.max(densitySamples, partSamples) * 16);
  reserve('sampleInfo', partSamples * 16);
  reserve('rendered', rays * 24);
  reserve('raySpikes', rays * 4);
  reserve('logits', partSamples * 16);
  if (width > 0) {
    reserve('sampleFeatures', partSamples * 16 * vectors);
    reserve('weights', weightFloats * 4);
    reserve('neuronValues', neuronFloats * 8);
    reserve('inputSteps', 16 * vectors);
  }
  reserve('inputRange', 8);
  if (!training) return plan;
  reserve('fromGrid', gridStruct.bytes, uniform | copyTarget);
  reserve('axes', MOST_AXIS_POINTS * AXIS_POINT_BYTES);
  if (sizes.representation.rates) reserve('rate', voxels * 4);
  for (const moment of ['M', 'V']) {
    for (const { name, bytes } of parameters) reserve(`${name}${moment}`, bytes);
  }
  reserve('colours', trainRays * 24);
  reserve('packedAlphas', densitySamples * 16);
  reserve('rayLosses', trainRays * 16);
  reserve('lossSums', LOSS_SUMS * 4);
  for (const [name, bytes] of Object.entries(featureGradientBuffers(sizes.representation.featureGradients, vectors)))
    reserve(name, densitySamples * bytes);
  for (const [name, { bytes, indirect: dispatches }] of Object.entries(sizes.representation.scratch(sizes)))
    reserve(name, bytes, dispatches === true ? storage | indirect : undefined);
  if (width === 0) return plan;
  reserve('logitGradients', partSamples * 16);
  reserve('weightsM', weightFloats * 4);
  reserve('weightsV', weightFloats * 4);
  reserve('networkGradients', (weightFloats + 2 * neuronFloats) * 4);
  reserve('potentialSums', width * 16);
  reserve('potentialWeights', width * 8);
  return plan;
}

type BufferLimits = Pick<GPUSupportedLimits, 'maxBufferSize' | 'maxStorageBufferBindingSize'>;

/** The most bytes of a buffer that is bound as a whole. */
export function mostBytes({ maxBufferSize, maxStorageBufferBindingSize }: BufferLimits): number {
  return Math.min(maxBufferSize, maxStorageBufferBindingSize);
}

/**
 * Throws MemoryError if a buffer is beyond what the adapter can bind, a table beyond a texture, or a call beyond what a dispatch reaches. The numbers are also those that
 * would fit: a buffer grows with the voxels, the teacher's voxels, or the rays of a step.
 *
 * @param groups bytes by name
 */
export function checkLimits(sizes: FieldSizes, groups: readonly Readonly<Record<string, number>>[], limits: BufferLimits): void {
  const { teacherVoxels, trainRays, rays, representation } = sizes;
  const parameters = representation.buffers(sizes).map(({ name }) => name);
  const mostRays = DISPATCH_WIDTH * MARCH_RAYS;
  if (rays > mostRays)
    throw new MemoryError(`A step of ${rays} rays is beyond the ${mostRays} that a dispatch reaches.`, `Use --set fine.rays=${mostRays}.`);
  for (const [table, words] of Object.entries(representation.tables(sizes)))
    if (words > MOST_TABLE_WORDS)
      throw new MemoryError(
        `The table ${table} needs ${words} words; a texture has room for ${MOST_TABLE_WORDS}.`,
        `${fewerVoxels(sizes, (count) => Math.floor((count * MOST_TABLE_WORDS) / words))}, or --backend wasm.`,
      );
  const limit = mostBytes(limits);
  const [name, bytes] = groups.flatMap((group) => Object.entries(group)).reduce((largest, each) => (each[1] > largest[1] ? each : largest));
  if (bytes <= limit) return;
  const fitting = (count: number): number => Math.floor((count * limit) / bytes);
  const fix = name.startsWith('teacherFeatures')
    ? `Use a teacher of at most ${fitting(teacherVoxels)} voxels`
    : OF_VOXELS.test(name)
      ? fewerVoxels(sizes, fitting)
      : OF_POINTS.test(name) || parameters.some((parameter) => name.startsWith(parameter))
        ? representation.smaller(sizes, fitting)
        : `Use fewer rays a step (at most --set fine.rays=${fitting(trainRays)})`;
  throw new MemoryError(
    `The buffer ${name} needs ${(bytes / 2 ** 20).toFixed(0)} MiB; this GPU binds at most ${(limit / 2 ** 20).toFixed(0)} MiB.`,
    `${fix}, or --backend wasm.`,
  );
}

/** Buffers whose size is that of the grid; and of what the representation holds of it, besides its parameters. */
const OF_VOXELS = /^(leap|leapScratch|rate|pointDensity)$/;
const OF_POINTS = /^(cells|voxel(Marks|List)|gridGradient|bricksBefore|line(Density|Feature)Sums)$/;
