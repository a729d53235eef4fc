import { describe, expect, it } from 'vitest';
import { turbo, viridis } from '../../renderer/colour-maps.ts';

describe('colour maps', () => {
  it('pass through the colours of the published tables', () => {
    // Entries of the 256-colour tables; the polynomials stay near them (turbo's within 20 levels).
    const near = (found: readonly number[], expected: readonly number[], within: number): void =>
      found.forEach((value, c) => expect(Math.abs(value - expected[c])).toBeLessThanOrEqual(within));
    near(viridis(0), [68, 1, 84], 4);
    near(viridis(0.5), [33, 145, 140], 4);
    near(viridis(1), [253, 231, 37], 6);
    near(turbo(0.5), [164, 252, 60], 20);
    near(turbo(0.25), [41, 187, 236], 20);
  });

  it('clamp what lies outside', () => {
    for (const map of [turbo, viridis]) {
      expect(map(-3)).toEqual(map(0));
      expect(map(7)).toEqual(map(1));
      expect(map(NaN)).toEqual(map(0));
    }
  });

  it('brightens from end to end (viridis)', () => {
    const luminance = Array.from({ length: 50 }, (_, i) => {
      const [r, g, b] = viridis(i / 49);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    expect(luminance.every((value, i) => i === 0 || value > luminance[i - 1])).toBe(true);
  });
});
