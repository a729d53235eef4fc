/** Homeostasis of hidden thresholds: the numbers of the authors' regulation, and what it does to how often neurons fire. */
import { describe, expect, it } from 'vitest';
import { regulated } from '../../src/train/regulation.ts';
import { readGolden } from '../helpers/golden.ts';

const SETTINGS = { rate: 0.2, interval: 100, anneal: 0.5 };

/** theta of the released code's example, and the neurons 1 and 2 of its groups of three, which are the targets. */
const THETA = 0.7;

describe('regulation of hidden thresholds', () => {
  it('is the released code where one neuron fires', () => {
    const { regulator } = readGolden<{ readonly regulator: readonly (readonly (readonly number[])[])[] }>('ncg');
    const ofClass = [0, 0, 1];
    regulator.slice(0, 2).forEach(([before, times, after], n) => {
      const targets = [3 * ofClass[n] + 1, 3 * ofClass[n] + 2];
      const first = Math.min(...targets.map((j) => times[j]));
      const winner = targets.find((j) => times[j] === first);
      const spikes = Float32Array.from(targets, (j) => Number(j === winner));
      const rises = Float32Array.from(targets, (j) => before[j] - THETA);
      const [found] = regulated(SETTINGS, 1, [rises], [spikes]);
      found.forEach((rise, i) => expect(THETA + rise).toBeCloseTo(after[targets[i]], 6));
    });
  });

  it('keeps the sum of the thresholds unless one would fall below its own', () => {
    const [found] = regulated(SETTINGS, 1, [Float32Array.of(0.5, 0.5, 0.5)], [Float32Array.of(0.9, 0.3, 0)]);
    expect(found.reduce((a, b) => a + b)).toBeCloseTo(1.5, 6);
    expect(found[0]).toBeGreaterThan(found[1]);
    expect(regulated(SETTINGS, 1, [new Float32Array(2)], [Float32Array.of(1, 0)])).toEqual([[Math.fround(0.1), 0]]);
  });

  it('begins anew after every interval, with a smaller rate', () => {
    const spikes = [Float32Array.of(1, 0)];
    expect(regulated(SETTINGS, 100, [Float32Array.of(0.4, 0)], spikes)).toEqual([[0, 0]]);
    const [[slower]] = regulated(SETTINGS, 101, [new Float32Array(2)], spikes);
    expect(slower).toBeCloseTo(0.05, 6);
  });
});
