import { describe, expect, it } from 'vitest';
import { plannedSteps, trainedConfig, withMaxSteps } from '../../src/config/planned-steps.ts';
import { presets } from '../../src/config/presets.ts';
import { rateFactor } from '../../src/train/schedule.ts';

const full = presets.blender;

/** Learning-rate factor of step s (steps before it are done). */
function factor(config: typeof full, step: number): number {
  return rateFactor((step - 1) / config.fine.steps, config.fine);
}

describe('planned steps', () => {
  it('is the schedule without a limit', () => {
    expect(plannedSteps(full)).toBe(full.fine.steps);
    expect(trainedConfig(full)).toBe(full);
  });

  it.each([100, 6000, 6001, 9000, 14_999, 15_000])('stops at %i steps with the learning rates of the full schedule', (steps) => {
    const limited = trainedConfig(withMaxSteps(full, steps));
    expect(limited.fine.steps).toBe(steps);
    for (const step of [1, Math.ceil(steps / 2), steps]) expect(factor(limited, step)).toBeCloseTo(factor(full, step), 12);
  });

  it('has exactly the same factors while they are constant', () => {
    const limited = trainedConfig(withMaxSteps(full, 500));
    for (let step = 1; step <= 500; step++) expect(factor(limited, step)).toBe(1);
  });

  it('can be raised again, beyond the schedule too', () => {
    const raised = withMaxSteps(withMaxSteps(full, 100), 200);
    expect(plannedSteps(raised)).toBe(200);
    expect(raised.fine.steps).toBe(full.fine.steps);
    expect(withMaxSteps(full, 20_000).fine.steps).toBe(20_000);
  });
});
