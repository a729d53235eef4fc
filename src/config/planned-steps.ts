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
