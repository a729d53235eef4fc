/** Weights below one bit: numbers worked by hand, and what a whole matrix becomes. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { quantise, quantiserGradient } from '../../src/quantisers/quantise.ts';
import { measureState } from '../../src/quantisers/quantiser.ts';
import { nearestPattern, scaleOutliers, subBit, subBitPlain } from '../../src/quantisers/sub-bit.ts';
import { normals } from '../helpers/field-fixtures.ts';

function statesOf(raw: Float32Array, inputs: number, outputs: number): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(subBit.states).map(([name, state]) => [name, measureState(state, raw, Float32Array.of(NaN), [inputs, outputs])]),
  );
}

describe('weights below one bit', () => {
  it('choose the pattern with the greatest inner product', () => {
    const codebook = [
      [1, 1, 1, 1],
      [1, 1, -1, -1],
      [1, -1, 1, -1],
      [-1, -1, -1, -1],
    ];
    expect(nearestPattern(Float32Array.of(0.9, 0.8, -0.1, -0.7), codebook)).toBe(1);
    codebook.forEach((pattern, index) => {
      expect(nearestPattern(Float32Array.from(pattern), codebook)).toBe(index);
    });
  });

  it('divide an outlier by its distance to its neighbours', () => {
    const kernel = Float32Array.of(0.3, -0.2, 0.1, 0.25, -4, -0.15, 0.2, 0.05, -0.3);
    const around = (entry: number): number[] => [...kernel.keys()].filter((other) => other !== entry);
    const scaled = scaleOutliers(kernel, around, 1);
    expect(scaled[4]).toBeCloseTo(-4 / 4.03125, 6);
    expect(scaled[4]).toBeCloseTo(-0.9922481, 6);
    scaled.forEach((value, i) => i !== 4 && expect(value).toBe(kernel[i]));
    expect(scaleOutliers(kernel, around, 5)[4]).toBe(-4);
  });

  it('are at most sixteen patterns of eight signs, times the mean magnitude of their output', () => {
    const [inputs, outputs] = [39, 16];
    const raw = normals(new Random(5), inputs * outputs, 0.3);
    const states = statesOf(raw, inputs, outputs);
    const seen = quantise(subBit, { raw, parameters: {}, states });
    const patterns = new Set<string>();
    for (let output = 0; output < outputs; output++) {
      const column = Array.from({ length: inputs }, (_, i) => raw[i * outputs + output]);
      const scale = column.reduce((sum, weight) => sum + Math.abs(weight), 0) / inputs;
      for (let first = 0; first < inputs; first += 8) {
        const signs = Array.from({ length: Math.min(8, inputs - first) }, (_, i) => seen[(first + i) * outputs + output] / scale);
        for (const sign of signs) expect(Math.abs(sign)).toBeCloseTo(1, 5);
        if (signs.length === 8) patterns.add(signs.map(Math.sign).join());
      }
    }
    expect(patterns.size).toBeLessThanOrEqual(16);
    expect(patterns.size).toBeGreaterThan(8);
    expect(subBit.storedBits).toBe(0.5);
    const gradient = quantiserGradient(subBit, { raw, parameters: {}, states }, raw);
    expect(gradient.raw).toEqual(raw);
  });

  it('keep their pattern whatever one outlier says', () => {
    const pattern = [1, -1, 1, 1, -1, -1, 1, -1];
    const other = pattern.map((sign, i) => ([0, 1, 3].includes(i) ? -sign : sign));
    const group = Float32Array.from(pattern, (sign, i) => (i === 3 ? -6 : 0.1 * sign));
    const beside = (entry: number): number[] => [entry - 1, entry + 1].filter((at) => at >= 0 && at < 8);
    expect(nearestPattern(group, [pattern, other])).toBe(1);
    expect(nearestPattern(scaleOutliers(group, beside, 0.1), [pattern, other])).toBe(0);
    // Of a matrix with outliers some groups choose otherwise.
    const raw = normals(new Random(5), 32 * 16, 0.3).map((value, i) => (i % 37 === 0 ? 8 * value : value));
    const [aware, plain] = [subBit, subBitPlain].map(({ states }) => measureState(states.code, raw, Float32Array.of(NaN), [32, 16]));
    expect(aware).not.toEqual(plain);
  });
});
