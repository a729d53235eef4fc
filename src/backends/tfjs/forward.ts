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
import { bernoulli, gatherRows } from './custom-gradients.ts';
import { spikesMargin, signedSpikes, viewSpikes } from './input-spikes.ts';
import { inputLevels } from '../../model/input-spikes.ts';
import { keepNeurons } from './dropout.ts';
import { toPacked, toPadded } from './padded-layout.ts';
import { normaliseInputs, poissonNoise, rangeOf, type InputRange } from './poisson-encoding.ts';
import { askTeacher, type TeacherAnswer, type TeacherTensors } from './teacher.ts';
import { layoutInTime, raysOfSamples, type TimeLayout } from './temporal-modes.ts';
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
  readonly noise: {
    readonly seed: number;
    /** Index in the call of the first of these rays. */
    readonly firstRay: number;
    /** Normalisation of the Poisson encoding; null: that of these samples. */
    readonly range: InputRange | null;
  };
  /** Share of the hidden neurons to drop, seeded by the noise's seed; default: 0 */
  readonly dropout?: number;
  /** To be asked at the network samples of these rays; default: none */
  readonly teacher?: { readonly tensors: TeacherTensors; readonly rays: Rays } | null;
}

/** The hidden layers while the samples were coloured. */
export interface HiddenActivity extends Pick<NetworkPass, 'outputs' | 'events' | 'potentials'> {
  readonly parameters: NeuronBindings;
  readonly layout: TimeLayout;
  /** Spikes and potentials of each layer at the samples, [repeats,M,W], differentiable; null if the neurons do not spike. */
  readonly atSamples: Readonly<Record<'events' | 'potentials', readonly Tensor[]>> | null;
  /** How near a neuron was to being dropped or kept; Infinity without dropout. */
  readonly dropoutMargin: number;
  /** What the first layer was shown, [T,R,I]. */
  readonly inputs: Tensor;
  /** Time steps for which every sample was shown. */
  readonly repeats: number;
  /** null unless the inputs are random spikes */
  readonly poisson: PoissonInputs | null;
  /** Spikes in front of layer 1: of the features of the samples [M,F], of the view terms of the rays [N,V]; null where they are real numbers. */
  readonly inputSpikes: { readonly features: Tensor | null; readonly views: Float32Array | null };
  /** How near a feature or view term was to another spike, in steps; Infinity where there are none. For tests: costs a pass over them. */
  readonly inputMargin: () => number;
}

/** Inputs as spikes 1[noise < probabilities], all [T,M,I], and the range by which the probabilities were normalised. */
export interface PoissonInputs {
  readonly spikes: Tensor;
  readonly probabilities: Tensor;
  readonly noise: Tensor;
  readonly range: InputRange;
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
  const seenFeatures = inputSpikes.features === null ? features : tf.mul(inputSpikes.features, parameters.inputSteps!);
  const seenViews =
    inputSpikes.views === null
      ? viewTerms
      : viewTermsOfSamples(
          tf,
          inputSpikes.views.map((spikes) => spikes / levels.views),
          samples,
        );
  const x = tf.concat([seenFeatures, seenViews], 1);
  const alone = network.temporal === 'repeat' || !neuron.hasMemory;
  const layout = layoutInTime(alone ? 'repeat' : network.temporal, network.order, samples);
  const { inputs, repeats, poisson } = alone ? repeatInputs(tf, network, neuron, x, input) : sequenceInputs(tf, layout, x);
  const atSamples = (perStep: Tensor): Tensor =>
    alone ? perStep : tf.expandDims(toPacked(tf, layout.reversed ? tf.reverse(perStep, 0) : perStep, layout), 0);

  let dropoutMargin = Infinity;
  const drop: OutputFactors = (layer, events) => {
    const width = layers[layer - 1].layer.outputs;
    const ofRays = sumByRay(tf, tf.sum(atSamples(events), 0), samples.rayOffsets);
    const kept = keepNeurons(ofRays.dataSync<'float32'>(), width, layer, { share: input.dropout!, seed: input.noise.seed });
    dropoutMargin = Math.min(dropoutMargin, kept.margin);
    return gatherRows(tf, tf.tensor2d(kept.factors, [samples.rays, width]), layout.rayOfColumn);
  };
  const bound = layers.slice(0, -1).map((_, layer) => neuron.bind(tf, parameters.neurons?.[layer] ?? {}));
  const begins = alone ? undefined : layout.begins;
  const pass = runColourNetwork(tf, neuron, layers, bound, inputs, begins, input.dropout ? drop : undefined);

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
  const spiking = neuron.spikes ? { events: pass.events.map(atSamples), potentials: pass.potentials.map(atSamples) } : null;
  return {
    logits: tf.mean(atSamples(pass.logits), 0),
    hidden: { ...pass, parameters: bound, inputs, inputSpikes, inputMargin, layout, repeats, poisson, atSamples: spiking, dropoutMargin },
    teacher: input.teacher
      ? askTeacher(tf, input.teacher.tensors, spec, input.teacher.rays, samples, raysOfSamples(samples), viewTerms)
      : null,
  };
}

/** [M,I-C] */
function viewTermsOfSamples(tf: TensorFlow, views: Float32Array, samples: PackedSamples): Tensor {
  return gatherRows(tf, tf.tensor2d(views, [samples.rays, views.length / samples.rays]), raysOfSamples(samples));
}

interface InputsInTime extends Pick<HiddenActivity, 'repeats' | 'poisson'> {
  /** [T,R,I] */
  readonly inputs: Tensor;
}

/** The samples of a ray one after the other. `x` [M,I]. */
function sequenceInputs(tf: TensorFlow, layout: TimeLayout, x: Tensor): InputsInTime {
  const padded = toPadded(tf, x, layout);
  return { inputs: layout.reversed ? tf.reverse(padded, 0) : padded, repeats: 1, poisson: null };
}

/** Every sample for itself, shown `repeats` times; once if the neuron has no memory. `x` [M,I]. */
function repeatInputs(tf: TensorFlow, network: NetworkSpec, neuron: TfjsNeuron, x: Tensor, { samples, noise }: ForwardInput): InputsInTime {
  const repeats = neuron.hasMemory ? network.repeats : 1;
  const shown = (rows: Tensor): Tensor => tf.stack(new Array<Tensor>(repeats).fill(rows), 0);
  if (network.encoding === 'direct' || !neuron.hasMemory) return { inputs: shown(x), repeats, poisson: null };

  const range = noise.range ?? rangeOf(x);
  const probabilities = shown(normaliseInputs(tf, x, range));
  const shape = probabilities.shape as [number, number, number];
  const uniform = tf.tensor3d(poissonNoise(noise.seed, samples, noise.firstRay, repeats, shape[2]), shape);
  const spikes = bernoulli(tf, probabilities, uniform);
  return { inputs: spikes, repeats, poisson: { spikes, probabilities, noise: uniform, range } };
}
