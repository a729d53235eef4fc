/** Weights of few bits with a step for each output: by hand, and beside a scan of all steps. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { quantise, quantiserGradient } from '../../src/quantisers/quantise.ts';
import { measureState, type Quantiser } from '../../src/quantisers/quantiser.ts';
import { bitRows, ternaryRows } from '../../src/quantisers/row-steps.ts';
import { normals } from '../helpers/field-fixtures.ts';

const twoBits = bitRows.find(({ name }) => name === 'two-bit-rows')!;
const [INPUTS, OUTPUTS] = [40, 3];

function seenOf(quantiser: Quantiser, raw: Float32Array, outputs: number): { step: Float32Array; seen: Float32Array } {
  const step = measureState(quantiser.states.step, raw, Float32Array.of(NaN), [raw.length / outputs, outputs]);
  return { step, seen: quantise(quantiser, { raw, parameters: {}, states: { step } }) };
}

describe('weights with a step for each output', () => {
  it.each([
    { quantiser: ternaryRows, step: 0.8, codes: [1, 1, 0, -1] },
    { quantiser: twoBits, step: 3.65 / 7, codes: [1.5, 1.5, -0.5, -1.5] },
  ])('are those found by hand: $quantiser.name', ({ quantiser, step, codes }) => {
    const found = seenOf(quantiser, Float32Array.of(0.9, 0.8, -0.1, -0.7), 1);
    expect(found.step[0]).toBeCloseTo(step, 6);
    codes.forEach((code, i) => expect(found.seen[i]).toBeCloseTo(step * code, 5));
  });

  it.each([ternaryRows, ...bitRows])(
    'have no more values than their bits, and nearly the step of the least squared error: $name',
    (quantiser) => {
      const raw = normals(new Random(5), INPUTS * OUTPUTS, 1).map((w, i) => w * (1 + (i % OUTPUTS)));
      const { step, seen } = seenOf(quantiser, raw, OUTPUTS);
      for (let output = 0; output < OUTPUTS; output++) {
        const own = (values: Float32Array): Float32Array => values.filter((_, i) => i % OUTPUTS === output);
        const halves = own(seen).map((value) => Math.round((2 * value) / step[output]));
        expect(new Set(halves).size).toBeLessThanOrEqual(2 ** Math.ceil(quantiser.storedBits!));
        const error = (size: number): number => {
          const values = quantise(quantiser, { raw: own(raw), parameters: {}, states: { step: Float32Array.of(size) } });
          return own(raw).reduce((sum, w, i) => sum + (w - values[i]) ** 2, 0);
        };
        const scanned = Array.from({ length: 200 }, (_, i) => error(step[output] * 1.02 ** (i - 100)));
        expect(error(step[output])).toBeLessThan(1.2 * Math.min(...scanned));
      }
    },
  );

  it('grow with the weights of an output, whatever the others are', () => {
    const raw = normals(new Random(6), INPUTS * OUTPUTS, 1);
    const [before, after] = [raw, raw.map((w, i) => (i % OUTPUTS === 1 ? 4 * w : w))].map((w) => seenOf(twoBits, w, OUTPUTS).seen);
    after.forEach((value, i) => expect(value).toBeCloseTo(before[i] * (i % OUTPUTS === 1 ? 4 : 1), 5));
  });

  it('pass gradients on as they are, and are zero where all weights are', () => {
    const raw = normals(new Random(7), INPUTS * OUTPUTS, 1);
    const upstream = normals(new Random(8), raw.length, 1);
    const step = measureState(ternaryRows.states.step, raw, Float32Array.of(NaN), [INPUTS, OUTPUTS]);
    expect(quantiserGradient(ternaryRows, { raw, parameters: {}, states: { step } }, upstream).raw).toEqual(upstream);
    expect([...seenOf(ternaryRows, new Float32Array(4), 1).seen].every((value) => value === 0)).toBe(true);
  });
});
