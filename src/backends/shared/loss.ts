/**
 * The loss of a step on the host's side of the kernels (docs/model.md, section 4): the factor of each term, divided by what the term averages
 * over, and the value of the loss from the sums that kernels add up. Losses on hidden layers average over the real rows of the batch, whose
 * number is known once it was marched.
 */
import { maxStepsPerRay } from '../../lattice/lattice.ts';
import type { FieldSpec, NetworkSpec } from '../../model/field-spec.ts';
import { isSpikingNetwork, repeatsOf } from '../../model/network-facts.ts';
import { representationOf } from '../../model/representations/index.ts';
import { hasVariation } from '../../model/total-variation.ts';
import { hiddenWidths, surrogateSettings } from '../../neurons/settings.ts';
import type { LossWeights, StepResult, StepSettings } from '../../engine/backend.ts';

/** Factors of the losses on rays and samples, and of total variation. */
export function sampleScales(spec: FieldSpec, loss: LossWeights, rays: number) {
  const { density, features, dense } = loss.totalVariation;
  const variationScale = representationOf(spec).variationScale ?? ((): number => 0);
  return {
    photometricScale: 1 / (3 * rays),
    perSampleScale: loss.perSample / rays,
    entropyScale: loss.entropy / rays,
    distortionScale: loss.distortion / rays,
    distortionStep: 1 / maxStepsPerRay(spec),
    densityVariation: variationScale(density, spec.grid, rays),
    featureVariation: variationScale(features, spec.grid, rays),
    denseVariation: dense && hasVariation(loss.totalVariation) ? 1 : 0,
    densityL1: loss.densityL1,
    teacherColourScale: loss.teacherColour / rays,
  };
}

/** Factor of the sum over neurons and rows of a teacher's potentials; 0 where nothing spikes. */
export function teacherPotentialScale(network: NetworkSpec | null, loss: LossWeights, rays: number): number {
  if (network === null || !isSpikingNetwork(network)) return 0;
  return loss.teacherPotential / (rays * network.width * repeatsOf(network));
}

/** Factor of the sum over pairs of a ray's rows at the same time step of a sample; 0 where nothing spikes. */
export function teacherGramScale(network: NetworkSpec | null, loss: LossWeights, rays: number): number {
  if (network === null || !isSpikingNetwork(network)) return 0;
  return loss.teacherGram / (rays * repeatsOf(network));
}

/** Steepness of the surrogate in a step; 0 without a network. */
export function steepness(network: NetworkSpec | null, { surrogateAlpha }: Pick<StepSettings, 'surrogateAlpha'>): number {
  return network === null ? 0 : (surrogateAlpha ?? surrogateSettings(network).alpha);
}

/**
 * Rows that the mean over samples and repeats of each hidden layer of a spiking network goes over; none where nothing spikes.
 *
 * @param lengths time steps of each hidden layer where these are learned; null: the same for all
 */
export function realRows(network: NetworkSpec | null, samples: number, lengths: readonly number[] | null = null): number[] {
  if (network === null || !isSpikingNetwork(network)) return [];
  return hiddenWidths(network).map((_, layer) => samples * (lengths?.[layer] ?? repeatsOf(network)));
}

/** Factors of the sums of each hidden layer's spikes over its rows. */
export function spikeScales(network: NetworkSpec | null, loss: LossWeights, rows: readonly number[]): number[] {
  return loss.spikes.map((weight, layer) => (network !== null && rows[layer] > 0 ? weight / (rows[layer] * network.width) : 0));
}

/** What kernels add up over a batch. */
export interface LossSums {
  readonly squaredError: number;
  readonly perSampleError: number;
  readonly entropy: number;
  readonly distortion: number;
  readonly teacherColourError: number;
  readonly teacherPotentialError: number;
  readonly teacherGramError: number;
  /** Spikes of each hidden layer, over real rows. */
  readonly spikes: readonly number[];
}

/** @param rows as `realRows` says */
export function lossValue(
  network: NetworkSpec | null,
  loss: LossWeights,
  sums: LossSums,
  rays: number,
  rows: readonly number[],
  meanPotentials: StepResult['meanPotentials'],
): Pick<StepResult, 'loss' | 'mse'> {
  const mse = sums.squaredError / (3 * rays);
  const onColours = loss.perSample * sums.perSampleError + loss.entropy * sums.entropy + loss.teacherColour * sums.teacherColourError;
  const onSamples = onColours + loss.distortion * sums.distortion;
  const onSpikes = spikeScales(network, loss, rows).reduce((sum, scale, layer) => sum + scale * sums.spikes[layer], 0);
  const onPotentials =
    teacherPotentialScale(network, loss, rays) * sums.teacherPotentialError +
    teacherGramScale(network, loss, rays) * sums.teacherGramError +
    dotProducts(loss.potentials, meanPotentials);
  return { loss: mse + onSamples / rays + onSpikes + onPotentials, mse };
}

/** sum_l a_l . b_l; 0 if there are none. */
function dotProducts(a: readonly Float32Array[] | null, b: readonly Float32Array[] | null): number {
  return a && b ? a.reduce((sum, layer, l) => layer.reduce((part, value, c) => part + value * b[l][c], sum), 0) : 0;
}
