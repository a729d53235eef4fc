import { denseSpec } from '../../src/model/representations/dense.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import { describe, expect, it } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import { Random } from '../../src/math/random.ts';
import { alphaOf, densityOf, inverseSoftplus, softplus } from '../../src/lattice/density.ts';
import { initialWeights, matchOpticalDepth } from '../../src/model/initial-tensors.ts';
import { coarseSpec, fineSpec } from '../../src/train/stage-spec.ts';

describe('density activation', () => {
  it('is inverted over its whole range', () => {
    for (const y of [1e-30, 1e-9, 1e-3, 1, 20, 500]) expect(softplus(inverseSoftplus(y)) / y).toBeCloseTo(1, 12);
    expect(inverseSoftplus(0)).toBeGreaterThan(-800);
    for (const alpha of [1e-7, 1e-4, 0.3, 0.999]) expect(alphaOf(densityOf(alpha, -5, 0.7), -5, 0.7) / alpha).toBeCloseTo(1, 9);
  });

  it('has the closed form of the model page', () => {
    for (const s of [-8, -1, 0, 2, 9]) expect(alphaOf(s, -2, 0.5)).toBeCloseTo(1 - (1 + Math.exp(s - 2)) ** -0.5, 12);
  });
});

describe('warm start', () => {
  it('keeps the transparency of a metre, whatever box, resolution and shift', () => {
    const coarse = coarseSpec(presets.blender, { space: BOUNDED, near: 2, box: { min: [-3, -3, -2], max: [3, 3, 2] } });
    for (const scalings of [0, 1, 3]) {
      const fine = fineSpec(presets.blender, { space: BOUNDED, near: 2, box: { min: [-1, -0.7, -0.8], max: [1.1, 1, 0.9] } }, scalings);
      const before = Float32Array.of(-6, -1, 0, 3, 9, 15, 25);
      const after = before.slice();
      matchOpticalDepth(after, coarse, fine);
      before.forEach((density, i) => {
        const depthBefore = -Math.log1p(-alphaOf(density, coarse.densityShift, coarse.interval)) / coarse.stepLength;
        const depthAfter = -Math.log1p(-alphaOf(after[i], fine.densityShift, fine.interval)) / fine.stepLength;
        expect(depthAfter / depthBefore).toBeCloseTo(1, 4);
      });
    }
  });
});

describe('initial weights', () => {
  it('are uniform in +-1/sqrt(fan_in)', () => {
    const [w1, w2, w3] = initialWeights({ network: presets.paper.network, representation: denseSpec(12) }, new Random(1)).values();
    expect([w1.length, w2.length, w3.length]).toEqual([39 * 128, 128 * 128, 128 * 3]);
    for (const [weights, fanIn] of [
      [w1, 39],
      [w2, 128],
      [w3, 128],
    ] as const) {
      const bound = 1 / Math.sqrt(fanIn);
      const most = weights.reduce((greatest, w) => Math.max(greatest, Math.abs(w)), 0);
      expect(most).toBeLessThanOrEqual(bound * (1 + 1e-6));
      expect(most).toBeGreaterThan(0.98 * bound);
      const variance = weights.reduce((sum, w) => sum + w * w, 0) / weights.length;
      expect(Math.abs(variance / ((bound * bound) / 3) - 1)).toBeLessThan(0.1);
    }
  });

  it('come from the generator alone', () => {
    const of = (seed: number): Float32Array =>
      initialWeights({ network: presets.paper.network, representation: denseSpec(12) }, new Random(seed)).get('w2')!;
    expect(of(5)).toEqual(of(5));
    expect(of(5)).not.toEqual(of(6));
  });
});
