/**
 * Where a run ends. `budget.maxSteps` stops the fine stage before its `steps` are over without touching the schedule, so that N steps at once
 * and N/2 steps, then resumed to N, are the same run, bit for bit.
 */
import type { Config } from './schema.ts';

/** Steps of the fine stage that will run. */
export function plannedSteps({ fine, budget }: Config): number {
  return Math.min(fine.steps, budget.maxSteps ?? Infinity);
}

/** The plan changed to `maxSteps` fine steps; more than the schedule has stretches the schedule. */
export function withMaxSteps(config: Config, maxSteps: number): Config {
  const steps = Math.max(config.fine.steps, maxSteps);
  return { ...config, fine: { ...config.fine, steps }, budget: { ...config.budget, maxSteps } };
}

/**
 * The config whose fine stage has `plannedSteps` steps and, at each of them, the learning rate of the full schedule. With n of s steps and
 * f = decayFrom·s:
 *
 *     n <= f: constant          else decayFrom' = f/n, decayTo' = decayTo^((n - f)/(s - f))
 */
export function trainedConfig(config: Config): Config {
  const { steps, decayFrom, decayTo } = config.fine;
  const planned = plannedSteps(config);
  if (planned === steps) return config;
  const from = decayFrom * steps;
  const decay = planned <= from ? { decayFrom: 1 } : { decayFrom: from / planned, decayTo: decayTo ** ((planned - from) / (steps - from)) };
  return { ...config, fine: { ...config.fine, ...decay, steps: planned } };
}
