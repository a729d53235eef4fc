/** The colour network on the samples of rays, over their time: step by step, through mean rates, or each layer for its own number of steps. */
import type { PackedSamples } from '../../../renderer/march.ts';
import type { NetworkSpec } from '../../model/field-spec.ts';
import { runColourNetwork, type BoundLayers, type NetworkPass, type NeuronBindings, type OutputFactors } from './colour-network.ts';
import { gatherRows } from './custom-gradients.ts';
import { keepNeurons } from './dropout.ts';
import { toPacked, toPadded } from './padded-layout.ts';
import { poissonInputs, type Noise, type PoissonInputs } from './poisson-encoding.ts';
import type { RateNeuron } from './rate-neuron.ts';
import { runRates } from './rates.ts';
import { runSqueezed } from './squeezing.ts';
import { tallyOf, type LayerTally } from './tally.ts';
import { layoutAlone, layoutInTime, type TimeLayout } from './temporal-modes.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import type { TfjsNeuron } from './tfjs-neuron.ts';
import { sumByRay } from './volume-rendering.ts';

/** The hidden layers while the samples were coloured. */
export interface HiddenActivity {
  readonly layout: TimeLayout;
  /** Time steps for which every sample was shown. */
  readonly repeats: number;
  /** Of each hidden layer, where these learn them; missing: all the same. */
  readonly lengths?: readonly number[];
  /**
   * Spikes and potentials of each layer at the samples, [steps,M,W], differentiable; null if the neurons do not spike. Through rates: their means
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
  /** What the first layer was shown, [T,R,I]; layers that learn their number of steps may have fewer than T. */
  readonly inputs: Tensor;
}

export interface NetworkInput {
  readonly samples: PackedSamples;
  readonly noise: Noise;
  /** Share of the hidden neurons to drop; missing: 0 */
  readonly dropout?: number;
  readonly measureMargins?: boolean;
  readonly network: NetworkSpec;
  readonly neuron: TfjsNeuron;
  readonly layers: BoundLayers;
  readonly bound: NeuronBindings;
}

export interface NetworkAnswer {
  /** [M,3] */
  readonly logits: Tensor;
  readonly hidden: Omit<HiddenActivity, 'inputSpikes'>;
}

/** Every time step of the network. @param x [M,I] its inputs */
export function throughTime(
  tf: TensorFlow,
  { network, neuron, layers, bound, samples, noise, dropout }: NetworkInput,
  x: Tensor,
): NetworkAnswer {
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
export function throughRates(
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

/** Each layer for its own number of steps, between them means (squeezing.ts). @param x [M,I] inputs @param lengths of each hidden layer, differentiable */
export function throughSqueezing(
  tf: TensorFlow,
  { neuron, layers, bound, samples }: NetworkInput,
  lengths: readonly Tensor[],
  x: Tensor,
): NetworkAnswer {
  const { logits, hidden, steps } = runSqueezed(tf, neuron, layers, bound, lengths, x);
  const repeats = Math.max(...steps);
  const [outputs, events, potentials] = (['outputs', 'events', 'potentials'] as const).map((part) => hidden.map((layer) => layer[part]));
  return {
    logits,
    hidden: {
      layout: layoutAlone(samples),
      repeats,
      lengths: steps,
      poisson: null,
      steps: { inputs: tf.stack(new Array<Tensor>(repeats).fill(x), 0), outputs, potentials },
      atSamples: { events, potentials },
      tallies: () => events.map((layer, i) => tallyOf(tf, neuron.spikes, outputs[i], layer, null)),
      margins: () => ({
        spike: tf.tidy(() => Math.min(...potentials.map((h, layer) => neuron.margin(tf, h, bound[layer])))),
        noise: Infinity,
      }),
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
