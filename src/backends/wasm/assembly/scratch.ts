/**
 * A thread's scratch memory for one chunk of whole rays: rows are time steps of the network. Everything about its layout is here; TypeScript
 * asks `scratchBytes` how much to reserve. Buffers that only training uses have no bytes where an engine only draws.
 */
import {
  carriedRows, columns1, columns2, decayFloats, featureFrequencies, featureLevels, featureRows, featureStride, inputRows, keptValues, productRows, listBytes, neuronStates, parts1, parts2, rowCapacity, scratch, scratchStride, signGroups, teacherVoxels, thread, training,
  teacherSpikes, viewLevels, width,
} from './state';
import { STATS_BYTES } from './stats';

/** Rays a chunk may hold, and rows at which it counts as full. */
export const CHUNK_RAYS = 64;
export const CHUNK_ROWS = 128;
/** Floats of a view row: 3 + 6 * frequencies, at most 51, rounded up. */
export const VIEW_FLOATS: usize = 64;

export let inputsAt: usize = 0;
export let hidden1: usize = 0;
export let hidden2: usize = 0;
export let gradient1: usize = 0;
export let gradient2: usize = 0;
export let inputGradients: usize = 0;
/** Lists of spikes (spikes.ts, signed-spikes.ts), or entries of outputs (sparse-rows.ts). */
export let lists1: usize = 0;
export let lists2: usize = 0;
export let counts1: usize = 0;
export let counts2: usize = 0;
/** i32 a row: how many of its spikes are negative; their list grows from the end. Of entries: the address behind the row's. */
export let minus1: usize = 0;
export let minus2: usize = 0;
/** What the backward scan reads besides the potentials, keptValues rows of floats a row. */
export let saved1: usize = 0;
export let saved2: usize = 0;
/** u32 a row: pointer to the row's initial current in layer 1. */
export let rowInit: usize = 0;
/** i32 a row: the chunk's sample it shows, or -1 in a gap. */
export let rowSample: usize = 0;
/** i32 a row: the chunk's ray. */
export let rowRay: usize = 0;
export let starts: usize = 0;
export let real: usize = 0;
export let membrane: usize = 0;
export let zeros: usize = 0;
/** Sizes of the spikes of a row, where they have several. */
export let sizes: usize = 0;
/** Entries of a layer's gradients, and the address behind each row's; a lane's sums of weight gradients of layers 1 (features) and 2, transposed. */
export let gradientEntries: usize = 0;
export let gradientEnds: usize = 0;
export let sums1t: usize = 0;
export let sums2t: usize = 0;
/** d loss / d potentials of a layer besides what passes through its spikes, as long as potentials.ts needs it. */
export let drive: usize = 0;
/** With dropout, or in front of synapses with currents of their own: what the hidden layers pass on, a row; the factors of their neurons, a ray. */
export let dropped1: usize = 0;
export let dropped2: usize = 0;
export let factors1: usize = 0;
export let factors2: usize = 0;
/** Four floats a row. */
export let logits: usize = 0;
export let logitGradients: usize = 0;
/** Four floats a sample: mean logits, then colours; their gradients. */
export let sampleColours: usize = 0;
export let sampleGradients: usize = 0;
/** u32 a sample: its packed sample. featureRows floats a sample: its features; productRows: the products of factors that they are made of. */
export let networkSamples: usize = 0;
export let sampleFeatures: usize = 0;
/** The features before sines and cosines are made of them, featureStride floats a sample; where none are, sampleFeatures. Gradients alike. */
export let rawFeatures: usize = 0;
export let rawFeatureGradients: usize = 0;
export let rawTeacherInputs: usize = 0;
/** The features before they become spikes. */
export let realFeatures: usize = 0;
export let sampleFeatureGradients: usize = 0;
export let sampleProducts: usize = 0;
/** A ray of the chunk: view terms, its part of layer 1, the gradient of that part, bookkeeping of 8 words. */
export let views: usize = 0;
/** The view terms before they become spikes, for a teacher. */
export let realViews: usize = 0;
/** Where neurons carry decaying sums (decaying-sums.ts): the sums of a row, [parts, width]; the gradients of what is added to them. */
export let products1: usize = 0;
export let products2: usize = 0;
export let productGradients: usize = 0;
/** The sixteen products of each group of a row's spikes (sign-groups.ts). */
export let signProducts: usize = 0;
export let viewCurrents: usize = 0;
export let viewGradients: usize = 0;
export let chunkRays: usize = 0;
/** Through rates: what a row carries behind each layer (emit-rates.ts), its spikes of all steps, the sum of its Poisson inputs. */
export let carried1: usize = 0;
export let carried2: usize = 0;
export let spikeTotals1: usize = 0;
export let spikeTotals2: usize = 0;
export let inputSums: usize = 0;
/** The teacher: features, pointer to the view part, inputs of the ReLUs (of spikes: potentials of a row), colours of a sample; view part of a ray. */
export let teacherInputs: usize = 0;
export let teacherInit: usize = 0;
export let teacherPotentials1: usize = 0;
export let teacherPotentials2: usize = 0;
export let teacherColours: usize = 0;
export let teacherViewCurrents: usize = 0;
/** What a teacher of spikes counts, which nobody reads. */
export let teacherStats: usize = 0;
/** Of each row 1 / length of its potentials and of the teacher's; a row of gradients (grams.ts). */
export let inverseLengths: usize = 0;
export let teacherInverseLengths: usize = 0;
export let gramRow: usize = 0;

let cursor: usize = 0;

function take(bytes: usize): usize {
  const at = cursor;
  cursor += (bytes + 63) & ~63;
  return at;
}

function place(start: usize): usize {
  cursor = start;
  const rows = <usize>((rowCapacity + 7) & ~3);
  const hidden = rows * ((<usize>width) << 2);
  const rays = <usize>CHUNK_RAYS + 4;
  const trainedRows: usize = training ? rows : 0;
  const trainedHidden: usize = training ? hidden : 0;
  const trainedRays: usize = training ? rays : 0;
  inputsAt = take(rows * ((<usize>inputRows) << 2));
  hidden1 = take(hidden);
  hidden2 = take(hidden);
  gradient1 = take(trainedHidden);
  gradient2 = take(trainedHidden);
  inputGradients = take(trainedRows * ((<usize>featureRows) << 2));
  lists1 = take(rows * <usize>listBytes);
  lists2 = take(rows * <usize>listBytes);
  counts1 = take(rows << 2);
  counts2 = take(rows << 2);
  minus1 = take(rows << 2);
  minus2 = take(rows << 2);
  saved1 = take(hidden * <usize>keptValues);
  saved2 = take(hidden * <usize>keptValues);
  rowInit = take(rows << 2);
  rowSample = take(rows << 2);
  rowRay = take(rows << 2);
  starts = take(rows);
  real = take(rows);
  membrane = take(((<usize>width) << 2) * <usize>max(neuronStates, 1));
  zeros = take((<usize>max(columns1, width)) << 2);
  products1 = take(parts1 ? rows * ((<usize>columns1) << 2) : 0);
  products2 = take(parts2 ? rows * ((<usize>columns2) << 2) : 0);
  signProducts = take(<usize>signGroups << 4);
  productGradients = take(training && parts1 + parts2 ? rows * ((<usize>max(columns1, columns2)) << 2) : 0);
  sizes = take((<usize>width) << 2);
  logits = take(rows << 4);
  logitGradients = take(trainedRows << 4);
  sampleColours = take(rows << 4);
  sampleGradients = take(trainedRows << 4);
  networkSamples = take(rows << 2);
  sampleFeatures = take(rows * (<usize>featureRows << 2));
  rawFeatures = featureFrequencies > 0 ? take(rows * (<usize>featureStride << 2)) : sampleFeatures;
  realFeatures = take(featureLevels > 0 ? rows * (<usize>featureRows << 2) : 0);
  sampleFeatureGradients = take(trainedRows * (<usize>featureRows << 2));
  rawFeatureGradients = featureFrequencies > 0 ? take(trainedRows * (<usize>featureStride << 2)) : sampleFeatureGradients;
  sampleProducts = take(rows * (<usize>productRows << 2));
  views = take(rays * (VIEW_FLOATS << 2));
  realViews = viewLevels > 0 ? take(rays * (VIEW_FLOATS << 2)) : views;
  viewCurrents = take(rays * ((<usize>columns1) << 2));
  viewGradients = take(trainedRays * ((<usize>columns1) << 2));
  chunkRays = take(rays * 32);
  gradientEntries = take(trainedRows * (<usize>max(2 * width, max(columns1, columns2)) << 2));
  gradientEnds = take(trainedRows << 2);
  sums1t = take(training ? <usize>(columns1 * featureRows) << 2 : 0);
  sums2t = take(training ? <usize>(width * width) << 2 : 0);
  drive = take(trainedHidden);
  dropped1 = take(decayFloats ? hidden : trainedHidden);
  dropped2 = take(trainedHidden);
  factors1 = take(trainedRays * ((<usize>width) << 2));
  factors2 = take(trainedRays * ((<usize>width) << 2));
  const carried = <usize>carriedRows;
  carried1 = take(hidden * carried);
  carried2 = take(hidden * carried);
  spikeTotals1 = take(carried ? rows << 2 : 0);
  spikeTotals2 = take(carried ? rows << 2 : 0);
  inputSums = take(carried ? rows * ((<usize>inputRows) << 2) : 0);
  const teacherRows = teacherVoxels ? rows : 0;
  teacherInputs = take(teacherRows * (<usize>featureRows << 2));
  rawTeacherInputs = featureFrequencies > 0 ? take(teacherRows * (<usize>featureStride << 2)) : teacherInputs;
  teacherInit = take(teacherRows << 2);
  teacherPotentials1 = take(teacherRows * ((<usize>width) << 2));
  teacherPotentials2 = take(teacherRows * ((<usize>width) << 2));
  teacherColours = take(teacherRows << 4);
  teacherViewCurrents = take(teacherVoxels ? rays * ((<usize>width) << 2) : 0);
  teacherStats = take(teacherVoxels ? STATS_BYTES : 0);
  inverseLengths = take(teacherRows << 2);
  teacherInverseLengths = take(teacherRows << 2);
  gramRow = take(teacherVoxels ? (<usize>width) << 2 : 0);
  return cursor - start;
}

/** Bytes of scratch a thread needs for the present network and rowCapacity. */
export function scratchBytes(): usize {
  return place(0);
}

/** Points the buffers at this thread's part. */
export function placeScratch(): void {
  place(scratch + <usize>thread * scratchStride);
}

/** Puts the teacher's features, potentials and colours in the place of the student's, for the forward pass; called again, puts them back. */
export function exchangeActivity(): void {
  let at = sampleFeatures;
  sampleFeatures = teacherInputs;
  teacherInputs = at;
  at = hidden1;
  hidden1 = teacherPotentials1;
  teacherPotentials1 = at;
  at = hidden2;
  hidden2 = teacherPotentials2;
  teacherPotentials2 = at;
  at = sampleColours;
  sampleColours = teacherColours;
  teacherColours = at;
}

/** Row of the teacher's potentials that belongs to a row; ReLUs have no time, theirs is that of the sample. */
// @ts-ignore: decorator
@inline
export function teacherRow(row: i32): usize {
  return teacherSpikes ? <usize>row : <usize>load<i32>(rowSample + (<usize>row << 2));
}
