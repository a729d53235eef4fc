/** Runs whose inputs are spikes: the ANN in front sees real numbers, the network after it steps that were fitted to them; they go on bit for bit. */
import { expect, test } from 'vitest';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { expectSameBits, run } from './run-in-memory.ts';
import { leastConfig } from './tiny-scene.ts';

test.each<[string, () => Promise<Backend>]>([
  ['wasm', () => createWasmBackend({ threads: 2 })],
  ['tfjs', () => createTfjsBackend()],
])('%s: an ANN becomes a network that multiplies nowhere, and training goes on bit for bit', async (_name, start) => {
  const backend = await start();
  const least = leastConfig();
  const config = { ...least, network: { ...least.network, featureLevels: 7, viewLevels: 4 }, fine: { ...least.fine, annShare: 0.5 } };
  const whole = await run(backend, config);
  const last = whole.saved.at(-1)!;
  const steps = last.tensors.get('inputSteps')!;
  expect(steps).toHaveLength(12);
  expect(steps.every((step) => step > 0)).toBe(true);
  const first = await run(backend, config, {}, 11);
  expectSameBits((await run(backend, config, { start: first.saved.at(-1)! })).saved.at(-1)!, last);
});
