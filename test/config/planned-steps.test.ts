import { describe, expect, it } from 'vitest';
import { plannedSteps, withMaxSteps } from '../../src/config/planned-steps.ts';
import { presets } from '../../src/config/presets.ts';

const full = presets.blender;

describe('planned steps', () => {
  it('is the schedule without a limit', () => {
    expect(plannedSteps(full)).toBe(full.fine.steps);
  });

  it('stops earlier without changing the schedule', () => {
    const limited = withMaxSteps(full, 500);
    expect(plannedSteps(limited)).toBe(500);
    expect(limited.fine).toEqual(full.fine);
  });

  it('can be raised again, beyond the schedule too', () => {
    const raised = withMaxSteps(withMaxSteps(full, 100), 200);
    expect(plannedSteps(raised)).toBe(200);
    expect(raised.fine.steps).toBe(full.fine.steps);
    expect(withMaxSteps(full, 20_000).fine.steps).toBe(20_000);
  });
});
