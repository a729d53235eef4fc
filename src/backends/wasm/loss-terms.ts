/**
 * A step's loss as the kernels' variables, and its value from what they added up (docs/model.md, section 4). Losses on hidden layers average over
 * the real rows of the batch, whose number is known once it was marched.
 */
import { maxStepsPerRay } from '../../lattice/lattice.ts';
import { type FieldSpec, type NetworkSpec } from '../../model/field-spec.ts';
import { hasVariation, variationScale } from '../../model/total-variation.ts';
import { surrogateSettings } from '../../neurons/settings.ts';
import type { LossWeights, StepResult, StepSettings } from '../../engine/backend.ts';
import { isSpikingNetwork, repeatsOf } from '../../model/network-facts.ts';
import { LANES } from './memory-plan.ts';
import type { Stats } from './statistics.ts';

/** Of the losses on rays and samples, and of total variation. */
export function sampleTerms(spec: FieldSpec, loss: LossWeights, rays: number) {
  const { density, features, dense } = loss.totalVariation;
  return {
    photometricScale: 1 / (3 * rays),
    perSampleScale: loss.perSample / rays,
    entropyScale: loss.entropy / rays,
    distortionScale: loss.distortion / rays,
    distortionStep: 1 / maxStepsPerRay(spec),
    densityVariation: variationScale(density, spec.grid, rays),
    featureVariation: variationScale(features, spec.grid, rays),
    denseVariation: dense && hasVariation(loss.totalVariation) ? 1 : 0,
    teacherColourScale: loss.teacherColour / rays,
  };
}

/** Of the losses on spikes and potentials; all 0 where nothing spikes. */
export function hiddenTerms(network: NetworkSpec | null, { loss, surrogateAlpha }: StepSettings, samples: number, rays: number) {
  if (network === null || !isSpikingNetwork(network))
    return { rows: 0, state: { spikeScale1: 0, spikeScale2: 0, potentialTerms: 0, teacherPotentialScale: 0, surrogateAlpha: 0 } };
  const { width } = network;
  const rows = samples * repeatsOf(network);
  const [spikeScale1, spikeScale2] = loss.spikes.map((weight) => (rows > 0 ? weight / (rows * width) : 0));
  return {
    rows,
    state: {
      spikeScale1,
      spikeScale2,
      potentialTerms: loss.potentials === null ? 0 : 1,
      teacherPotentialScale: loss.teacherPotential / (rays * width * repeatsOf(network)),
      surrogateAlpha: surrogateAlpha ?? surrogateSettings(network).alpha,
    },
  };
}

export type HiddenTerms = ReturnType<typeof hiddenTerms>;

/** [2 W] coefficients of the sums over `rows` rows. */
export function perRow(potentials: readonly Float32Array[], rows: number): Float32Array {
  return Float32Array.from(
    potentials.flatMap((layer) => [...layer]),
    (value) => (rows > 0 ? value / rows : 0),
  );
}

/** [W] of both layers, of the lanes' sums [LANES, 2 W] over `rows` rows. */
export function meanOfLanes(sums: Float32Array, rows: number): readonly [Float32Array, Float32Array] {
  const width = sums.length / (2 * LANES);
  const mean = (layer: number): Float32Array =>
    Float32Array.from({ length: width }, (_, c) => {
      let sum = 0;
      for (let lane = 0; lane < LANES; lane++) sum += sums[(lane * 2 + layer) * width + c];
      return rows > 0 ? sum / rows : 0;
    });
  return [mean(0), mean(1)];
}

export function lossValue(
  loss: LossWeights,
  stats: Stats,
  rays: number,
  { state }: HiddenTerms,
  meanPotentials: StepResult['meanPotentials'],
): Pick<StepResult, 'loss' | 'mse'> {
  const mse = stats.squaredError / (3 * rays);
  const onColours = loss.perSample * stats.perSampleError + loss.entropy * stats.entropy + loss.teacherColour * stats.teacherColourError;
  const onSamples = onColours + loss.distortion * stats.distortion;
  const onSpikes = state.spikeScale1 * stats.spikes1 + state.spikeScale2 * stats.spikes2;
  const onPotentials = state.teacherPotentialScale * stats.teacherPotentialError + dot(loss.potentials, meanPotentials);
  return { loss: mse + onSamples / rays + onSpikes + onPotentials, mse };
}

/** sum_l a_l . b_l; 0 if there are none. */
function dot(a: readonly Float32Array[] | null, b: readonly Float32Array[] | null): number {
  return a && b ? a.reduce((sum, layer, l) => layer.reduce((part, value, c) => part + value * b[l][c], sum), 0) : 0;
}
