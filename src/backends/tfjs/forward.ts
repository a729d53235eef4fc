/**
 * The model from parameters to ray colours, differentiable (docs/model.md, sections 1 to 3):
 *
 *     samples -> weights, features -> network over time -> rgb_i = sigmoid(logits_i) -> C = sum w_i rgb_i + T_last background
 */
import { tfjsRepresentation } from './representations/index.ts';
import type { FieldParameters, TfjsRepresentation } from './representations/representation.ts';
import type { Rays } from '../../geometry/rays.ts';
import type { PackedSamples } from '../../../renderer/march.ts';
import type { FieldSpec, NetworkSpec } from '../../model/field-spec.ts';
import type { RawParameters, TfjsNeuron } from './tfjs-neuron.ts';
import { runColourNetwork, type BoundLayers, type NetworkPass, type NeuronBindings, type OutputFactors } from './colour-network.ts';
import { gatherRows } from './custom-gradients.ts';
import { encodedFeatures } from './encoded-features.ts';
import { spikesMargin, signedSpikes, viewSpikes } from './input-spikes.ts';
import { featureFrequencies } from '../../model/feature-encoding.ts';
import { inputLevels } from '../../model/input-spikes.ts';
import { keepNeurons } from './dropout.ts';
import { toPacked, toPadded } from './padded-layout.ts';
import { poissonInputs, type Noise, type PoissonInputs } from './poisson-encoding.ts';
import type { RateNeuron } from './rate-neuron.ts';
import { runRates } from './rates.ts';
import { tallyOf, type LayerTally } from './tally.ts';
import { askRelus, teacherFeatures, type TeacherAnswer, type TeacherTensors } from './teacher.ts';
import { layoutAlone, layoutInTime, raysOfSamples, type TimeLayout } from './temporal-modes.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import { rayWeights, sumByRay } from './volume-rendering.ts';

export interface Parameters {
  /** Parameters of the representation. */
  readonly field: FieldParameters;
  /** null without a network */
  readonly layers: BoundLayers | null;
  /** [F] steps of the features' spikes in front of layer 1; missing: they are real numbers */
  readonly inputSteps?: Tensor;
  /** Raw values of what the neurons of each hidden layer learn; missing: nothing. */
  readonly neurons?: readonly RawParameters[];
}

/** What does not change while the parameters do. */
export interface ForwardInput {
  readonly spec: FieldSpec;
  /** Default: the backend's own of its kind. */
  readonly representation?: TfjsRepresentation;
  /** null without a network */
  readonly neuron: TfjsNeuron | null;
  readonly samples: PackedSamples;
  /** View terms of each ray, [N,I-C]; null without a network */
  readonly views: Float32Array | null;
  /** [N,3] */
  readonly background: Tensor;
  readonly noise: Noise;
  /** Share of the hidden neurons to drop, seeded by the noise's seed; default: 0 */
  readonly dropout?: number;
  /** Gradients pass through the rates of these neurons; default: through every time step */
  readonly rates?: RateNeuron | null;
  /** Whether `HiddenActivity.margins` will be asked; default: no */
  readonly measureMargins?: boolean;
  /** To be asked at the network samples of these rays; default: none */
  readonly teacher?: { readonly tensors: TeacherTensors; readonly rays: Rays } | null;
}

/** The hidden layers while the samples were coloured. */
export interface HiddenActivity {
  readonly layout: TimeLayout;
  /** Time steps for which every sample was shown. */
  readonly repeats: number;
  /**
   * Spikes and potentials of each layer at the samples, [repeats,M,W], differentiable; null if the neurons do not spike. Through rates: their means
   * [1,M,W], and no potentials.
   */
  readonly atSamples: { readonly events: readonly Tensor[]; readonly potentials: readonly Tensor[] | null } | null;
  readonly tallies: () => readonly LayerTally[];
  /** For tests: costs passes over potentials and inputs. */
  readonly margins: () => HiddenMargins;
  /** All that was computed at each step; null where gradients pass through rates. */
  readonly steps: TimeSteps | null;
  /** null unless the inputs are random spikes */
  readonly poisson: PoissonInputs | null;
  /** Spikes in front of layer 1: of the features of the samples [M,F], of the view terms of the rays [N,V]; null where they are real numbers. */
  readonly inputSpikes: { readonly features: Tensor | null; readonly views: Float32Array | null };
}

/**
 * How near the nearest neuron, those in front of layer 1 included, was to its threshold, and the nearest Poisson input and dropped neuron to their random numbers; Infinity where
 * there is none. Where they exceed the rounding of another backend, it must do the same.
 */
export interface HiddenMargins {
  readonly spike: number;
  readonly noise: number;
}

export interface TimeSteps extends Pick<NetworkPass, 'outputs' | 'potentials'> {
  /** What the first layer was shown, [T,R,I]. */
  readonly inputs: Tensor;
}

export interface ForwardPass {
  /** [N,3] */
  readonly rgb: Tensor;
  /** [N] */
  readonly lastTransmittance: Tensor;
  /** [D] weights of the density samples; null if D = 0 */
  readonly densityWeights: Tensor | null;
  /** Weights [M] and colours [M,3] of the network samples; null if M = 0 */
  readonly shown: { readonly weights: Tensor; readonly colours: Tensor } | null;
  /** null without a network or samples */
  readonly hidden: HiddenActivity | null;
  /** null if none is asked, or without samples */
  readonly teacher: TeacherAnswer | null;
}

export function forward(tf: TensorFlow, parameters: Parameters, input: ForwardInput): ForwardPass {
  const { spec, samples, background, representation = tfjsRepresentation(spec) } = input;
  const nothing = { densityWeights: null, shown: null, hidden: null, teacher: null };
  const empty = { ...nothing, rgb: background, lastTransmittance: tf.ones([samples.rays]) };
  if (samples.stepIndex.length === 0) return empty;

  const { weights: densityWeights, lastTransmittance } = rayWeights(
    tf,
    spec,
    representation.density(tf, spec, parameters.field, samples),
    samples,
  );
  const behind = tf.mul(tf.reshape(lastTransmittance, [-1, 1]), background);
  if (samples.networkRows.length === 0) return { ...empty, rgb: behind, lastTransmittance, densityWeights };

  const features = representation.features(tf, spec, parameters.field, samples);
  const { logits, hidden, teacher } = colourLogits(tf, parameters, input, features);
  const colours = tf.sigmoid(logits);
  const weights = gatherRows(tf, tf.reshape(densityWeights, [-1, 1]), samples.networkRows);
  const rgb = tf.add(sumByRay(tf, tf.mul(weights, colours), samples.rayOffsets), behind);
  return { rgb, lastTransmittance, densityWeights, shown: { weights: tf.reshape(weights, [-1]), colours }, hidden, teacher };
}

/** Logits [M,3] of the network samples; without a network they are the features. */
export function colourLogits(
  tf: TensorFlow,
  parameters: Parameters,
  input: ForwardInput,
  features: Tensor,
): { logits: Tensor } & Pick<ForwardPass, 'hidden' | 'teacher'> {
  const { spec, neuron, samples, views } = input;
  const { network } = spec;
  const { layers } = parameters;
  if (network === null || neuron === null || views === null || layers === null) return { logits: features, hidden: null, teacher: null };

  const viewTerms = viewTermsOfSamples(tf, views, samples);
  const levels = inputLevels(network);
  const inputSpikes = {
    features: levels.features === 0 ? null : signedSpikes(tf, features, parameters.inputSteps!, levels.features),
    views: levels.views === 0 ? null : viewSpikes(views, levels.views),
  };
  const seenFeatures =
    inputSpikes.features === null
      ? encodedFeatures(tf, features, featureFrequencies(network))
      : tf.mul(inputSpikes.features, parameters.inputSteps!);
  const seenViews =
    inputSpikes.views === null
      ? viewTerms
      : viewTermsOfSamples(
          tf,
          inputSpikes.views.map((spikes) => spikes / levels.views),
          samples,
        );
  const x = tf.concat([seenFeatures, seenViews], 1);
  const inputMargin = (): number =>
    Math.min(
      levels.features === 0 ? Infinity : spikesMargin(tf.div(features, parameters.inputSteps!).dataSync<'float32'>(), levels.features),
      levels.views === 0
        ? Infinity
        : spikesMargin(
            views.map((term) => term * levels.views),
            levels.views,
          ),
    );
  const bound = layers.slice(0, -1).map((_, layer) => neuron.bind(tf, parameters.neurons?.[layer] ?? {}));
  const asked = { ...input, network, neuron, layers, bound };
  const { logits, hidden } = input.rates ? throughRates(tf, asked, input.rates, x) : throughTime(tf, asked, x);
  const asks = input.teacher ? teachersAnswer(tf, input, input.teacher, viewTerms) : null;
  const margins = (): HiddenMargins => {
    const { spike, noise } = hidden.margins();
    return { spike: Math.min(inputMargin(), spike, asks?.margin() ?? Infinity), noise };
  };
  return { logits, hidden: { ...hidden, inputSpikes, margins }, teacher: asks && asks.answer };
}

/** One of spikes is a network as the student is. @param viewTerms [M,I-C] */
function teachersAnswer(
  tf: TensorFlow,
  input: ForwardInput,
  { tensors, rays }: NonNullable<ForwardInput['teacher']>,
  viewTerms: Tensor,
): { readonly answer: TeacherAnswer; readonly margin: () => number } {
  const { spec, samples } = input;
  const features = teacherFeatures(tf, tensors, spec, rays, samples, raysOfSamples(samples));
  const { layers, spiking } = tensors;
  if (spiking === null) return { answer: askRelus(tf, tensors, spec, features, viewTerms), margin: () => Infinity };
  const { logits, hidden } = colourLogits(tf, { field: {}, layers, ...spiking }, { ...input, teacher: null, dropout: 0 }, features);
  return {
    answer: { colours: tf.sigmoid(logits), potentials: hidden?.atSamples?.potentials ?? null },
    margin: () => hidden?.margins().spike ?? Infinity,
  };
}

/** [M,I-C] */
function viewTermsOfSamples(tf: TensorFlow, views: Float32Array, samples: PackedSamples): Tensor {
  return gatherRows(tf, tf.tensor2d(views, [samples.rays, views.length / samples.rays]), raysOfSamples(samples));
}

interface NetworkInput extends Pick<ForwardInput, 'samples' | 'noise' | 'dropout' | 'measureMargins'> {
  readonly network: NetworkSpec;
  readonly neuron: TfjsNeuron;
  readonly layers: BoundLayers;
  readonly bound: NeuronBindings;
}

interface NetworkAnswer {
  /** [M,3] */
  readonly logits: Tensor;
  readonly hidden: Omit<HiddenActivity, 'inputSpikes'>;
}

/** Every time step of the network. @param x [M,I] its inputs */
function throughTime(tf: TensorFlow, { network, neuron, layers, bound, samples, noise, dropout }: NetworkInput, x: Tensor): NetworkAnswer {
  const alone = network.temporal === 'repeat' || !neuron.hasMemory;
  const layout = layoutInTime(alone ? 'repeat' : network.temporal, network.order, samples);
  const repeats = alone && neuron.hasMemory ? network.repeats : 1;
  const poisson = network.encoding === 'poisson' && alone && neuron.hasMemory ? poissonInputs(tf, x, samples, noise) : null;
  const shown = poisson ? Array.from({ length: repeats }, (_, t) => poisson.spikesAt(t)) : new Array<Tensor>(repeats).fill(x);
  const inputs = alone ? tf.stack(shown, 0) : sequenceInputs(tf, layout, x);
  const atSamples = (perStep: Tensor): Tensor =>
    alone ? perStep : tf.expandDims(toPacked(tf, layout.reversed ? tf.reverse(perStep, 0) : perStep, layout), 0);

  let dropoutMargin = Infinity;
  const drop: OutputFactors = (layer, events) => {
    const width = layers[layer - 1].layer.outputs;
    const ofRays = sumByRay(tf, tf.sum(atSamples(events), 0), samples.rayOffsets);
    const kept = keepNeurons(ofRays.dataSync<'float32'>(), width, layer, { share: dropout!, seed: noise.seed });
    dropoutMargin = Math.min(dropoutMargin, kept.margin);
    return gatherRows(tf, tf.tensor2d(kept.factors, [samples.rays, width]), layout.rayOfColumn);
  };
  const begins = alone ? undefined : layout.begins;
  const { logits, outputs, events, potentials } = runColourNetwork(tf, neuron, layers, bound, inputs, begins, dropout ? drop : undefined);
  const spikeMargin = (): number => tf.tidy(() => Math.min(...potentials.map((h, layer) => neuron.margin(tf, h, bound[layer]))));
  return {
    logits: tf.mean(atSamples(logits), 0),
    hidden: {
      layout,
      repeats,
      poisson,
      steps: { inputs, outputs, potentials },
      atSamples: neuron.spikes ? { events: events.map(atSamples), potentials: potentials.map(atSamples) } : null,
      tallies: () => {
        const inside = alone ? null : insideOf(tf, layout);
        return events.map((layer, i) => tallyOf(tf, neuron.spikes, outputs[i], layer, inside));
      },
      margins: () => ({ spike: spikeMargin(), noise: Math.min(dropoutMargin, poisson?.margin() ?? Infinity) }),
    },
  };
}

/** Mean rates of the network (rates.ts). @param x [M,I] its inputs */
function throughRates(
  tf: TensorFlow,
  { network, neuron, layers, bound, samples, noise, measureMargins }: NetworkInput,
  rated: RateNeuron,
  x: Tensor,
): NetworkAnswer {
  const { repeats } = network;
  const poisson = network.encoding === 'poisson' ? poissonInputs(tf, x, samples, noise) : null;
  const inputsAt = (step: number): Tensor => poisson?.spikesAt(step) ?? x;
  const mean = (): Tensor => (poisson === null ? x : poisson.meanSpikes());
  const { logits, events, tallies, margin } = runRates(tf, neuron, rated, layers, bound, repeats, inputsAt, mean, measureMargins === true);
  return {
    logits,
    hidden: {
      layout: layoutAlone(samples),
      repeats,
      poisson,
      steps: null,
      atSamples: { events: events.map((layer) => tf.expandDims(layer, 0)), potentials: null },
      tallies: () => tallies,
      margins: () => ({ spike: margin, noise: poisson?.margin() ?? Infinity }),
    },
  };
}

/** [T,R,1] 1 where a step counts: those before the first and after the last sample of a sequence do not, though a membrane that still holds more than its threshold may fire there. */
function insideOf(tf: TensorFlow, { rows, columns, begins, ends }: TimeLayout): Tensor {
  const inside = Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return row >= begins[column] && row < ends[column] ? 1 : 0;
  });
  return tf.tensor3d(inside, [rows, columns, 1]);
}

/** The samples of a ray one after the other, [T,R,I]. `x` [M,I]. */
function sequenceInputs(tf: TensorFlow, layout: TimeLayout, x: Tensor): Tensor {
  const padded = toPadded(tf, x, layout);
  return layout.reversed ? tf.reverse(padded, 0) : padded;
}
