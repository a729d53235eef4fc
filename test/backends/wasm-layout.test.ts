/** What TypeScript and the kernels' sources state twice, because neither can read the other's. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as plan from '../../src/backends/wasm/memory-plan.ts';
import { STATS } from '../../src/backends/wasm/statistics.ts';

/** The numbers that a source exports as constants. */
function constantsOf(source: string): Record<string, number> {
  const text = readFileSync(new URL(`../../src/backends/wasm/assembly/${source}.ts`, import.meta.url), 'utf8');
  return Object.fromEntries([...text.matchAll(/export const (\w+)(?:: \w+)? = (\d+);/g)].map(([, name, value]) => [name, Number(value)]));
}

test('sizes are those of the kernels', () => {
  const { SAMPLE_BYTES, STATS_BYTES, CHUNK_RAYS, CHUNK_ROWS } = plan;
  const kernels = { ...constantsOf('packed-sample'), ...constantsOf('stats'), ...constantsOf('scratch') };
  expect(kernels).toMatchObject({ SAMPLE_BYTES, STATS_BYTES, CHUNK_RAYS, CHUNK_ROWS });
});

test('sums lie in a block of statistics where they are read, and fit', () => {
  const { STATS_BYTES, ...indices } = constantsOf('stats');
  const name = (constant: string): string => constant.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const inOrder = Object.entries(indices).sort(([, a], [, b]) => a - b);
  expect(inOrder.map(([constant]) => name(constant))).toEqual(STATS);
  expect(inOrder.map(([, index]) => index)).toEqual([...STATS.keys()]);
  expect(STATS.length * 8).toBeLessThanOrEqual(STATS_BYTES);
});
