/**
 * What the kernels of the colour network are generated for, and where their numbers lie. An invocation is a neuron of both hidden layers; a
 * workgroup is a layer of W of them and takes the rows (time steps) of some whole rays, a tile of `tileRows` after the other.
 */
import { representationOf } from '../../../src/model/representations/index.ts';
import { viewInputs, type FieldSpec, type NetworkSpec } from '../../../src/model/field-spec.ts';
import { inputLevels, type InputLevels } from '../../../src/model/input-spikes.ts';
import { hasGaps, sumsOf } from '../../../src/model/network-facts.ts';
import { hasMemory, isSpiking, type NeuronDefinition } from '../../../src/neurons/define-neuron.ts';
import { emitWgsl, wgslSizes, type WgslSizes } from '../../../src/neurons/emit-wgsl.ts';
import { neuronNamed } from '../../../src/neurons/index.ts';
import { parameterFloats, parameterPlaces } from '../../../src/neurons/scan-layout.ts';
import { surrogateSettings } from '../../../src/neurons/settings.ts';
import { stagedBytes } from './staged-rows.ts';

/** Most tasks into which the rows of a part are divided, a workgroup of the forward pass each. */
export const TASKS = 2048;
/** Rows that a task has at least, up to the end of a ray. */
const MIN_TASK_ROWS = 32;
/** Most shares of the rows for the gradient of w2, and the rows that one has at least. */
export const SHARES = 128;
const MIN_SHARE_ROWS = 64;

export interface NetworkShape {
  readonly neuron: NeuronDefinition;
  readonly sizes: WgslSizes;
  /** WGSL of the neuron, see emit-wgsl.ts. */
  readonly neuronText: string;
  readonly width: number;
  /** Decaying sums that a neuron of each layer carries (layers/hetsyn-factors.ts), 0: none; and columns of w1 and w2, [parts, W]. */
  readonly parts: readonly [number, number];
  readonly columns: readonly [number, number];
  /** Whether they go on from row to row: a network without time begins anew at each. */
  readonly decays: boolean;
  /** Feature inputs of layer 1, the view inputs follow; and vectors of four that a sample's features take. */
  readonly features: number;
  readonly vectors: number;
  readonly views: number;
  /** Features and view terms. */
  readonly inputs: number;
  /** Whether every sample is a sequence of its own, of `repeats` rows (else 1). */
  readonly alone: boolean;
  readonly repeats: number;
  /** Whether gaps are rows. */
  readonly gaps: boolean;
  readonly reversed: boolean;
  readonly poisson: boolean;
  /** Largest spikes in front of layer 1; 0: real numbers. */
  readonly inputLevels: InputLevels;
  /** Whether training drops neurons: their outputs are multiplied by `keptNeurons`, [rays, 2 layers, W]. */
  readonly drops: boolean;
  /** Whether a teacher has a value for every potential. */
  readonly taught: boolean;
  /** 16, or 32 for wide networks: four groups of invocations share the rows of a product, each has 4 or 8 of them for 4 neurons. */
  readonly tileRows: number;
  /** Whether the product of layer 2 skips neurons that are silent in all rows of a group. */
  readonly skipsSilent: boolean;
  /** Whether a tile's rows and features are read into the workgroup's memory first (staged-rows.ts). */
  readonly stagesRows: boolean;
  /** First float of each section of `networkTables`. */
  readonly tables: Readonly<Record<'w1' | 'w2' | 'w2t' | 'w3' | 'decays1' | 'decays2' | 'values' | 'potentialWeights', number>>;
  readonly tableFloats: number;
  /** Floats of a layer's neuron parameters. */
  readonly neuronFloats: number;
}

/** A network without time: ReLUs are run once for every sample, whatever the temporal mode. */
function timeOf(network: NetworkSpec): Pick<NetworkShape, 'alone' | 'repeats' | 'gaps' | 'reversed' | 'poisson'> {
  const { temporal, order, repeats, encoding, neuron } = network;
  if (!hasMemory(neuronNamed(neuron))) return { alone: false, repeats: 1, gaps: false, reversed: false, poisson: false };
  const alone = temporal === 'repeat';
  return {
    alone,
    repeats: alone ? repeats : 1,
    gaps: hasGaps(network),
    reversed: !alone && order === 'far-to-near',
    poisson: alone && encoding === 'poisson',
  };
}

/** What training may ask for besides. */
export interface TrainingTerms {
  readonly drops: boolean;
  readonly taught: boolean;
}

export const NO_TERMS: TrainingTerms = { drops: false, taught: false };

/** @param workgroupBytes maxComputeWorkgroupStorageSize of the device */
export function networkShape(spec: FieldSpec & { network: NetworkSpec }, workgroupBytes: number, terms = NO_TERMS): NetworkShape {
  const { network } = spec;
  const { width } = network;
  const neuron = neuronNamed(network.neuron);
  const surrogate = surrogateSettings(network).name;
  const views = viewInputs(network);
  const { features } = representationOf(spec);
  const inputs = features + views;
  const neuronFloats = parameterFloats(neuron, width);
  const parts: readonly [number, number] = [sumsOf(network, 0), sumsOf(network, 1)];
  const columns: readonly [number, number] = [Math.max(1, parts[0]) * width, Math.max(1, parts[1]) * width];
  const lengths = {
    w1: inputs * columns[0],
    w2: width * columns[1],
    w2t: width * columns[1],
    w3: width * 4,
    decays1: parts[0] * width,
    decays2: parts[1] * width,
    values: 2 * neuronFloats,
    potentialWeights: 2 * width,
  };
  let tableFloats = 0;
  const tables = Object.fromEntries(
    Object.entries(lengths).map(([name, length]) => {
      tableFloats += length;
      return [name, tableFloats - length];
    }),
  ) as NetworkShape['tables'];
  const masks = 16 * Math.ceil(width / 32);
  const vectors = Math.ceil(features / 4);
  const time = timeOf(network);
  const fits = (rows: number, extra: number): boolean => rows * width * 4 + extra <= workgroupBytes;
  const staged = (rows: number): number => stagedBytes(rows, time.poisson ? 0 : vectors);
  const tileRows = width >= 96 && fits(32, masks) ? 32 : 16;
  return {
    neuron,
    sizes: wgslSizes(neuron, surrogate),
    neuronText: emitWgsl(neuron, surrogate),
    width,
    parts,
    columns,
    decays: hasMemory(neuron),
    features,
    vectors,
    views,
    inputs,
    ...time,
    inputLevels: inputLevels(network),
    drops: terms.drops,
    taught: terms.taught && isSpiking(neuron),
    tileRows,
    skipsSilent: parts[1] === 0 && fits(tileRows, masks),
    stagesRows: fits(tileRows, masks + staged(tileRows)),
    tables,
    tableFloats,
    neuronFloats,
  };
}

/** Constants that all kernels share. */
export function constantsWgsl({ width }: NetworkShape): string {
  return `
const W = ${width}u;
const TASKS = ${TASKS}u;
// rows[0]: rows of the part, rows of a task; rows[1]: network samples of the call, and before the part; rows[2]: most tasks, and shares, of the parts before this one;
// rows[3]: W and 1, as numbers that compilers do not know: loops that end there are not written out, which takes software adapters seconds a loop;
// then the first row of each task, then the rows.
const FIRST_TASK = 4u;
const FIRST_ROW = ${ROW_HEADER}u;
const GAP = 0xffffffffu;

fn rowsOfTask(total: u32) -> u32 { return max(${MIN_TASK_ROWS}u, (total + TASKS - 1u) / TASKS); }
fn tasksOf(head: vec2<u32>) -> u32 { return (head.x + max(1u, head.y) - 1u) / max(1u, head.y); }
fn rowsOfShare(total: u32) -> u32 { return max(${MIN_SHARE_ROWS}u, ((total + ${SHARES - 1}u) / ${SHARES}u + 15u) / 16u * 16u); }
fn sharesOf(total: u32) -> u32 { return (total + rowsOfShare(total) - 1u) / rowsOfShare(total); }
`;
}

/** Entries of the buffer `rows` before its rows. */
export const ROW_HEADER = TASKS + 5;

/** `taskBegin(g)`: first row of task g. Needs `rows`. */
export const taskWgsl = /* wgsl */ `
fn taskBegin(task: u32) -> u32 {
  let head = rows[0];
  if (task == 0u) { return 0u; }
  if (task * head.y >= head.x) { return head.x; }
  return rows[FIRST_TASK + task].x;
}
`;

/** `table(i)`: the i-th float of `networkTables`, bound as floats or as vectors; `neuronAt(layer, j, alpha)`: neuron j of a layer. */
export function tableWgsl({ neuron, neuronText, tables, neuronFloats }: NetworkShape, bound: 'scalars' | 'vectors'): string {
  const places = parameterPlaces(neuron);
  const uniform = places.filter(({ channels }) => channels === null).length;
  return `${neuronText}
fn table(i: u32) -> f32 { return networkTables${bound === 'vectors' ? '[i >> 2u][i & 3u]' : '[i]'}; }

fn neuronAt(layer: u32, j: u32, alpha: f32) -> Neuron {
  var p: NeuronParameters;
  let first = ${tables.values}u + layer * ${neuronFloats}u;
  for (var k = 0u; k < ${places.length}u; k++) {
    p[k] = table(first + select(${4 * uniform}u + (k - ${uniform}u) * W + j, 4u * k, k < ${uniform}u));
  }
  return bindNeuron(p, alpha);
}
`;
}
