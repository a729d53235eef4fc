/**
 * Work of the colour network, layer by layer, from exact counts, in three countings.
 *
 * F features and V view terms into layer 1, width W, M samples, R rays with samples, T time steps, s1 and s2 spikes of the hidden layers:
 *
 *     published    ANN  M (F+V) W + M W W + 3 M W MAC                    SpikingNeRF's code (`--op_count`)
 *                  SNN  M (F+V) W MAC + W s1 + 3 s2 AC                   layer 1 has real-valued inputs
 *     as executed  ANN  R V W + M F W + M W W + 3 M W MAC                the view part of layer 1 once a ray
 *                  SNN  R V W + M F W MAC + W s1 + 3 s2 AC
 *
 * The ANN's effective MACs of the layers behind others (2 and 3) are those with an active ReLU in front: W a1 and 3 a2; in the twin that is computed from a
 * spiking network's counts, a1 and a2 are that network's active neurons, as many a sample. Samples shown repeatedly multiply
 * layer 1 by the number of repeats as published, not as executed (its input is the same). With Poisson encoding layer 1 adds W for every input
 * spike instead. Zero inputs of gaps (temporal padding) are no operations in any counting. Features and view terms are real numbers; zeros
 * among them are not looked for, so that the effective MACs of layer 1 are its MACs. Where they are spikes (model/input-spikes.ts), layer 1 adds W
 * for every one, as published one addition for every one in the binary number of every sample; as executed as many as its size, of view terms once a ray.
 *
 * `shifted` is `executed` on hardware that adds shifted rows: a spike of any size, in front of layer 1 or behind it, is one addition for every one in
 * its binary number.
 *
 * Spikes 0, 1 and 2 can also be read as -1, 0, 1 (neurons/shifted-spikes.ts). The row names the form that counts: as published the cheaper one, for a
 * chip may use either; as executed the trained one, for it is what the kernels add. Gaps need no operation in either form.
 *
 * A spike of several bits is so many shifted additions as published, one for every one in its binary number (b1, b2 in place of s1, s2); as executed
 * it is as many additions as its value.
 *
 * Where layers learn their number of time steps (model/learned-repeats.ts) each counts its own; a layer's input is the same at all of them, so that its
 * currents are made once, of all spikes of the layer before, and layer 1 is not multiplied by repeats. `executed` is there what hardware that adds
 * spikes would do: the kernels multiply the mean outputs by the weights of layers 2 and 3.
 *
 * Layers with memory (HetSyn): as published a MAC for each current and time step besides, gaps included (it decays and is added to its neuron's
 * sum); as executed two in place of all others, for the kernels filter the inputs of every synapse and multiply what comes out. Factorised, a spike
 * adds P rows, and each of a neuron's P sums costs the MAC that it decays by and an addition, in all countings.
 *
 * Neurons: a LIF update is H = V + (X - V)/tau (a subtraction and a MAC), a comparison, and a reset that moves data only; a ReLU is a
 * comparison. Bytes are logical: one weight for every MAC and AC, one input for every row of weights, one membrane potential read and written
 * for every update, without reuse between samples; a chip that keeps weights in registers reads fewer.
 */
import { stepsOfLayer, type Counts } from '../../engine/counts.ts';
import { inputLevels } from '../../model/input-spikes.ts';
import { viewInputs, type NetworkSpec } from '../../model/field-spec.ts';
import { learnsRepeats } from '../../config/backward.ts';
import { networkLayers, type NetworkLayer } from '../../model/network-layers.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { hiddenWidths } from '../../neurons/settings.ts';
import { cheaperForm, hasTernarySpikes, ternaryOperations, type TernaryOperations } from '../../neurons/shifted-spikes.ts';
import { work, type Work } from './work.ts';

/** Ways of counting. `published`: as the code of the paper counts. `executed`: with the view split, a spike as many additions as its size. `shifted`: one for every one in its binary number. */
export const COUNTINGS = ['published', 'executed', 'shifted'] as const;
export type Counting = (typeof COUNTINGS)[number];

export function eachCounting<T>(value: (counting: Counting) => T): Readonly<Record<Counting, T>> {
  return { published: value('published'), executed: value('executed'), shifted: value('shifted') };
}

/** Spikes of one size: binary neurons have only 1; ternary ones -1 and 1, or 1 and 2. */
export interface SpikeCount {
  readonly value: number;
  readonly count: number;
}

export interface NetworkRow {
  /** 1, 2, ...; the last is the output layer. */
  readonly layer: number;
  readonly part: string;
  readonly kind: 'synapses' | 'neurons';
  readonly work: Work;
}

const FLOAT = 4;

export function networkWork(counts: Counts, network: NetworkSpec, features: number, counting: Counting): NetworkRow[] {
  if (network.neuron === 'relu') return annRows(counts, network, features, counting);
  return spikingRows(counts, network, features, counting);
}

/**
 * The ANN of the same shape on the same samples: what the same picture costs without spikes. Computed from the counts, not measured: a trained
 * twin may be active more or less often than this network fires.
 */
export function twinWork(counts: Counts, network: NetworkSpec, features: number, counting: Counting): NetworkRow[] {
  return annRows(counts, network, features, counting);
}

/** Spikes of the hidden layers by value; none for an ANN. Of neurons with other values than these, all spikes as so many of value 1. */
export function spikesByValue({ spikes, active, negative }: Counts, network: NetworkSpec): readonly (readonly SpikeCount[])[] {
  if (network.neuron === 'relu') return hiddenWidths(network).map(() => []);
  const { terms } = neuronNamed(network.neuron);
  const negatives = terms.filter(({ sign }) => sign < 0).length;
  return spikes.map((sum, layer): SpikeCount[] => {
    const [fired, minus] = [active[layer], negative[layer]];
    if (terms.length === 2 && negatives === 1)
      return [
        { value: -1, count: minus },
        { value: 1, count: fired - minus },
      ];
    if (terms.length === 2 && negatives === 0)
      return [
        { value: 1, count: 2 * fired - sum },
        { value: 2, count: sum - fired },
      ];
    return [{ value: 1, count: sum }];
  });
}

function annRows(counts: Counts, network: NetworkSpec, channels: number, counting: Counting): NetworkRow[] {
  const { samples } = counts;
  const active = activePerSample(counts, network);
  const [width] = hiddenWidths(network);
  const first = layer1(counts, counting, 1, { features: channels, views: viewInputs(network) }, width);
  return layerRows(network, channels, {
    synapses: ({ number, inputs, outputs }) => {
      if (number === 1) return first;
      return [{ layer: number, part: 'synapses', kind: 'synapses', work: dense(samples, inputs, outputs, outputs * active[number - 2]) }];
    },
    neurons: (layer, width) => ({ layer, part: 'ReLU', kind: 'neurons', work: neuronRow(samples * width, 'relu') }),
  });
}

/** The rows of all layers: of the synapses, and of the neurons behind all but the last. */
function layerRows(
  network: NetworkSpec,
  channels: number,
  rows: {
    synapses(layer: NetworkLayer): readonly NetworkRow[];
    neurons(layer: number, width: number): NetworkRow;
  },
): NetworkRow[] {
  const layers = networkLayers(network, channels + viewInputs(network));
  return layers.flatMap((layer) => [
    ...rows.synapses(layer),
    ...(layer.number < layers.length ? [rows.neurons(layer.number, layer.outputs)] : []),
  ]);
}

/** Active ReLUs of each hidden layer, all samples together; of a spiking network, neurons that fire in a time step, as if each sample had one. */
function activePerSample(counts: Counts, network: NetworkSpec): readonly number[] {
  const { samples, spikes, active } = counts;
  if (network.neuron === 'relu') return spikes;
  return active.map((neurons, layer) => (neurons * samples) / Math.max(1, stepsOfLayer(counts, layer)));
}

/** Neurons are priced as LIF, whatever they are: what others compute beside it is not counted. */
function spikingRows(counts: Counts, network: NetworkSpec, channels: number, counting: Counting): NetworkRow[] {
  const { timeSteps } = counts;
  const repeated = network.temporal === 'repeat';
  const inputs = channels + viewInputs(network);
  const poisson = repeated && network.encoding === 'poisson';
  const [firstColumns] = matrixColumns(network);
  const first: NetworkRow[] = poisson
    ? [{ layer: 1, part: 'input spikes', kind: 'synapses', work: sparse(timeSteps, inputs, firstColumns, counts.inputSpikes) }]
    : firstRows(counts, network, channels, counting, repeated && counting === 'published' && !learnsRepeats(network) ? network.repeats : 1);
  return layerRows(network, channels, {
    synapses: ({ number, kind, inputs: before, outputs }) => {
      const own = number === 1 ? first : [spikeRow(number, counts, network, before, outputs * (kind.memory?.sums ?? 1), counting)];
      if (kind.memory === undefined) return own;
      const currents = timeSteps * kind.memory.floats({ inputs: before, outputs });
      if (kind.memory.sums !== undefined) return [...own, sumsRow(number, currents, timeSteps * outputs)];
      return counting === 'published' ? [...own, currentsRow(number, currents, 1)] : [currentsRow(number, currents, 2)];
    },
    neurons: (layer, width) => ({ layer, part: 'LIF', kind: 'neurons', work: neuronRow(stepsOfLayer(counts, layer - 1) * width, 'lif') }),
  });
}

/** Additions of both forms of the layers behind spikes 0, 1 and 2; none for other neurons. */
export function ternaryForms(counts: Counts, network: NetworkSpec): readonly TernaryOperations[] {
  if (!hasTernarySpikes(neuronNamed(network.neuron))) return [];
  const { spikes, active, samples } = counts;
  const columns = matrixColumns(network);
  return hiddenWidths(network).map((width, layer) => {
    const steps = network.temporal === 'pad' ? samples : stepsOfLayer(counts, layer);
    return ternaryOperations(spikes[layer], active[layer], steps, width, columns[layer + 1]);
  });
}

/** The synapses behind a hidden layer. */
function spikeRow(layer: number, counts: Counts, network: NetworkSpec, inputs: number, outputs: number, counting: Counting): NetworkRow {
  const row = (part: string, additions: number): NetworkRow => {
    return { layer, part, kind: 'synapses', work: sparse(stepsOfLayer(counts, layer - 2), inputs, outputs, additions / outputs) };
  };
  const trained = counts.spikes[layer - 2] * outputs;
  if (counting === 'shifted' || (counting === 'published' && neuronNamed(network.neuron).terms.length > 2))
    return row('synapses, shifted additions', counts.bits[layer - 2] * outputs);
  const forms = ternaryForms(counts, network).at(layer - 2);
  if (forms === undefined) return row('synapses', trained);
  return counting === 'published' && cheaperForm(forms) === 'shifted'
    ? row('synapses, spikes −1, 0, 1 and bias', forms.shifted)
    : row('synapses, spikes 0, 1, 2', trained);
}

/** Layer 1 of a spiking network: inputs that are spikes (model/input-spikes.ts) are additions, as published so many as they have ones in binary. */
function firstRows(counts: Counts, network: NetworkSpec, channels: number, counting: Counting, repeats: number): NetworkRow[] {
  const levels = inputLevels(network);
  const views = viewInputs(network);
  const real = { features: levels.features === 0 ? channels : 0, views: levels.views === 0 ? views : 0 };
  const [width] = matrixColumns(network);
  const realRows = layer1(counts, counting, repeats, real, width);
  if (real.features + real.views === channels + views) return realRows;
  const { samples, activeRays, inputSpikes, inputBits, repeatedViewBits } = counts;
  const published = counting === 'published';
  const shown = samples * (channels - real.features) + (published ? samples : activeRays) * (views - real.views);
  const spikes = { published: inputBits + repeatedViewBits, executed: inputSpikes, shifted: inputBits }[counting];
  const part = counting === 'executed' ? 'input spikes' : 'input spikes, shifted additions';
  return [...realRows, { layer: 1, part, kind: 'synapses', work: sparse(repeats, shown, width, repeats * spikes) }];
}

/** Layer 1 with real inputs: those of the features, those of the view terms. */
function layer1(
  { samples, activeRays }: Counts,
  counting: Counting,
  repeats: number,
  { features, views }: { readonly features: number; readonly views: number },
  width: number,
): NetworkRow[] {
  const part = (name: string, rows: number, inputs: number): NetworkRow => ({
    layer: 1,
    part: name,
    kind: 'synapses',
    work: dense(rows, inputs, width, rows * inputs * width),
  });
  const names = [...(features > 0 ? ['features'] : []), ...(views > 0 ? ['view'] : [])];
  if (counting === 'published')
    return names.length === 0 ? [] : [part(`${names.join(' and ')}, every sample`, samples * repeats, features + views)];
  return [
    ...(features > 0 ? [part('features, every sample', samples, features)] : []),
    ...(views > 0 ? [part('view terms, once a ray', activeRays, views)] : []),
  ];
}

/** `rows` vectors of `inputs` real numbers times a matrix. */
function dense(rows: number, inputs: number, outputs: number, effectiveMacs: number): Work {
  const macs = rows * inputs * outputs;
  return work({
    dense: macs,
    macs,
    effectiveMacs,
    weightBytes: macs * FLOAT,
    stateReadBytes: rows * inputs * FLOAT,
    stateWriteBytes: rows * outputs * FLOAT,
  });
}

/** `spikes` among the inputs of `steps` time steps: each adds a row of weights. */
function sparse(steps: number, inputs: number, outputs: number, spikes: number): Work {
  const acs = spikes * outputs;
  return work({
    dense: steps * inputs * outputs,
    acs,
    weightBytes: acs * FLOAT,
    stateReadBytes: spikes * FLOAT,
    stateWriteBytes: steps * outputs * FLOAT,
  });
}

/** Currents of synapses (model/layers/), a multiply-accumulate or more for each, whether there was a spike or not. @param currents of all time steps */
function currentsRow(layer: number, currents: number, macsEach: number): NetworkRow {
  const macs = currents * macsEach;
  const bytes = currents * FLOAT;
  const moved = { weightBytes: bytes * macsEach, stateReadBytes: bytes, stateWriteBytes: bytes };
  return { layer, part: 'currents of synapses, every step', kind: 'synapses', work: work({ macs, effectiveMacs: macs, ...moved }) };
}

/** Sums that decay, behind their additions (model/layers/hetsyn-factors.ts). @param neurons updates of neurons, which add up their sums */
function sumsRow(layer: number, sums: number, neurons: number): NetworkRow {
  const bytes = sums * FLOAT;
  const moved = { weightBytes: bytes, stateReadBytes: 2 * bytes, stateWriteBytes: bytes };
  return {
    layer,
    part: 'decaying sums, every step',
    kind: 'synapses',
    work: work({ macs: sums, effectiveMacs: sums, acs: sums - neurons, ...moved }),
  };
}

/** Weights of an input of each layer, the output layer included. */
function matrixColumns(network: NetworkSpec): number[] {
  return networkLayers(network, viewInputs(network)).map(({ outputs, kind }) => outputs * (kind.memory?.sums ?? 1));
}

function neuronRow(updates: number, neuron: 'lif' | 'relu'): Work {
  const io = { stateReadBytes: updates * FLOAT, stateWriteBytes: updates * FLOAT };
  if (neuron === 'relu') return work({ neuronOperations: updates, comparisons: updates, ...io });
  return work({
    neuronOperations: updates,
    membraneUpdates: updates,
    multiplications: updates,
    additions: 2 * updates,
    comparisons: updates,
    stateReadBytes: 2 * updates * FLOAT,
    stateWriteBytes: 2 * updates * FLOAT,
  });
}
