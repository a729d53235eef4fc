/** Which neurons moderate dropout keeps (docs/model.md, section 3). */
import { describe, expect, test } from 'vitest';
import { keepNeurons } from '../../src/backends/tfjs/dropout.ts';
import { Random } from '../../src/math/random.ts';

const [RAYS, WIDTH] = [2000, 32];

/** Share of the rays on which each neuron is kept, and the mean of its factors. */
function overRays(factors: Float32Array): { kept: number[]; mean: number[] } {
  const column = (c: number): number[] => Array.from({ length: RAYS }, (_, ray) => factors[ray * WIDTH + c]);
  const average = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
  const columns = Array.from({ length: WIDTH }, (_, c) => column(c));
  return { kept: columns.map((values) => average(values.map((f) => (f > 0 ? 1 : 0)))), mean: columns.map(average) };
}

describe('moderate dropout', () => {
  // Neuron c spikes c times on every ray.
  const spikes = Float32Array.from({ length: RAYS * WIDTH }, (_, i) => i % WIDTH);

  test('drops the share asked for, idle neurons twice as often as the mean, the busiest never', () => {
    const { factors } = keepNeurons(spikes, WIDTH, 1, { share: 0.3, seed: 5 });
    const { kept, mean } = overRays(factors);
    expect(kept.reduce((a, b) => a + b) / WIDTH).toBeCloseTo(0.7, 2);
    expect(kept[0]).toBeCloseTo(0.4, 1);
    expect(kept[WIDTH - 1]).toBe(1);
    for (const value of mean) expect(Math.abs(value - 1)).toBeLessThan(0.12);
  });

  test('where all spike alike, each is dropped with the share; seeds and layers draw anew', () => {
    const alike = spikes.map(() => 3);
    const [first, other, second] = [
      [1, 5],
      [1, 6],
      [2, 5],
    ].map(([layer, seed]) => keepNeurons(alike, WIDTH, layer, { share: 0.25, seed }).factors);
    for (const value of overRays(first).kept) expect(Math.abs(value - 0.75)).toBeLessThan(0.04);
    expect([...new Set(first)].sort()).toEqual([0, Math.fround(1 / 0.75)]);
    for (const factors of [other, second]) expect(factors.filter((f, i) => f !== first[i]).length).toBeGreaterThan(0.3 * RAYS * WIDTH);
  });

  test('a share that clamps a probability to 0 drops the neuron', () => {
    const { factors } = keepNeurons(Float32Array.from(new Array(WIDTH).fill(0).fill(9, 1)), WIDTH, 1, {
      share: 0.5,
      seed: new Random(1).uint32(),
    });
    expect(factors[0]).toBe(0);
    expect([...factors.slice(1)].every((f) => f === 1)).toBe(true);
  });
});
