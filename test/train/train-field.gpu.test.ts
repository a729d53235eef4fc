import { expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { brickPlaces } from '../../src/lattice/bricks.ts';
import type { BricksSpec } from '../../src/model/representations/bricks.ts';
import { decodeCheckpoint } from '../../src/train/checkpoint.ts';
import { openTestDevice } from '../helpers/test-adapter.ts';
import { fileOf } from '../io/checkpoint-sample.ts';
import { expectSameBits, run } from './run-in-memory.ts';
import { leastConfig } from './tiny-scene.ts';

it('finds what wasm finds, and goes on bit for bit after interruptions in both stages', async () => {
  const backend = createWebgpuBackend(await openTestDevice());
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

it('bricks find what wasm finds, and go on bit for bit', async () => {
  const backend = createWebgpuBackend(await openTestDevice());
  const least = leastConfig();
  const config = { ...least, field: { ...least.field, kind: 'bricks' as const, share: 1 }, fine: { ...least.fine, boundScale: 1.6 } };
  const whole = await run(backend, config);
  const last = whole.saved.at(-1)!;
  const { count } = last.spec.representation as BricksSpec;
  expect(count).toBeLessThan(brickPlaces(last.spec.grid.size));
  const wasm = await run(await createWasmBackend({ threads: 1 }), config);
  // Sums come in another order: a voxel at the edge of what is seen may be occupied here and not there, and its brick exist.
  const other = wasm.saved.at(-1)!;
  expect(last.spec.network).toEqual(other.spec.network);
  const sizesOf = ({ spec: { grid, representation }, occupancy }: typeof last): number[] => [
    voxelCount(grid),
    (representation as BricksSpec).count,
    occupancy.reduce((sum, occupied) => sum + occupied, 0),
  ];
  sizesOf(last).forEach((size, i) => {
    expect(Math.abs(size / sizesOf(other)[i] - 1)).toBeLessThan(0.05);
  });
  // Within the fine stage, between its two scalings.
  const stopped = (await run(backend, config, {}, 14 + 4)).saved.at(-1)!;
  expect(stopped.state).toMatchObject({ stage: 'fine' });
  const file = await fileOf(stopped);
  const rest = await run(backend, config, { start: await decodeCheckpoint(file, 'FILE') });
  expectSameBits(rest.saved.at(-1)!, last);
});
