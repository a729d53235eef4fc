/** Back-propagation through rates beside that through time: where both are equal, how far they agree where not, and what does not grow with T. */
import { beforeAll, describe, expect, it } from 'vitest';
import { checkThroughTime } from '../../src/backends/shared/check-layers.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import { createTfjsBackend, type TfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import type { TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { BackendError, InputError } from '../../src/base/errors.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { NO_LOSS_TERMS, type Backend } from '../../src/engine/backend.ts';
import type { NetworkSpec } from '../../src/model/field-spec.ts';
import { capacityOf, fieldFixture, loadFixture, type FixtureOptions } from '../helpers/field-fixtures.ts';
import { expectCloseToMax } from '../conformance/compare.ts';

let tf: TensorFlow;
let tfjs: TfjsBackend;
let wasm: Backend;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
  tfjs = await createTfjsBackend();
  wasm = await createWasmBackend({ threads: 1 });
});

const repeated = (network: Partial<NetworkSpec>): Partial<NetworkSpec> => ({ temporal: 'repeat', ...network });

async function gradientsOf(backend: Backend, network: Partial<NetworkSpec>, options: FixtureOptions = {}) {
  const fixture = fieldFixture({ seed: 1, ...options, network: repeated(network) });
  const engine = await backend.createField(fixture.spec, capacityOf(fixture));
  await loadFixture(engine, fixture);
  const found = await engine.gradients(fixture.batch, fixture.settings);
  await engine.dispose();
  return found;
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('gradients through rates', () => {
  it.each(['lif', 'plif', 'glif', 'ternary-signed', 'three-bit'])(
    'of one time step are those through time, on both backends (%s)',
    async (neuron) => {
      const wanted = await gradientsOf(tfjs, { neuron, repeats: 1 });
      for (const backend of [tfjs, wasm]) {
        const { gradients, result } = await gradientsOf(backend, { neuron, repeats: 1, backward: 'rate' });
        expect(result.counts).toEqual(wanted.result.counts);
        for (const [name, gradient] of Object.entries(wanted.gradients)) expectCloseToMax(name, gradients[name]!, gradient!, 2e-5);
      }
    },
  );

  it.each(['lif', 'plif', 'glif'])('of one layer with constant inputs are those through time (%s, 6 steps)', async (neuron) => {
    const one = { neuron, layers: [{ kind: 'dense', width: 24 }], repeats: 6 };
    const wanted = await gradientsOf(tfjs, one);
    const found = await gradientsOf(tfjs, { ...one, backward: 'rate' });
    for (const [name, gradient] of Object.entries(wanted.gradients)) expectCloseToMax(name, found.gradients[name]!, gradient!, 2e-5);
  });

  it('of two layers agree in the output layer, and nearly in direction before it', async () => {
    const wanted = await gradientsOf(tfjs, { repeats: 6 }, { loss: NO_LOSS_TERMS });
    const found = await gradientsOf(wasm, { repeats: 6, backward: 'rate' }, { loss: NO_LOSS_TERMS });
    expect(found.result.counts).toEqual(wanted.result.counts);
    expect(found.result.loss).toBeCloseTo(wanted.result.loss, 6);
    expectCloseToMax('w3', found.gradients.w3!, wanted.gradients.w3!, 2e-5);
    for (const name of ['w2', 'w1', 'features']) {
      const agreement = cosine(found.gradients[name]!, wanted.gradients[name]!);
      expect(agreement, name).toBeGreaterThan(0.8);
      expect(agreement, name).toBeLessThan(0.99999);
    }
  });

  it('leave an engine that only draws as it is: through time, bit for bit', async () => {
    const drawn = [];
    for (const backward of ['time', 'rate'] as const) {
      const fixture = fieldFixture({ seed: 1, network: repeated({ repeats: 6, backward }) });
      const engine = await wasm.createField(fixture.spec, { ...capacityOf(fixture), trainRays: 0 });
      const { rate, ...tensors } = fixture.tensors;
      expect(rate).toBeDefined();
      await loadFixture(engine, { ...fixture, tensors });
      drawn.push(await engine.renderRays(fixture.batch, { background: [0.2, 0.4, 0.6], noiseSeed: 3 }));
      await engine.dispose();
    }
    expect(drawn[0].counts.spikes[0]).toBeGreaterThan(100);
    expect(drawn[1]).toEqual(drawn[0]);
  });

  it('learn', async () => {
    const fixture = fieldFixture({ seed: 2, network: repeated({ repeats: 8, backward: 'rate' }) });
    const engine = await wasm.createField(fixture.spec, capacityOf(fixture));
    await loadFixture(engine, fixture);
    const losses: number[] = [];
    for (let step = 1; step <= 30; step++)
      losses.push((await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step })).loss);
    expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]);
    await engine.dispose();
  });
});

describe('memory', () => {
  it('reserved by wasm is the same for 1 and 32 time steps; through time it grows', () => {
    const bytes = (network: Partial<NetworkSpec>): number => {
      const fixture = fieldFixture({ network: repeated(network) });
      return wasm.estimateBytes(fixture.spec, { voxels: 504, trainRays: 64 });
    };
    expect(bytes({ repeats: 32, backward: 'rate' })).toBe(bytes({ repeats: 1, backward: 'rate' }));
    expect(bytes({ repeats: 32 })).toBeGreaterThan(bytes({ repeats: 1 }));
    const drawing = (backward: 'time' | 'rate'): number =>
      wasm.estimateBytes(fieldFixture({ network: repeated({ backward }) }).spec, { voxels: 504, trainRays: 0 });
    expect(drawing('rate')).toBe(drawing('time'));
  });

  it('reserved by wasm for each time step of a thread is less where an engine only draws: it has no gradients', () => {
    const ofSteps = (trainRays: number, backward: 'time' | 'rate'): number => {
      const [one, many] = [1, 65].map((repeats) =>
        wasm.estimateBytes(fieldFixture({ network: repeated({ repeats, backward }) }).spec, { voxels: 504, trainRays }),
      );
      return many - one;
    };
    const trained = ofSteps(64, 'time');
    for (const backward of ['time', 'rate'] as const) {
      expect(ofSteps(0, backward)).toBeGreaterThan(0);
      expect(ofSteps(0, backward)).toBeLessThan(0.6 * trained);
    }
  });

  it('held by a step of tfjs is the same for 2 and 32 time steps', async () => {
    const peak = async (network: Partial<NetworkSpec>): Promise<number> => {
      const fixture = fieldFixture({ seed: 1, network: repeated(network) });
      const engine = await tfjs.createField(fixture.spec, capacityOf(fixture));
      await loadFixture(engine, fixture);
      const { peakBytes } = await tf.profile((async () => {
        await engine.gradients(fixture.batch, fixture.settings);
      }) as never);
      await engine.dispose();
      return peakBytes;
    };
    const flat = await peak({ repeats: 2, backward: 'rate' });
    expect(Math.abs((await peak({ repeats: 32, backward: 'rate' })) / flat - 1)).toBeLessThan(0.01);
    expect(await peak({ repeats: 32 })).toBeGreaterThan(3 * flat);
  });
});

describe('rates are refused', () => {
  const resolved = (settings: Readonly<Record<string, string>>): unknown =>
    resolveConfig(
      'blender',
      Object.entries(settings).map(([key, value]) => ({ key, value, source: '--set' })),
    );

  it.each(['condense', 'pad'] as const)('on the time of rays (%s), by settings and by every backend', async (temporal) => {
    expect(() => resolved({ 'network.temporal': temporal, 'network.backward': 'rate' })).toThrow(InputError);
    const fixture = fieldFixture({ network: { temporal, backward: 'rate' } });
    for (const backend of [tfjs, wasm])
      await expect(async () => backend.createField(fixture.spec, capacityOf(fixture))).rejects.toThrow(
        /network.backward=rate has no meaning with network.temporal/,
      );
    expect(() => checkThroughTime(fixture.spec.network!, capacityOf(fixture), 'webgpu')).toThrow(InputError);
  });

  it('on webgpu where it would train', () => {
    const { spec } = fieldFixture({ network: repeated({ backward: 'rate' }) });
    expect(() => checkThroughTime(spec.network!, { voxels: 504, trainRays: 36 }, 'webgpu')).toThrow(BackendError);
    expect(() => checkThroughTime(spec.network!, { voxels: 504, trainRays: 0 }, 'webgpu')).not.toThrow();
    // Layers with time steps of their own: its pictures too.
    const squeezed = fieldFixture({ network: repeated({ learnRepeats: true }) }).spec.network!;
    expect(() => checkThroughTime(squeezed, { voxels: 504, trainRays: 0 }, 'webgpu')).toThrow('network.learnRepeats');
    const layers = [{ kind: 'hetsyn', width: 16 }];
    expect(() => checkThroughTime({ ...squeezed, layers }, { voxels: 504, trainRays: 0 }, 'wasm')).toThrow('network.learnRepeats=true');
  });

  it.each([
    ['network.dropout', '0.2'],
    ['fine.imLoss.weight', '0.1'],
  ])('beside %s, which needs every time step', (key, value) => {
    expect(() => resolved({ 'network.temporal': 'repeat', 'network.backward': 'rate', [key]: value })).toThrow(/needs all time steps/);
  });

  it.each<FixtureOptions>([{ settings: { dropout: 0.3 } }, { loss: { potentials: [new Float32Array(16), new Float32Array(16)] } }])(
    'by a step that asks for more',
    async (options) => {
      for (const backend of [tfjs, wasm])
        await expect(gradientsOf(backend, { backward: 'rate' }, options)).rejects.toThrow(/no time step is kept/);
    },
  );
});
