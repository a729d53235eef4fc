/**
 * Where everything lies in the one shared memory of an engine, worked out before anything is allocated. Pages that are never touched cost
 * nothing, so regions are sized for the worst case of a step; `estimateBytes` is their sum.
 */
import { wasmRepresentation } from './representations/index.ts';
import type { GridSizes, WasmRepresentation } from './representations/representation.ts';
import { hetsyn } from '../../model/layers/hetsyn.ts';
import { representationOf } from '../../model/representations/index.ts';
import { maxStepsPerRay } from '../../lattice/lattice.ts';
import { voxelCount } from '../../geometry/grid.ts';
import { MemoryError } from '../../base/errors.ts';
import { viewInputs, type FieldSpec, type NetworkSpec } from '../../model/field-spec.ts';
import type { Capacity } from '../../engine/backend.ts';
import { fieldFloatsOf } from '../shared/field-floats.ts';
import { featureFrequencies, featureInputs } from '../../model/feature-encoding.ts';
import { inputLevels } from '../../model/input-spikes.ts';
import { learnsFromRates, learnsRepeats } from '../../config/backward.ts';
import { repeatsOf, sumsOf } from '../../model/network-facts.ts';
import { carriedRows } from '../../neurons/compile-rates.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { isRaised } from '../../neurons/regulated-lif.ts';
import { scanSizes, type ScanSizes } from '../shared/neuron-parameters.ts';
import { lanesOf } from './lanes.ts';
import { lookedUpGroups, signTableBytes } from './sign-table.ts';

export const SAMPLE_BYTES = 48;
export const STATS_BYTES = 224;
/** Rays that one call of the render kernel takes. */
export const RENDER_RAYS = 32768;
export const CHUNK_RAYS = 64;
export const CHUNK_ROWS = 128;
const WASM_LIMIT = 2 ** 32;

/** Sizes that follow from a spec and do not change when the grid grows within the capacity. */
export interface Sizes extends ScanSizes, GridSizes {
  readonly width: number;
  readonly inputs: number;
  readonly inputRows: number;
  /** Inputs that the network has of the features; floats of a row of them, and of a ray's view terms; frequencies of which it sees sines and cosines. */
  readonly featureInputs: number;
  readonly featureRows: number;
  readonly viewRows: number;
  readonly featureFrequencies: number;
  /** Products of factors that a sample's features are made of, and floats of the matrix that makes them; 0: none. */
  readonly productRows: number;
  readonly basisFloats: number;
  readonly gradientFloats: number;
  readonly maxSteps: number;
  /** 1 if the engine trains, 0 if it only draws. */
  readonly training: number;
  readonly rowCapacity: number;
  /** Lanes of a step, and samples that one has room for. */
  readonly lanes: number;
  readonly laneCapacity: number;
  readonly rays: number;
  /** Largest sizes of the network's input spikes (model/input-spikes.ts); 0: real numbers. */
  readonly featureLevels: number;
  readonly viewLevels: number;
  /** Rows of floats that a sample carries from step to step behind a layer, where gradients pass through rates; else 0. */
  readonly carriedRows: number;
  /** Decaying sums that each neuron of a hidden layer carries (model/layers/hetsyn-factors.ts), 0: none; floats of a row of its matrix. */
  readonly parts1: number;
  readonly parts2: number;
  readonly columns1: number;
  readonly columns2: number;
  /** Rows of decays of the hidden layers' synapses or sums, 0 where they have none; floats of all of them. */
  readonly decayRows1: number;
  readonly decayRows2: number;
  readonly decayFloats: number;
  /** Groups of inputs of w2 whose products are looked up (sign-table.ts); 0: none. */
  readonly signGroups: number;
  /** Floats in which a lane counts the spikes of every neuron, four each, where training raises thresholds by them; else 0. */
  readonly activityFloats: number;
  /** Voxels of a teacher's grid; 0: no teacher. */
  readonly teacherVoxels: number;
}

export function sizesOf(spec: FieldSpec, capacity: Capacity, threads: number): Sizes {
  const { extras } = wasmRepresentation(spec);
  const { productRows, basisFloats } = extras(spec.representation);
  const voxels = Math.max(capacity.voxels, voxelCount(spec.grid));
  const maxSteps = Math.max(capacity.steps ?? 0, maxStepsPerRay(spec));
  const network = spec.network;
  const width = network ? network.width : 16;
  const channels = representationOf(spec).features;
  const featureStride = upToFour(channels);
  const viewRows = network ? upToFour(viewInputs(network)) : 0;
  const seen = featureInputs(spec);
  const featureRows = upToFour(seen);
  const inputs = network ? seen + viewInputs(network) : 0;
  // Rows of features that are padded overlap those of the view terms: what is multiplied with them there is zero.
  const inputRows = upToFour(Math.max(seen + viewRows, featureRows));
  const rates = goesThroughRates(network, capacity);
  const repeats = network && !rates ? repeatsOf(network) : 1;
  const levels = inputLevels(network);
  const [parts1, parts2] = [0, 1].map((layer) => (network ? sumsOf(network, layer) : 0));
  const [columns1, columns2] = [parts1, parts2].map((parts) => Math.max(1, parts) * width);
  const decayRows1 = hasDecays(network, 0) ? inputRows : parts1;
  const decayRows2 = hasDecays(network, 1) ? width : parts2;
  const decayFloats = (decayRows1 + decayRows2) * width;
  const networkFloats = (network ? inputRows * columns1 + width * columns2 + width * 4 : 0) + decayFloats + basisFloats;
  const scan = scanSizes(network);
  const lanes = lanesOf(capacity.trainRays);
  // A thread owns at most nz/threads + 1 of nz planes, and later grids have more planes, not fewer.
  const share = Math.min(1, 1 / threads + 1 / spec.grid.size[2]);
  // A step of a ray lies between two planes of four voxels; of two or more threads each owns only one of them.
  const touchedVoxels = capacity.totalVariation === 'everywhere' ? voxels : (threads === 1 ? 8 : 4) * maxSteps * capacity.trainRays;
  return {
    voxels,
    representation: spec.representation,
    fieldFloats: fieldFloatsOf(spec, { ...capacity, voxels }),
    channels,
    featureStride,
    featureInputs: seen,
    featureRows,
    featureFrequencies: featureFrequencies(network),
    viewRows,
    productRows,
    basisFloats,
    width,
    inputs,
    inputRows,
    ...scan,
    // Through rates no step is kept.
    ...(network !== null && rates ? { keptValues: 0, carriedRows: carriedRows(neuronNamed(network.neuron)) } : { carriedRows: 0 }),
    parts1,
    parts2,
    columns1,
    columns2,
    decayRows1,
    decayRows2,
    decayFloats,
    networkFloats,
    gradientFloats: networkFloats + 2 * scan.neuronFloats,
    maxSteps,
    training: capacity.trainRays > 0 ? 1 : 0,
    rowCapacity: maxSteps * repeats + CHUNK_ROWS,
    lanes,
    laneCapacity: (Math.floor(capacity.trainRays / lanes) + 1) * maxSteps,
    touchedVoxels,
    slotCapacity: Math.min(Math.ceil(voxels * share), touchedVoxels) + 1,
    rays: Math.max(capacity.trainRays, RENDER_RAYS),
    featureLevels: levels.features,
    viewLevels: levels.views,
    signGroups: network && looksUpSigns(network, scan) ? lookedUpGroups(network) : 0,
    activityFloats: network && capacity.trainRays > 0 && isRaised(neuronNamed(network.neuron)) ? 8 * width : 0,
    teacherVoxels: network && capacity.trainRays > 0 ? (capacity.teacherVoxels ?? 0) : 0,
  };
}

/** Sums of four groups are kept in 8 bits (assembly/sign-groups.ts): spikes of at most 2, without a sign. */
function looksUpSigns(network: NetworkSpec, { signedSpikes, spikeEntries }: { signedSpikes: number; spikeEntries: number }): boolean {
  return signedSpikes + spikeEntries === 0 && neuronNamed(network.neuron).terms.length <= 2 && !hasDecays(network, 1);
}

/**
 * Whether the kernels take the means over time of a `repeat` network and their derivatives. An engine that only draws takes its steps one by one, unless
 * layers have steps of their own.
 */
export function goesThroughRates(network: FieldSpec['network'], { trainRays }: Pick<Capacity, 'trainRays'>): boolean {
  return network !== null && (learnsRepeats(network) || (trainRays > 0 && learnsFromRates(network)));
}

/** Whether the synapses of a hidden layer (0, 1) have currents and decays of their own. */
export function hasDecays(network: FieldSpec['network'], layer: number): boolean {
  return network?.layers?.[layer]?.kind === hetsyn.name;
}

function upToFour(count: number): number {
  return Math.ceil(count / 4) * 4;
}

/** Throws RangeError if a field with these sizes has no room for the spec, MemoryError where settings mend it, BackendError if none could hold it. */
export function checkFits(spec: FieldSpec, sizes: Sizes, threads: number): void {
  const [nx, ny, nz] = spec.grid.size;
  const check = (what: string, needed: number, room: number, fix?: string): void => {
    if (needed <= room) return;
    const message = `A grid of ${nx}x${ny}x${nz} needs ${needed} ${what}; this engine was made for ${room}.`;
    throw fix === undefined ? new RangeError(message) : new MemoryError(message, fix);
  };
  check('voxels', nx * ny * nz, sizes.voxels);
  check('steps a ray', maxStepsPerRay(spec), sizes.maxSteps);
  const representation = wasmRepresentation(spec);
  representation.check?.(spec);
  for (const need of representation.needs(sizes, spec, threads)) check(...need);
}

/** Byte offsets by the name of the kernels' variable, and the end of the last region. */
export interface MemoryPlan {
  readonly offsets: Readonly<Record<string, number>>;
  readonly bytes: number;
}

export function planMemory(sizes: Sizes, representation: WasmRepresentation, threads: number, scratchStride: number): MemoryPlan {
  const offsets: Record<string, number> = {};
  // The first page holds the tables of the compiler's maths functions; and a pointer of 0 means "none" to the kernels.
  let cursor = 65536;
  const reserve = (name: string, bytes: number): void => {
    offsets[name] = cursor;
    cursor += Math.ceil(bytes / 64) * 64;
  };
  const {
    voxels,
    featureStride,
    featureRows,
    width,
    inputRows,
    networkFloats,
    basisFloats,
    gradientFloats,
    parts1,
    parts2,
    columns1,
    columns2,
    decayRows1,
    decayRows2,
    rays,
    lanes,
  } = sizes;
  const training = sizes.training > 0;
  const hasNetwork = networkFloats > basisFloats;
  reserve('workCounter', 64);
  reserve('stats', Math.max(lanes, threads) * STATS_BYTES);
  const regions = representation.regions(sizes, threads);
  for (const [name, bytes] of regions.parameters) reserve(name, bytes);
  reserve('leap', voxels);
  // One behind the other, as their gradients and moments are.
  reserve('w1', hasNetwork ? inputRows * columns1 * 4 : 0);
  reserve('w2', hasNetwork ? width * columns2 * 4 : 0);
  reserve('w3', hasNetwork ? width * 16 : 0);
  reserve('decays1', decayRows1 * width * 4);
  reserve('decays2', decayRows2 * width * 4);
  reserve('basis', basisFloats * 4);
  reserve('w1t', featureRows * columns1 * 4);
  reserve('w2t', width * columns2 * 4);
  reserve('decays1t', (decayRows1 > parts1 ? featureRows : 0) * width * 4);
  reserve('decays2t', (decayRows2 > parts2 ? width : 0) * width * 4);
  reserve('w3t', width * 16);
  reserve('signTable', signTableBytes(sizes.signGroups, columns2));
  reserve('neuronValues', sizes.neuronFloats * 8);
  reserve('inputSteps', featureStride * 4);
  reserve('origins', rays * 12 + 4);
  reserve('directions', rays * 12 + 4);
  reserve('viewDirections', rays * 12 + 4);
  reserve('outRgb', RENDER_RAYS * 12);
  reserve('outDepth', RENDER_RAYS * 4);
  reserve('outOpacity', RENDER_RAYS * 4);
  reserve('outSamples', RENDER_RAYS * 4);
  reserve('outSpikes', RENDER_RAYS * 4);
  reserve('scratch', scratchStride * threads);
  reserve('renderSamples', threads * renderSampleStride(sizes));
  if (training) {
    reserve('targets', rays * 12 + 4);
    reserve('backgrounds', rays * 12 + 4);
    reserve('packedRays', rays * 16);
    reserve('networkMoments', networkFloats * 8);
    reserve('networkGradients', gradientFloats * 4 * lanes);
    for (const [name, bytes] of regions.training) reserve(name, bytes);
    reserve('packedSamples', lanes * sizes.laneCapacity * SAMPLE_BYTES);
    reserve('featureGradients', lanes * sizes.laneCapacity * featureStride * 4);
    reserve('potentialCoefficients', width * 8);
    reserve('potentialSums', lanes * width * 8);
    reserve('activitySums', lanes * sizes.activityFloats * 4);
  }
  if (sizes.teacherVoxels > 0) {
    reserve('teacherFeatures', sizes.teacherVoxels * featureStride * 4);
    reserve('teacherW1', inputRows * columns1 * 4);
    reserve('teacherW2', width * columns2 * 4);
    reserve('teacherW3', width * 16);
    reserve('teacherDecays1', decayRows1 * width * 4);
    reserve('teacherDecays2', decayRows2 * width * 4);
    reserve('teacherNeuronValues', sizes.neuronFloats * 8);
    reserve('teacherInputSteps', featureStride * 4);
  }
  return { offsets, bytes: cursor };
}

export function renderSampleStride(sizes: Sizes): number {
  return (CHUNK_RAYS + 1) * sizes.maxSteps * SAMPLE_BYTES;
}

/** Throws MemoryError if the plan is beyond what 32-bit WebAssembly can address. */
export function checkAddressable(bytes: number): void {
  if (bytes <= WASM_LIMIT) return;
  throw new MemoryError(
    `The field needs ${(bytes / 2 ** 30).toFixed(1)} GiB; the wasm backend can address 4 GiB.`,
    'Use fewer threads (--threads ...), each of which has memory of its own, fewer voxels (--set fine.voxels=...) or fewer rays a step (--set fine.rays=...).',
  );
}
