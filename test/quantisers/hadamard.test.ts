/** Half a bit a weight out of a codebook that never changes: by hand, and against a search of all patterns. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { hadamard } from '../../src/quantisers/hadamard.ts';
import { quantise, quantiserGradient } from '../../src/quantisers/quantise.ts';
import { measureState } from '../../src/quantisers/quantiser.ts';
import { packSigns, unpackSigns } from '../../src/quantisers/sign-groups.ts';
import { normals } from '../helpers/field-fixtures.ts';

/** By doubling: [H H; H -H]. */
const matrix = [1, 2, 4].reduce(
  (rows) => [...rows.map((row) => [...row, ...row]), ...rows.map((row) => [...row, ...row.map((x) => -x)])],
  [[1]],
);
const patterns = [...matrix, ...matrix.map((row) => row.map((x) => -x))];

function statesOf(raw: Float32Array, outputs: number): Record<string, Float32Array> {
  const shape = [raw.length / outputs, outputs];
  return Object.fromEntries(
    Object.entries(hadamard.states).map(([name, state]) => [name, measureState(state, raw, Float32Array.of(NaN), shape)]),
  );
}

describe('weights of a fixed codebook', () => {
  it('are a pattern as it is, and its scale', () => {
    patterns.forEach((pattern) => {
      const raw = Float32Array.from(pattern, (sign) => 0.3 * sign);
      const seen = quantise(hadamard, { raw, parameters: {}, states: statesOf(raw, 1) });
      raw.forEach((weight, i) => expect(seen[i]).toBeCloseTo(weight, 6));
    });
  });

  it('are the nearest patterns of each group, with the scale of the least squared error; a last group may be shorter', () => {
    const [inputs, outputs] = [39, 16];
    const raw = normals(new Random(5), inputs * outputs, 0.3);
    const { code, scale } = statesOf(raw, outputs);
    for (let output = 0; output < outputs; output++) {
      let along = 0;
      for (let first = 0; first < inputs; first += 8) {
        const entries = Array.from({ length: Math.min(8, inputs - first) }, (_, i) => (first + i) * outputs + output);
        const product = (signs: readonly number[]): number => entries.reduce((sum, at, i) => sum + raw[at] * signs[i], 0);
        const best = Math.max(...patterns.map(product));
        expect(product(entries.map((at) => code[at]))).toBeCloseTo(best, 5);
        along += best;
      }
      expect(scale[output]).toBeCloseTo(along / inputs, 5);
    }
    expect(unpackSigns(packSigns(code, inputs, outputs)!, inputs, outputs)).toEqual(code);
    expect(quantiserGradient(hadamard, { raw, parameters: {}, states: { code, scale } }, raw).raw).toEqual(raw);
    expect(hadamard.storedBits).toBe(0.5);
  });

  it('change in no other group when one does', () => {
    const raw = normals(new Random(6), 16 * 4, 1);
    const changed = raw.map((weight, i) => (i < 8 * 4 && i % 4 === 2 ? -weight : weight));
    const [before, after] = [raw, changed].map((weights) => statesOf(weights, 4)['code']);
    after.forEach((sign, i) => expect(sign).toBe(i < 8 * 4 && i % 4 === 2 ? -before[i] : before[i]));
  });
});
