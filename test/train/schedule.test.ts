import { describe, expect, it } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import { coarseEpsilon, rateFactor, refreshDue, scaledVoxels, scalingsDone, stageProgress, steepness } from '../../src/train/schedule.ts';

describe('learning-rate factor', () => {
  it('is 1 until decayFrom and decayTo at the end, exponential between', () => {
    const decay = { decayFrom: 0.4, decayTo: 0.05 };
    expect(rateFactor(0, decay)).toBe(1);
    expect(rateFactor(0.4, decay)).toBe(1);
    expect(rateFactor(0.7, decay)).toBeCloseTo(Math.sqrt(0.05), 12);
    expect(rateFactor(1, decay)).toBeCloseTo(0.05, 12);
  });

  it('of the paper falls by 10 every 20 000 steps', () => {
    const { fine, coarse } = presets.paper;
    expect(rateFactor(20_000 / fine.steps, fine)).toBeCloseTo(0.1, 12);
    expect(rateFactor(40_000 / fine.steps, fine)).toBeCloseTo(0.01, 12);
    expect(rateFactor(0.4, coarse)).toBeCloseTo(10 ** (-2000 / 20_000), 12);
  });

  it('does not divide by zero when the rate is constant throughout', () => {
    expect(rateFactor(1, { decayFrom: 1, decayTo: 0.1 })).toBe(1);
  });
});

describe('events', () => {
  it('refreshes the occupancy at occupancyFrom and every occupancyEvery after it', () => {
    const due = Array.from({ length: 3001 }, (_, step) => step).filter((step) =>
      refreshDue(step, { occupancyFrom: 500, occupancyEvery: 1000 }),
    );
    expect(due).toEqual([500, 1500, 2500]);
  });

  it('refreshes it the more rarely, the more steps are over, where occupancyWait says so', () => {
    const due = Array.from({ length: 8001 }, (_, step) => step).filter((step) =>
      refreshDue(step, { occupancyFrom: 500, occupancyEvery: 500, occupancyWait: 0.25 }),
    );
    expect(due).toEqual([500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 5000, 6000, 7500]);
  });

  it('doubles the voxels at each step of scaleAt, ending at the full number', () => {
    const at = [1000, 2000, 3000, 4000];
    expect([1, 999, 1000, 3999, 4000, 40_000].map((step) => scalingsDone(step, at))).toEqual([0, 0, 1, 3, 4, 4]);
    expect([0, 1, 2, 3, 4].map((done) => scaledVoxels(160 ** 3, done, 4))).toEqual([256_000, 512_000, 1_024_000, 2_048_000, 4_096_000]);
  });

  it('uses the tiny epsilon in the first coarse steps only', () => {
    const config = presets.blender;
    expect(coarseEpsilon(config.coarse.epsilonWarmup, config)).toBe(1e-15);
    expect(coarseEpsilon(config.coarse.epsilonWarmup + 1, config)).toBe(config.adam.epsilon);
    expect(coarseEpsilon(1, presets.paper)).toBe(1e-8);
  });

  it('lets whichever of steps and time is ahead decide the progress', () => {
    expect(stageProgress(10, 100, 5, Infinity)).toBe(0.1);
    expect(stageProgress(10, 100, 50, 100)).toBe(0.5);
    expect(stageProgress(80, 100, 50, 100)).toBe(0.8);
    expect(stageProgress(1, 100, 200, 100)).toBe(1);
    expect(stageProgress(0, 0, 0, Infinity)).toBe(1);
    expect(stageProgress(0, 10, 0, 0)).toBe(1);
  });
});

describe('steepness of the surrogate', () => {
  it("rises from 2 to 20 for the evolutionary one, and is the network's own otherwise", () => {
    const { network } = presets.blender;
    const evolutionary = { ...network, surrogate: 'evolutionary' as const };
    expect(steepness(evolutionary, 0)).toBe(2);
    expect(steepness(evolutionary, 0.5)).toBeCloseTo(2 * Math.sqrt(10), 12);
    expect(steepness(evolutionary, 1)).toBe(20);
    expect(steepness(network, 0.5)).toBeNull();
  });
});
