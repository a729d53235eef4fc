/**
 * The loss of the fine stage: which of its terms act in a step, and how strongly. Two of them follow what the step before measured, because a
 * batch's own means are known only when its pass is over:
 *
 *     spike penalty  of layer l acts in a step only if the layer's firing rate in the step before was above its target (a hinge)
 *     IM-Loss        weight * sum_l (m_l - target * threshold_l)^2,   m_l: mean potential before reset          (Guo et al., NeurIPS 2022)
 *                    as published m_l is the mean of all neurons; per neuron, the mean of the neurons' squares
 *
 * The square of a mean is linearised at the means of the step before, which makes it a weight for each mean potential m_lc of neuron c:
 *
 *     2 * weight * (m_l - target * threshold_l) / W          per neuron: 2 * weight * (m_lc - target * threshold_lc) / W
 *
 * with thresholds, learned or not, as constants. In the first step both are off. Total variation ends, and ceases to be dense, after a step; where it acts
 * in one of k steps only, it is k times as strong.
 */
import { firingRates } from '../engine/counts.ts';
import { NO_LOSS_TERMS, type FieldEngine, type LossWeights, type StepResult } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import { InputError } from '../base/errors.ts';
import type { BitTarget } from '../model/bit-budget.ts';
import type { NetworkSpec } from '../model/field-spec.ts';
import { variationReach, type TotalVariation, type VariationReach } from '../model/total-variation.ts';
import { isSpiking } from '../neurons/define-neuron.ts';
import { neuronNamed } from '../neurons/index.ts';
import { neuronValues } from '../model/neuron-values.ts';
import { hiddenWidths } from '../neurons/settings.ts';

/** What the last step measured of each hidden layer; part of a checkpoint. */
export interface Feedback {
  readonly firingRates: readonly number[];
  /** [W] each: mean potentials; null unless the step asked for them. */
  readonly potentials: readonly (readonly number[])[] | null;
}

export function feedbackOf({ counts, meanPotentials }: StepResult, network: NetworkSpec | null): Feedback | null {
  if (network === null) return null;
  return {
    firingRates: firingRates(counts, network),
    potentials: meanPotentials && meanPotentials.map((means) => [...means]),
  };
}

/**
 * @param step 1, 2, ...
 * @param progress share of the stage that is over
 * @param thresholds [W] each, or null without IM-Loss
 */
export function lossTerms(
  { fine, distillation, network }: Config,
  step: number,
  progress: number,
  feedback: Feedback | null,
  thresholds: readonly Float32Array[] | null,
): LossWeights {
  const { spikePenalty, spikeTargets, imLoss } = fine;
  const penalty = (layer: number): number => {
    if (spikeTargets === null) return spikePenalty;
    return feedback !== null && feedback.firingRates[layer] > spikeTargets[layer] ? spikePenalty : 0;
  };
  const taught = distillation.teacher !== null;
  return {
    ...NO_LOSS_TERMS,
    perSample: fine.loss.perSample,
    entropy: fine.loss.entropy,
    distortion: fine.loss.distortion,
    totalVariation: variationAt(fine.loss, step),
    densityL1: step >= (fine.shrinkAt[0] ?? Infinity) ? fine.loss.densityL1.rest : fine.loss.densityL1.weight,
    spikes: hiddenWidths(network).map((_, layer) => penalty(layer)),
    potentials: thresholds && thresholds.map((ofLayer, layer) => potentialWeights(imLoss, feedback?.potentials?.[layer] ?? null, ofLayer)),
    teacherColour: taught ? distillation.colour : 0,
    teacherPotential: taught ? distillation.potential : 0,
    teacherGram: taught ? distillation.gram : 0,
    bits: budgetOf(fine.bitBudget, progress),
  };
}

/** Penalty of a time step beside that of a bit: that of the released scripts, 1e-2 beside 4e-2. */
const STEP_PENALTY = 0.25;

function budgetOf({ weights, spikes, repeats, penalty, settleAt }: Config['fine']['bitBudget'], progress: number): LossWeights['bits'] {
  const settles = progress >= settleAt;
  if (weights === null && spikes === null && repeats === null) return null;
  const aim = (target: number | null, share = 1): BitTarget | null =>
    target === null ? null : { target, penalty: share * penalty, settles };
  return { weights: aim(weights), spikes: aim(spikes), repeats: aim(repeats, STEP_PENALTY) };
}

/** Where the total variation of a stage acts at most: its first step is the densest. */
export function stageVariation(loss: Config['fine']['loss']): VariationReach {
  return variationReach(variationAt(loss, 1));
}

function variationAt(
  { totalVariation, totalVariationEvery, totalVariationUntil, totalVariationDenseUntil }: Config['fine']['loss'],
  step: number,
): TotalVariation {
  const over = totalVariationUntil !== null && step > totalVariationUntil;
  if (over || (step - 1) % totalVariationEvery !== 0) return NO_LOSS_TERMS.totalVariation;
  return {
    density: totalVariation.density * totalVariationEvery,
    features: totalVariation.features * totalVariationEvery,
    dense: step <= totalVariationDenseUntil,
  };
}

/** [W] */
function potentialWeights(
  { weight, target, perNeuron }: Config['fine']['imLoss'],
  means: readonly number[] | null,
  thresholds: Float32Array,
): Float32Array {
  const width = thresholds.length;
  if (means === null) return new Float32Array(width);
  const away = means.map((mean, c) => mean - target * thresholds[c]);
  const ofLayer = away.reduce((sum, value) => sum + value, 0) / width;
  return Float32Array.from(away, (value) => (2 * weight * (perNeuron ? value : ofLayer)) / width);
}

/** [W] each: the firing thresholds of the hidden layers as they are now; null without IM-Loss, or where nothing spikes. */
export async function thresholdParameters(engine: FieldEngine, { weight }: Config['fine']['imLoss']): Promise<Float32Array[] | null> {
  const network = engine.spec.network!;
  const neuron = neuronNamed(network.neuron);
  if (weight === 0 || !isSpiking(neuron)) return null;
  if (!Object.hasOwn(neuron.parameters, 'threshold'))
    throw new InputError(
      `fine.imLoss.weight=${weight}: the neuron ${neuron.name} has no parameter named threshold`,
      'Use --set fine.imLoss.weight=0.',
    );
  const ofLayer = async (width: number, layer: number): Promise<Float32Array> => {
    const values = (await neuronValues(network, layer, (name) => engine.read(name))).get('threshold')!;
    return values.length === 1 ? new Float32Array(width).fill(values[0]) : values;
  };
  return Promise.all(hiddenWidths(network).map(ofLayer));
}
