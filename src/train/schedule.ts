/**
 * What changes with the step number: learning rates, Adam's epsilon, the size of the grid, refreshes of the occupancy.
 *
 * Steps are numbered 1, 2, ... as in DVGO's loop: what is due at step s happens before step s runs.
 */
import type { StepSettings } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';

/** Tiny enough not to damp the first gradients of an almost transparent field, which lie far below the usual epsilon. */
const WARMUP_EPSILON = 1e-15;

/** Factor on all learning rates: 1 until `decayFrom`, then exponential to `decayTo` at progress 1. */
export function rateFactor(progress: number, decay: { readonly decayFrom: number; readonly decayTo: number }): number {
  if (progress <= decay.decayFrom) return 1;
  return decay.decayTo ** Math.min(1, (progress - decay.decayFrom) / (1 - decay.decayFrom));
}

/** How far the decay is before step `step`, 0..1: it begins anew at the last scaling where the settings say so; else it is the `progress` of the stage. */
export function sinceRestart(
  progress: number,
  step: number,
  { scaleAt, ratesRestart }: { readonly scaleAt: readonly number[]; readonly ratesRestart: boolean },
): number {
  const last = ratesRestart ? scaleAt.reduce((latest, at) => (at <= step ? Math.max(latest, at) : latest), 0) : 0;
  return last === 0 ? progress : (progress * (step - last)) / Math.max(1, step - 1);
}

export function scaledRates({ density, features, network }: StepSettings['learningRates'], factor: number): StepSettings['learningRates'] {
  return { density: density * factor, features: features * factor, network: network * factor };
}

/** Steepness of the evolutionary surrogate: 2 K, with K from 1 to 10 over the stage as 10^progress (IM-Loss); null with another surrogate. */
export function steepness({ surrogate }: Config['network'], progress: number): number | null {
  return surrogate === 'evolutionary' ? 2 * 10 ** progress : null;
}

/** Adam's epsilon at step `step` of the coarse stage. */
export function coarseEpsilon(step: number, config: Config): number {
  return step <= config.coarse.epsilonWarmup ? WARMUP_EPSILON : config.adam.epsilon;
}

export interface RefreshSettings {
  readonly occupancyFrom: number;
  readonly occupancyEvery: number;
  readonly occupancyWait?: number;
}

/** Whether the occupancy is refreshed before step `step`: whole times `occupancyEvery` lie between refreshes, as many as `occupancyWait` of the steps so far hold. */
export function refreshDue(step: number, { occupancyFrom, occupancyEvery, occupancyWait = 0 }: RefreshSettings): boolean {
  let due = occupancyFrom;
  while (due < step) due += occupancyEvery * Math.max(1, Math.floor((occupancyWait * due) / occupancyEvery));
  return due === step;
}

/** How often the grid has been scaled once the events before step `step` are over. */
export function scalingsDone(step: number, scaleAt: readonly number[]): number {
  return scaleAt.filter((at) => at <= step).length;
}

/**
 * Voxels after `done` of `total` scalings that end at `voxels`: doublings (DVGO: int(num_voxels / 2^rest)), one at least, or from `first` on by equal factors
 * (TensoRF: round(exp(linspace(...)))).
 */
export function scaledVoxels(voxels: number, done: number, total: number, first: number | null = null): number {
  if (first === null) return Math.max(1, Math.floor(voxels / 2 ** (total - done)));
  return total === 0 ? voxels : Math.round(first * (voxels / first) ** (done / total));
}

/** Share of a stage that is over: by steps, or by time if the stage has a time limit and that runs out sooner. 1 means stop. */
export function stageProgress(stepsDone: number, steps: number, secondsDone: number, secondsAllowed: number): number {
  const bySteps = steps > 0 ? stepsDone / steps : 1;
  const byTime = secondsAllowed > 0 ? secondsDone / secondsAllowed : 1;
  return Math.min(1, Math.max(bySteps, byTime));
}
