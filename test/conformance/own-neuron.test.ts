/** A neuron from outside the package, through the public interface: its kernels are compiled here, and it trains. */
import { expect, test } from 'vitest';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { defineNeuron, expressions as e, learnedParameter, positive, registerNeuron } from '../../src/index.ts';
import { fieldFixture, loadFixture } from '../helpers/field-fixtures.ts';
import { expectCloseToMax } from './compare.ts';

/** LIF with soft reset, a second state that slows the membrane after a spike, and a learned threshold of every neuron. */
const tired = defineNeuron({
  name: 'tired',
  summary: 'soft reset and a decaying fatigue',
  source: 'this test',
  parameters: { threshold: learnedParameter('firing threshold', 1, positive, 'channel') },
  states: ['v', 'fatigue'],
  charge: ({ x, state }) => e.sub(e.add(e.mul(state.v, 0.5), e.mul(x, 0.5)), state.fatigue),
  fire: ({ h, p }) => e.spike(h, p.threshold),
  reset: ({ h, s, state, p }) => ({ v: e.sub(h, e.mul(s, p.threshold)), fatigue: e.add(e.mul(state.fatigue, 0.5), e.mul(0.1, s)) }),
  surrogate: { name: 'arctan', alpha: 2 },
});

test('a neuron of another program is compiled, agrees with tfjs and learns', async () => {
  const reference = await createTfjsBackend({ neurons: [tired] });
  const wasm = await createWasmBackend({ threads: 2, neurons: [tired] });
  const fixture = fieldFixture({ seed: 3, network: { neuron: 'tired', temporal: 'pad' } });
  const capacity = { voxels: 504, trainRays: fixture.batch.count };
  const [expected, engine] = [await reference.createField(fixture.spec, capacity), await wasm.createField(fixture.spec, capacity)];
  for (const each of [expected, engine]) await loadFixture(each, fixture);
  const wanted = await expected.gradients(fixture.batch, fixture.settings);
  const got = await engine.gradients(fixture.batch, fixture.settings);
  expect(got.result.counts).toEqual(wanted.result.counts);
  for (const name of ['w1', 'w2', 'features', 'n1.threshold', 'n2.threshold'] as const) {
    expectCloseToMax(name, got.gradients[name]!, wanted.gradients[name]!, 2e-4);
  }
  const before = await engine.read('n1.threshold');
  const losses: number[] = [];
  for (let step = 1; step <= 30; step++) losses.push((await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step })).loss);
  expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]);
  expect(await engine.read('n1.threshold')).not.toEqual(before);
  await expected.dispose();
  await engine.dispose();
});

test('names are taken once', () => {
  expect(() => registerNeuron({ ...tired, name: 'lif' })).toThrow(RangeError);
});
