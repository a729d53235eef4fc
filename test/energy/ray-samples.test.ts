import { expect, it } from 'vitest';
import { addRaySamples, hitSteps, shareInBins, stepBins } from '../../src/energy/ray-samples.ts';

it('rays that hit nothing are no part of the time steps', () => {
  const histogram: number[] = [];
  addRaySamples(histogram, Uint32Array.of(0, 0, 0, 1, 2, 2, 2, 3, 3));
  addRaySamples(histogram, Uint32Array.of(0, 4, 5, 6, 20));
  expect(histogram.reduce((sum, rays) => sum + rays, 0)).toBe(14);
  expect(hitSteps(histogram)).toEqual({ hits: 10, mean: 4.8, median: 3, ninetieth: 6, greatest: 20 });
  const bins = stepBins(20, 5);
  expect(bins.map(({ from, to }) => [from, to])).toEqual([
    [1, 4],
    [5, 8],
    [9, 12],
    [13, 16],
    [17, 20],
  ]);
  expect(shareInBins(histogram, bins)).toEqual([0.7, 0.2, 0, 0, 0.1]);
  expect(stepBins(7, 40)).toHaveLength(7);
});

it('views without anything in them have no time steps', () => {
  expect(hitSteps([12])).toEqual({ hits: 0, mean: 0, median: 0, ninetieth: 0, greatest: 0 });
  expect(hitSteps([])).toEqual({ hits: 0, mean: 0, median: 0, ninetieth: 0, greatest: 0 });
  expect(shareInBins([12], stepBins(1, 40))).toEqual([0]);
});
