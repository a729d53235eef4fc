/** What a training step tells the GPU, and what its sums mean. */
import { maxStepsPerRay } from '../../lattice/lattice.ts';
import type { Counts } from '../../engine/counts.ts';
import { type FieldSpec } from '../../model/field-spec.ts';
import { hasVariation, variationScale } from '../../model/total-variation.ts';
import { surrogateSettings } from '../../neurons/settings.ts';
import type { StepResult, StepSettings } from '../../engine/backend.ts';
import { biasCorrection } from '../shared/bias-correction.ts';
import { isSpikingNetwork, repeatsOf } from '../../model/network-facts.ts';
import { NO_NUMBERS, type CallNumbers, type ResultPiece } from './call-runner.ts';
import { LOSS_SUMS, type FieldSizes } from './field-plan.ts';

/** What a training step leaves for the host. */
export interface StepSums {
  readonly counts: Counts;
  /** Squared error, per-sample error, entropy, distortion, errors of the teacher's colours and potentials. */
  readonly losses: Float32Array;
  /** Sums for the neurons' parameters of both layers. */
  readonly neurons: Float32Array;
  /** Sums of the potentials of both layers, [2 W]. */
  readonly potentials: Float32Array;
}

export function stepNumbers(spec: FieldSpec, rays: number, settings: StepSettings): CallNumbers {
  const { network, weightThreshold, grid } = spec;
  const { adam, learningRates, loss, noiseSeed } = settings;
  const correction = biasCorrection(settings);
  return {
    ...NO_NUMBERS,
    ...adam,
    rayCount: rays,
    noiseSeed,
    weightThreshold,
    photometricScale: 1 / (3 * rays),
    perSampleScale: loss.perSample / rays,
    entropyScale: loss.entropy / rays,
    distortionScale: loss.distortion / rays,
    distortionStep: 1 / maxStepsPerRay(spec),
    spikeWeight1: loss.spikes[0],
    spikeWeight2: loss.spikes[1],
    dropout: settings.dropout,
    teacherColourScale: loss.teacherColour / rays,
    teacherPotentialScale: network && isSpikingNetwork(network) ? loss.teacherPotential / (rays * network.width * repeatsOf(network)) : 0,
    surrogateAlpha: settings.surrogateAlpha ?? (network ? surrogateSettings(network).alpha : 0),
    densityVariation: variationScale(loss.totalVariation.density, grid, rays),
    featureVariation: variationScale(loss.totalVariation.features, grid, rays),
    denseVariation: loss.totalVariation.dense && hasVariation(loss.totalVariation) ? 1 : 0,
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
    { buffer: 'potentialSums', bytes: 8 * width },
  ];
}

/** @param bytes the pieces, from `offset` on to the end */
export function stepSums({ neuronFloats }: FieldSizes, counts: Counts, bytes: ArrayBuffer, offset: number): StepSums {
  const floats = new Float32Array(bytes, offset).slice();
  const afterNeurons = LOSS_SUMS + 2 * neuronFloats;
  return {
    counts,
    losses: floats.subarray(0, LOSS_SUMS),
    neurons: floats.subarray(LOSS_SUMS, afterNeurons),
    potentials: floats.subarray(afterNeurons),
  };
}

/** The loss (docs/model.md, section 4) from its sums. */
export function stepResult(
  { network }: FieldSpec,
  rays: number,
  { loss }: StepSettings,
  { counts, losses, potentials }: StepSums,
): StepResult {
  const [squared, perSample, entropy, distortion, teacherColour, teacherPotential] = losses;
  const mse = squared / (3 * rays);
  const onColours = loss.perSample * perSample + loss.teacherColour * teacherColour;
  const onSamples = mse + (onColours + loss.entropy * entropy + loss.distortion * distortion) / rays;
  if (network === null || !isSpikingNetwork(network)) return { loss: onSamples, mse, counts, meanPotentials: null };
  const { width } = network;
  // Rows that a mean over samples and repeats goes over; without any, all sums are 0.
  const rows = Math.max(1, counts.samples * repeatsOf(network));
  let onPotentials = (loss.teacherPotential * teacherPotential) / (rays * width * repeatsOf(network));
  const onSpikes = (loss.spikes[0] * counts.spikes[0] + loss.spikes[1] * counts.spikes[1]) / (rows * width);
  if (loss.potentials === null) return { loss: onSamples + onSpikes + onPotentials, mse, counts, meanPotentials: null };
  const means = potentials.map((sum) => sum / rows);
  const [weights1, weights2] = loss.potentials;
  for (let c = 0; c < width; c++) onPotentials += weights1[c] * means[c] + weights2[c] * means[width + c];
  const meanPotentials = [means.slice(0, width), means.slice(width)] as const;
  return { loss: onSamples + onSpikes + onPotentials, mse, counts, meanPotentials };
}
