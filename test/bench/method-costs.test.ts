/** `npm run bench -- methods`: what it trains of the methods in docs/training.md, and what it refuses. */
import { expect, it } from 'vitest';
import { METHODS, methodConfig, methodTable, timeMethods } from '../../scripts/bench/method-costs.ts';
import { parseEntries, parseEntry } from '../../src/config/compare-entries.ts';

it('has settings for all methods, on the same grid and rays', () => {
  const configs = parseEntries(METHODS).map(methodConfig);
  expect(configs[0].network).toMatchObject({ neuron: 'ternary', quantiser: null });
  expect(new Set(configs.map(({ network, fine }) => JSON.stringify([network, fine.bitBudget]))).size).toBe(configs.length);
  for (const { fine } of configs) expect(fine).toMatchObject({ voxels: 80 ** 3, rays: 2048, scaleAt: [] });
});

it('refuses a method with a teacher, and no scene', async () => {
  expect(() => methodConfig(parseEntry('ternary+distill'))).toThrow('ternary+distill: steps that ask a teacher are not measured');
  await expect(timeMethods(undefined)).rejects.toThrow('expected a scene, found none');
});

it('compares with the first', () => {
  const cost = { milliseconds: 15, samples: 6300 };
  const table = methodTable([
    { ...cost, name: 'ternary', ratio: 1 },
    { ...cost, name: 'lif', ratio: 1.149 },
  ]);
  expect(table).toContain('of `ternary`');
  expect(table).toContain('| `lif` | 1.15 | 15.0 | 6300 |');
});
