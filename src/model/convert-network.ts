/**
 * A trained ReLU network as a spiking one of the same shape: threshold balancing (Diehl et al., IJCNN 2015; Rueckauer et al., Frontiers 2017)
 * with the neuron's first time step as its whole answer. What memory adds is left to training.
 *
 *     layer l:   H = unit * z        z: inputs of the ReLU; a quantile of the positive ones lands on the highest threshold
 *                S = fired(H)        relu(z) ~ scale * S; the next layer's weights take over `scale`
 *
 * Where weights of hidden layers are quantised z is that of the quantised ones, for they are what the neurons see; coarse ones are fitted first (fit-quantised.ts).
 *
 * The quantile and the scale are those of the least squared error. A factor on the sizes of a layer's spikes then makes them coarser or finer: half
 * as large they are one bit shorter (docs/results.md has what that costs and saves, layer by layer).
 */
import { evaluate } from '../neurons/evaluate.ts';
import { neuronNamed } from '../neurons/index.ts';
import { InputError } from '../base/errors.ts';
import { valueOf } from '../neurons/parameters.ts';
import { hiddenWidths, neuronTensors, parameterValues } from '../neurons/settings.ts';
import type { NetworkSpec } from './field-spec.ts';
import { fitQuantised } from './fit-quantised.ts';
import type { NetworkWeights } from './initial-tensors.ts';
import { dense } from './layers/dense.ts';
import { hetsyn } from './layers/hetsyn.ts';
import { summedParts } from './layers/hetsyn-factors.ts';
import { layerKindNamed } from './layers/index.ts';
import type { WeightName } from './network-layers.ts';
import { sumsOf } from './network-facts.ts';
import { multiply, someRows } from './row-products.ts';

/** Shares of the active outputs that may stay below the highest threshold. */
const QUANTILES = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1];

/** Rows of inputs to which matrices are fitted. */
const FITTED_ROWS = 1024;

/** Larger than any potential. */
const OUT_OF_REACH = 1e20;

/** So many values, evenly out of all in order, stand for them. */
const TYPICAL = 1024;

/** What a neuron answers in its first time step. */
interface FirstStep {
  /** d H / d X */
  readonly gain: number;
  readonly highestThreshold: number;
  /** Sizes of its spikes. */
  readonly sizes: number;
  /** Output for a potential. */
  fired(potential: number): number;
}

export interface Conversion {
  /** Factor on the sizes of each hidden layer's spikes where they have more than two; default: 1. */
  readonly sizes?: readonly number[];
  /** What the spiking network's kernels see of a matrix; default: the matrix. It grows as the matrix does. */
  seen?(name: WeightName, weights: Float32Array): Float32Array;
  /** Whether a matrix has to be fitted for that to answer as it does; default: none. */
  fits?(name: WeightName): boolean;
}

/**
 * @param inputs [n,I] inputs of the network as it meets them
 * @param network the spiking one
 * @returns all of `weights`, matrices scaled
 */
export function convertWeights(
  weights: NetworkWeights,
  inputs: Float32Array,
  network: NetworkSpec,
  { sizes = [], seen = (_, matrix) => matrix, fits = () => false }: Conversion = {},
): NetworkWeights {
  const neuron = firstStep(network);
  // What else a kind of layer learns stays as it is.
  const converted = new Map(weights);
  // `wanted`: outputs of the ANN's layers; `rows`: what stands for them, which behind fitted weights are spikes, for signs weigh small outputs as large ones.
  const widths = hiddenWidths(network);
  const columnsOf = (layer: number): number => widths[layer] * Math.max(1, sumsOf(network, layer));
  const shown = widths.some((_, layer) => fits(`w${layer + 1}`))
    ? someRows(inputs, weights.get('w1')!.length / columnsOf(0), FITTED_ROWS)
    : inputs;
  let [wanted, rows, scale] = [shown, shown, 1];
  for (const [index, width] of widths.entries()) {
    const name: WeightName = `w${index + 1}`;
    const given = weights.get(name)!;
    const answering = (matrix: Float32Array): Float32Array => answeringMatrix(matrix, index + 1, width, network);
    const parts = sumsOf(network, index);
    const matrix = fits(name)
      ? fitQuantised(given, (candidate) => seen(name, candidate), rows, wanted, columnsOf(index), parts < 2)
      : given;
    const z = multiply(rows, answering(seen(name, matrix)), width);
    const balanced = balance(z, neuron, neuron.sizes > 2 ? (sizes[index] ?? 1) : 1);
    converted.set(
      name,
      matrix.map((weight) => weight * scale * balanced.unit),
    );
    const isExact = matrix === given && rows === wanted;
    scale = balanced.scale;
    rows = isExact ? relu(z) : z.map((value) => scale * neuron.fired(value * balanced.unit * neuron.gain));
    wanted = isExact ? rows : relu(multiply(wanted, answering(given), width));
  }
  const last = widths.length + 1;
  return converted.set(
    `w${last}`,
    weights.get(`w${last}`)!.map((weight) => weight * scale),
  );
}

/**
 * The weights of a spiking network for one of the same neurons that sees them through coarse quantisers: their matrices fitted (fit-quantised.ts), layer by
 * layer behind what the layers before have become; nothing else changes. A neuron's first time step stands for its answer.
 *
 * @param inputs [n,I] as layer 1 sees them
 * @param weights with raw values of what the neurons learned
 */
export function fitSpiking(
  weights: NetworkWeights,
  inputs: Float32Array,
  network: NetworkSpec,
  { seen, fits }: Required<Pick<Conversion, 'seen' | 'fits'>>,
): NetworkWeights {
  const widths = hiddenWidths(network);
  const fitted = new Map(weights);
  if (!widths.some((_, layer) => fits(`w${layer + 1}`))) return fitted;
  const columnsOf = (layer: number): number => widths[layer] * Math.max(1, sumsOf(network, layer));
  const shown = someRows(inputs, weights.get('w1')!.length / columnsOf(0), FITTED_ROWS);
  let [wanted, rows] = [shown, shown];
  for (const [layer, width] of widths.entries()) {
    const name: WeightName = `w${layer + 1}`;
    const given = weights.get(name)!;
    const isSummed = sumsOf(network, layer) > 1;
    const matrix = fits(name)
      ? fitQuantised(given, (candidate) => seen(name, candidate), rows, wanted, columnsOf(layer), !isSummed)
      : given;
    fitted.set(name, matrix);
    const neuron = firstStep(network, learnedValues(weights, network, layer));
    const answer = (to: Float32Array, of: Float32Array): Float32Array =>
      multiply(to, answeringMatrix(of, layer + 1, width, network), width).map((x) => neuron.fired(neuron.gain * x));
    [wanted, rows] = [answer(wanted, given), answer(rows, seen(name, matrix))];
  }
  return fitted;
}

/** What the neurons behind a hidden layer (0, 1, ...) have learned, in the mean of those that have values of their own. */
function learnedValues(weights: NetworkWeights, network: NetworkSpec, layer: number): Record<string, number> {
  const { parameters } = neuronNamed(network.neuron);
  const own = neuronTensors(network).filter((tensor) => tensor.layer === layer);
  return Object.fromEntries(
    own.map(({ name, parameter }) => {
      const values = weights.get(name)!.map((raw) => valueOf(parameters[parameter].learned!, raw));
      return [parameter, values.reduce((sum, value) => sum + value, 0) / values.length];
    }),
  );
}

/** What a layer of an ANN answers, as a matrix [in,width]. Throws InputError for a layer of another kind: its answer is none. */
function answeringMatrix(matrix: Float32Array, number: number, width: number, { layers }: NetworkSpec): Float32Array {
  const kind = layers?.[number - 1]?.kind ?? dense.name;
  const parts = layerKindNamed(kind).memory?.sums;
  if (parts !== undefined) return summedParts(matrix, parts, width);
  if (kind === dense.name || kind === hetsyn.name) return matrix;
  throw new InputError(
    `layer ${number} is of kind ${kind}: only layers of an ANN that answer as a matrix does can be converted to spikes`,
    'Use --set fine.annShare=0, and no --teacher with distillation.start=teacher.',
  );
}

/** @param learned values of what the neurons have learned; default: what they begin with */
function firstStep(network: NetworkSpec, learned: Readonly<Record<string, number>> = {}): FirstStep {
  const definition = neuronNamed(network.neuron);
  const values = { ...parameterValues(network), ...learned, ...Object.fromEntries(definition.states.map((state) => [state, 0])) };
  const potential = (x: number): number => evaluate(definition.potential, { ...values, x });
  // Where a term's argument, a multiple of the potential, meets its threshold; those of more bits than the spikes begin with are out of reach.
  const thresholds = definition.terms
    .filter(({ sign }) => sign > 0)
    .map(({ spike: { args } }) => evaluate(args[1], { ...values, h: 0 }) / evaluate(args[0], { ...values, h: 1 }))
    .filter((threshold) => threshold < OUT_OF_REACH);
  return {
    gain: potential(1) - potential(0),
    highestThreshold: Math.max(...thresholds),
    sizes: thresholds.length,
    fired: (h) => evaluate(definition.output, { ...values, h }),
  };
}

/** Factors on the weights in front of a layer with ReLU inputs `z`, and behind it. A layer that is silent stays as it is. @param size of the spikes */
function balance(z: Float32Array, neuron: FirstStep, size: number): { unit: number; scale: number } {
  const sorted = z.slice().sort();
  const typical = Float32Array.from({ length: TYPICAL }, (_, i) => sorted[Math.floor(((i + 0.5) / TYPICAL) * sorted.length)]);
  const positive = typical.filter((value) => value > 0);
  if (positive.length === 0) return { unit: 1 / neuron.gain, scale: 1 };
  const fits = QUANTILES.map((quantile) =>
    fit(typical, neuron, neuron.highestThreshold / positive[Math.floor(quantile * (positive.length - 1))]),
  );
  const best = fits.reduce((a, b) => (b.explained > a.explained ? b : a));
  return size === 1 ? best : fit(typical, neuron, size * best.unit * neuron.gain);
}

/** With potentials `toPotential` times the ReLU's inputs. */
function fit(typical: Float32Array, neuron: FirstStep, toPotential: number): { unit: number; scale: number; explained: number } {
  let along = 0;
  let square = 0;
  for (const value of typical) {
    const spikes = neuron.fired(value * toPotential);
    along += Math.max(0, value) * spikes;
    square += spikes * spikes;
  }
  const unit = toPotential / neuron.gain;
  // |relu(z) - scale S|^2 is least at scale = along / square, and then smaller than |relu(z)|^2 by along^2 / square. Silence explains nothing.
  return square === 0 ? { unit, scale: 1, explained: 0 } : { unit, scale: along / square, explained: along ** 2 / square };
}

function relu(values: Float32Array): Float32Array {
  return values.map((value) => Math.max(0, value));
}
