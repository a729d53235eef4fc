/** What a training step tells the GPU, and what its sums mean. */
import type { FieldSpec } from '../../model/field-spec.ts';
import type { StepResult, StepSettings } from '../../engine/backend.ts';
import { biasCorrection } from '../shared/bias-correction.ts';
import { lossValue, realRows, sampleScales, steepness, teacherPotentialScale } from '../shared/loss.ts';
import { hasGaps, isSpikingNetwork } from '../../model/network-facts.ts';
import { NO_NUMBERS, type CallNumbers, type Counted, type ResultPiece } from './call-runner.ts';
import { LOSS_SUMS, type FieldSizes } from './field-plan.ts';

/** What a training step leaves for the host. */
export interface StepSums extends Counted {
  /** Squared error, per-sample error, entropy, distortion, errors of the teacher's colours and potentials. */
  readonly losses: Float32Array;
  /** Sums for the neurons' parameters of both layers. */
  readonly neurons: Float32Array;
  /** Sums of the potentials of both layers, [2 W]; of their spikes, where thresholds are raised. */
  readonly potentials: Float32Array;
  readonly spikes: Float32Array;
}

export function stepNumbers(spec: FieldSpec, rays: number, settings: StepSettings): CallNumbers {
  const { network, weightThreshold } = spec;
  const { adam, learningRates, loss, noiseSeed } = settings;
  const correction = biasCorrection(settings);
  return {
    ...NO_NUMBERS,
    ...adam,
    rayCount: rays,
    noiseSeed,
    weightThreshold,
    ...sampleScales(spec, loss, rays),
    spikeWeight1: loss.spikes[0],
    spikeWeight2: loss.spikes[1],
    dropout: settings.dropout,
    teacherPotentialScale: teacherPotentialScale(network, loss, rays),
    surrogateAlpha: steepness(network, settings),
    densityRate: learningRates.density * correction,
    featureRate: learningRates.features * correction,
    networkRate: learningRates.network * correction,
  };
}

export function stepPieces({ width, neuronFloats, weightFloats }: FieldSizes): ResultPiece[] {
  const losses = { buffer: 'lossSums', bytes: 4 * LOSS_SUMS };
  if (width === 0) return [losses];
  return [
    losses,
    { buffer: 'networkGradients', offset: 4 * weightFloats, bytes: 8 * neuronFloats },
    { buffer: 'potentialSums', bytes: 16 * width },
  ];
}

/** @param bytes the pieces, from `offset` on to the end */
export function stepSums({ neuronFloats, width }: FieldSizes, counted: Counted, bytes: ArrayBuffer, offset: number): StepSums {
  const floats = new Float32Array(bytes, offset).slice();
  const afterNeurons = LOSS_SUMS + 2 * neuronFloats;
  return {
    ...counted,
    losses: floats.subarray(0, LOSS_SUMS),
    neurons: floats.subarray(LOSS_SUMS, afterNeurons),
    potentials: floats.subarray(afterNeurons, afterNeurons + 2 * width),
    spikes: floats.subarray(afterNeurons + 2 * width),
  };
}

/** The loss (docs/model.md, section 4) from its sums. */
export function stepResult(
  { network }: FieldSpec,
  rays: number,
  { loss, thresholdRises }: StepSettings,
  { counts, shownSpikes, losses, potentials, spikes: neuronSpikes }: StepSums,
): StepResult {
  const [squaredError, perSampleError, entropy, distortion, teacherColourError, teacherPotentialError] = losses;
  // A neuron may fire in a gap; the penalty is the mean over samples.
  const spikes = network !== null && hasGaps(network) ? shownSpikes : counts.spikes;
  const sums = {
    squaredError,
    perSampleError,
    entropy,
    distortion,
    teacherColourError,
    teacherPotentialError,
    teacherGramError: 0,
    spikes,
  };
  const rows = realRows(network, counts.samples);
  const measured = network !== null && isSpikingNetwork(network) && loss.potentials !== null;
  const meanPotentials = measured ? meansOf(potentials, network.width, rows[0]) : null;
  const result = { ...lossValue(network, loss, sums, rays, rows, meanPotentials), counts, meanPotentials };
  return network === null || thresholdRises === undefined
    ? result
    : { ...result, meanSpikes: meansOf(neuronSpikes, network.width, rows[0]) };
}

/** [W] of each hidden layer, of sums [layers W] over `rows` rows; without any, all sums are 0. */
function meansOf(sums: Float32Array, width: number, rows: number): Float32Array[] {
  const means = sums.map((sum) => sum / Math.max(1, rows));
  return Array.from({ length: means.length / width }, (_, layer) => means.slice(layer * width, (layer + 1) * width));
}
