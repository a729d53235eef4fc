import { expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openSoftwareDevice } from '../helpers/software-adapter.ts';
import { expectSameBits, run } from './run-in-memory.ts';
import { leastConfig } from './tiny-scene.ts';

it('finds what wasm finds, and goes on bit for bit after interruptions in both stages', async () => {
  const backend = createWebgpuBackend(await openSoftwareDevice());
  const config = leastConfig();
  const whole = await run(backend, config);
  const wasm = await run(await createWasmBackend({ threads: 1 }), config);
  expect(whole.outcome.spec).toEqual(wasm.outcome.spec);
  expect(whole.saved.at(-1)!.occupancy).toEqual(wasm.saved.at(-1)!.occupancy);
  const first = await run(backend, config, {}, 9);
  const second = await run(backend, config, { start: first.saved.at(-1)! }, 12);
  expect([first, second].map(({ outcome }) => outcome.state.stage)).toEqual(['coarse', 'fine']);
  const rest = await run(backend, config, { start: second.saved.at(-1)! });
  expectSameBits(rest.saved.at(-1)!, whole.saved.at(-1)!);
});
