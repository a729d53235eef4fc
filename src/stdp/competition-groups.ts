/**
 * Neuronal competition groups (Goupy et al., arXiv 2410.17066, as in their released code): M neurons a class, of which the first `nonTarget` never
 * serve as targets. In every group the neuron that fires first learns. So that not one of them learns all samples of its class, target neurons
 * have thresholds of their own while they train, which rise for the winner and fall for the losers:
 *
 *     winner: theta' += eta (n - 1) / n        each loser: theta' -= eta / n        then theta' = max(theta', theta)
 *
 * over the n target neurons of the sample's class. Their sum is kept but for the last step.
 */
import { firstOf, type Firing } from './first-spike-layer.ts';

export interface CompetitionGroups {
  readonly classes: number;
  readonly neuronsPerClass: number;
  /** Neurons of each class that are never a target; the rest are target neurons. */
  readonly nonTarget: number;
}

export function groupOf({ neuronsPerClass }: CompetitionGroups, label: number): number[] {
  return Array.from({ length: neuronsPerClass }, (_, m) => label * neuronsPerClass + m);
}

export function targetsOf(groups: CompetitionGroups, label: number): number[] {
  return groupOf(groups, label).slice(groups.nonTarget);
}

/** The neuron of each class that fired first. */
export function winnersOf(groups: CompetitionGroups, firing: Firing): number[] {
  return Array.from({ length: groups.classes }, (_, label) => firstOf(groupOf(groups, label), firing));
}

/**
 * Changes the training thresholds [J] of the target neurons of `label`, in place; nothing where there are fewer than two.
 *
 * @param threshold the one of every neuron in use, below which none falls
 */
export function regulate(
  groups: CompetitionGroups,
  label: number,
  firing: Firing,
  thresholds: Float64Array,
  threshold: number,
  rate: number,
): void {
  const targets = targetsOf(groups, label);
  if (targets.length < 2) return;
  const winner = firstOf(targets, firing);
  for (const j of targets)
    thresholds[j] = Math.max(threshold, thresholds[j] + ((j === winner ? targets.length - 1 : -1) * rate) / targets.length);
}
