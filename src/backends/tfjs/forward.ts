/**
 * The model from parameters to ray colours, differentiable (docs/model.md, sections 1 to 3):
 *
 *     samples -> weights, features -> network over time -> rgb_i = sigmoid(logits_i) -> C = sum w_i rgb_i + T_last background
 */
import { tfjsRepresentation } from './representations/index.ts';
import type { FieldParameters, TfjsRepresentation } from './representations/representation.ts';
import type { Rays } from '../../geometry/rays.ts';
import type { PackedSamples } from '../../../renderer/march.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import type { RawParameters, TfjsNeuron } from './tfjs-neuron.ts';
import type { BoundLayers } from './colour-network.ts';
import { gatherRows } from './custom-gradients.ts';
import { encodedFeatures } from './encoded-features.ts';
import { spikesMargin, signedSpikes, viewSpikes } from './input-spikes.ts';
import { featureFrequencies } from '../../model/feature-encoding.ts';
import { inputLevels } from '../../model/input-spikes.ts';
import {
  throughRates,
  throughSqueezing,
  throughTime,
  type HiddenActivity,
  type HiddenMargins,
  type NetworkAnswer,
} from './network-in-time.ts';
import type { Noise } from './poisson-encoding.ts';
import type { RateNeuron } from './rate-neuron.ts';
import { wholeRepeats } from './squeezing.ts';
import { askRelus, teacherFeatures, type TeacherAnswer, type TeacherTensors } from './teacher.ts';
import { raysOfSamples } from './temporal-modes.ts';
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
  /** [1] raw number of time steps of each hidden layer, where these are learned */
  readonly repeats?: readonly Tensor[];
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
  const lengths = parameters.repeats?.map((raw) => wholeRepeats(tf, network, raw));
  const through = (): NetworkAnswer => {
    if (lengths !== undefined) return throughSqueezing(tf, asked, lengths, x);
    return input.rates ? throughRates(tf, asked, input.rates, x) : throughTime(tf, asked, x);
  };
  const { logits, hidden } = through();
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
