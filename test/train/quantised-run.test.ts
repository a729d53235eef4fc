/** Runs whose weights are quantised by what a program brings along: on every backend they go on bit for bit, and the kernels see whole steps. */
import { expect, test } from 'vitest';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { seenWeights } from '../../src/model/quantised-layers.ts';
import '../helpers/step-quantiser.ts';
import { decodeSafetensors } from '../../src/io/safetensors.ts';
import { packedBytes } from '../../src/quantisers/sign-groups.ts';
import { decodeCheckpoint } from '../../src/train/checkpoint.ts';
import { fileOf } from '../io/checkpoint-sample.ts';
import { expectSameBits, run } from './run-in-memory.ts';
import { leastConfig } from './tiny-scene.ts';

test.each<[string, () => Promise<Backend>]>([
  ['wasm', () => createWasmBackend({ threads: 2 })],
  ['tfjs', () => createTfjsBackend()],
])('%s: an ANN with quantised weights becomes a spiking network with them, and training goes on bit for bit', async (_name, start) => {
  const backend = await start();
  const least = leastConfig();
  const config = { ...least, network: { ...least.network, quantiser: ['steps', null, 'steps'] }, fine: { ...least.fine, annShare: 0.5 } };
  const whole = await run(backend, config);
  const last = whole.saved.at(-1)!;
  expect(last.names).toEqual(expect.arrayContaining(['q1.step', 'q3.step.m', 'q1.largest']));
  expect([...last.tensors.get('q1.step')!].some((raw) => Math.abs(raw - Math.log(0.17)) > 1e-6)).toBe(true);
  const first = await run(backend, config, {}, 11);
  expectSameBits((await run(backend, config, { start: first.saved.at(-1)! })).saved.at(-1)!, last);

  const seen = (await seenWeights(last.spec, (name) => last.read(name))).get('w3')!;
  const step = last.tensors.get('q3.step')!.map(Math.exp);
  seen.forEach((value, i) => expect(Math.abs(value / step[i % 3] - Math.round(value / step[i % 3]))).toBeLessThan(1e-4));
});

test('weights of few bits begin with the spikes: their ANN has whole ones', async () => {
  const backend = await createWasmBackend({ threads: 1 });
  const least = leastConfig();
  const quantiser = ['three-bit-rows', 'hadamard', 'six-bit-rows'];
  const config = { ...least, network: { ...least.network, neuron: 'ternary', quantiser }, fine: { ...least.fine, annShare: 0.5 } };
  const last = (await run(backend, config)).saved.at(-1)!;
  const before = (await run(backend, config, {}, 17)).saved.at(-1)!;
  expect(before.spec.network).toMatchObject({ neuron: 'relu', quantiser: null });
  expect(last.spec.network).toMatchObject({ neuron: 'ternary', quantiser });
  const seen = (await seenWeights(last.spec, (name) => last.read(name))).get('w1')!;
  const { width } = config.network;
  const sizes = new Set(seen.filter((_, i) => i % width === 0).map(Math.abs));
  expect(sizes.size).toBeLessThanOrEqual(4);
  const file = await fileOf(before);
  expectSameBits((await run(backend, config, { start: await decodeCheckpoint(file, 'x') })).saved.at(-1)!, last);
});

test('an ANN that was saved with weights of few bits, as runs of before have it, becomes a spiking network', async () => {
  const backend = await createWasmBackend({ threads: 1 });
  const least = leastConfig();
  const network = { ...least.network, neuron: 'ternary', neuronParameters: {}, quantiser: 'two-bit-rows' };
  const config = { ...least, network, fine: { ...least.fine, annShare: 0.5 } };
  const ann = (await run(backend, { ...config, network: { ...network, neuron: 'relu' } }, {}, 17)).saved.at(-1)!;
  const file = await fileOf({ ...ann, config });
  const last = (await run(backend, config, { start: await decodeCheckpoint(file, 'x') })).saved.at(-1)!;
  expect(last.spec.network).toMatchObject({ neuron: 'ternary', quantiser: 'two-bit-rows' });
  const alone = await fileOf({ ...ann, config: { ...config, fine: { ...config.fine, annShare: 0 } } });
  await expect(decodeCheckpoint(alone, 'x')).rejects.toThrow('its colour network is not the one of its settings');
});

test('weights below one bit: a checkpoint holds their signs packed, and training goes on from the file bit for bit', async () => {
  const backend = await createWasmBackend({ threads: 1 });
  const least = leastConfig();
  const config = { ...least, network: { ...least.network, neuron: 'ternary', quantiser: ['sub-bit', 'hadamard', 'ternary-rows'] } };
  const last = (await run(backend, config)).saved.at(-1)!;
  const saved = (await run(backend, config, {}, 21)).saved.at(-1)!;
  const file = await fileOf(saved);
  const stored = decodeSafetensors(file, 'x').tensors;
  const { width } = config.network;
  expect(stored.get('q2.code.packed')!.data).toHaveLength(packedBytes(width, width));
  expect(stored.has('q2.code')).toBe(false);
  const read = await decodeCheckpoint(file, 'x');
  for (const name of saved.names) expect(await read.read(name), name).toEqual(saved.tensors.get(name));
  expectSameBits((await run(backend, config, { start: read })).saved.at(-1)!, last);
});
