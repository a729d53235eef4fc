import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/engine/backend.ts';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { Config } from '../../src/config/schema.ts';
import { InputError } from '../../src/base/errors.ts';
import { expectSameBits, run, type Run } from './run-in-memory.ts';
import { leastConfig, tinyConfig, tinyScene } from './tiny-scene.ts';

describe('training on wasm', () => {
  let backend: Backend;
  let whole: Run;

  beforeAll(async () => {
    backend = await createWasmBackend({ threads: 1 });
    whole = await run(backend, tinyConfig());
  });

  it('runs both stages with the scalings in between and finds the ball', () => {
    const { outcome, events, saved } = whole;
    expect(outcome).toMatchObject({ interrupted: false, state: { stage: 'fine', step: 24, scalings: 2, adamStep: 6 } });
    expect(events.flatMap((event) => (event.type === 'stage' ? [event.stage] : []))).toEqual(['coarse', 'fine', 'fine', 'fine', 'fine']);
    const psnr = events.flatMap((event) => (event.type === 'step' ? [event.psnr] : []));
    expect(psnr.at(-1)).toBeGreaterThan(9);
    const { min, max, size } = outcome.spec.grid;
    // The ball has radius 0.6; a coarse voxel is about half a metre.
    for (let axis = 0; axis < 3; axis++) {
      expect(min[axis]).toBeLessThan(-0.4);
      expect(max[axis]).toBeGreaterThan(0.4);
    }
    expect(size[0] * size[1] * size[2]).toBeLessThanOrEqual(16 ** 3);
    expect(saved.map(({ state }) => [state.stage, state.step])).toEqual([
      ['fine', 0],
      ['fine', 24],
    ]);
    expect(saved.every(({ spec }) => spec.network !== null)).toBe(true);
  });

  it('gives the same bits again from the same seed, others from another', async () => {
    const again = await run(backend, tinyConfig());
    expectSameBits(again.saved.at(-1)!, whole.saved.at(-1)!);
    const other = await run(backend, { ...tinyConfig(), seed: 1 });
    expect(other.saved.at(-1)!.tensors.get('w1')).not.toEqual(whole.saved.at(-1)!.tensors.get('w1'));
  });

  it.each([
    ['in the coarse stage', 17],
    ['at the end of the coarse stage', 40],
    ['before the first scaling', 42],
    ['between the scalings', 45],
    ['in the last step of the ANN', 52],
    ['in the first step of the spiking network', 53],
    ['near the end', 61],
  ])('goes on bit for bit after an interruption %s', async (_, steps) => {
    const first = await run(backend, tinyConfig(), {}, steps);
    expect(first.outcome.interrupted).toBe(true);
    const rest = await run(backend, tinyConfig(), { start: first.saved.at(-1)! });
    expect(rest.outcome.interrupted).toBe(false);
    expectSameBits(rest.saved.at(-1)!, whole.saved.at(-1)!);
  });
});

describe('the checkpoint with which the fine stage starts', () => {
  it('is enough to go on bit for bit', async () => {
    const backend = await createWasmBackend({ threads: 1 });
    const whole = await run(backend, tinyConfig());
    const rest = await run(backend, tinyConfig(), { start: whole.saved[0] });
    expect(rest.saved).toHaveLength(1);
    expectSameBits(rest.saved[0], whole.saved.at(-1)!);
  });
});

describe('training on tfjs', () => {
  it('goes on bit for bit after interruptions in both stages', async () => {
    const backend = await createTfjsBackend();
    const config = leastConfig();
    const whole = await run(backend, config);
    expect(whole.outcome).toMatchObject({ interrupted: false, state: { stage: 'fine', step: 8, scalings: 2 } });
    const first = await run(backend, config, {}, 9);
    const second = await run(backend, config, { start: first.saved.at(-1)! }, 12);
    expect([first, second].map(({ outcome }) => outcome.state.stage)).toEqual(['coarse', 'fine']);
    const rest = await run(backend, config, { start: second.saved.at(-1)! });
    expectSameBits(rest.saved.at(-1)!, whole.saved.at(-1)!);
  });
});

describe('the loop', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createWasmBackend({ threads: 1 });
  });

  /** A clock that advances by `perStep` seconds whenever a step runs. */
  function timedBackend(perStep: number): { backend: Backend; now: () => number } {
    let milliseconds = 0;
    return {
      now: () => milliseconds,
      backend: {
        ...backend,
        createField: async (spec, capacity) => {
          const engine = await backend.createField(spec, capacity);
          const trainStep = engine.trainStep.bind(engine);
          engine.trainStep = (batch, settings) => {
            milliseconds += perStep * 1000;
            return trainStep(batch, settings);
          };
          return engine;
        },
      },
    };
  }

  it('ends both stages in time with decayed learning rates, loading included', async () => {
    const config = tinyConfig();
    const timed = timedBackend(1);
    const rates: number[] = [];
    const recording: Backend = {
      ...timed.backend,
      createField: async (spec, capacity) => {
        const engine = await timed.backend.createField(spec, capacity);
        const trainStep = engine.trainStep.bind(engine);
        engine.trainStep = (batch, settings) => {
          if (spec.network) rates.push(settings.learningRates.network / config.fine.networkRate);
          return trainStep(batch, settings);
        };
        return engine;
      },
    };
    const coarse = { ...config.coarse, steps: 1000 };
    const fine = { ...config.fine, steps: 1000, scaleAt: [] };
    const limited: Config = { ...config, coarse: { ...coarse, alphaInit: 1e-2 }, fine, budget: { maxMinutes: 2, maxSteps: null } };
    const { outcome } = await run(recording, limited, { now: timed.now, secondsBefore: 20 });
    expect(outcome.state.seconds).toBeLessThanOrEqual(120);
    expect(outcome.state.seconds).toBeGreaterThan(117);
    // 30 % of the remaining 100 s for the coarse stage.
    expect(outcome.state.stageStart).toBe(50);
    expect(rates[0]).toBe(1);
    expect(rates.at(-1)!).toBeLessThan(config.fine.decayTo * 1.2);
  });

  it('refuses to begin when loading has used up the time limit', async () => {
    const config: Config = { ...tinyConfig(), budget: { maxMinutes: 0.5, maxSteps: null } };
    const begun = run(backend, config, { secondsBefore: 45 });
    await expect(begun).rejects.toThrow(/time limit of 0\.5 minutes was used up before training could begin: .* took 0\.75 minutes/);
    await expect(begun).rejects.toThrow(InputError);
  });

  it('saves every so many minutes and reports about every two seconds', async () => {
    const timed = timedBackend(0.7);
    const config = tinyConfig();
    const { saved, events, metrics } = await run(
      timed.backend,
      { ...config, fine: { ...config.fine, annShare: 0 }, checkpoint: { everyMinutes: 0.25 } },
      { now: timed.now },
    );
    const steps = saved.map((checkpoint) => [checkpoint.state.stage, checkpoint.state.step]);
    expect(steps).toEqual([
      ['coarse', 22],
      ['fine', 0],
      ['fine', 22],
      ['fine', 24],
    ]);
    expect(events.filter((event) => event.type === 'checkpoint')).toHaveLength(4);
    expect(metrics.length).toBeGreaterThan(18);
    expect(metrics.length).toBeLessThan(25);
    expect(metrics.at(-1)).toMatchObject({ stage: 'fine', step: 24, steps: 24 });
    expect(metrics.every((line, i) => i === 0 || line.progress > metrics[i - 1].progress)).toBe(true);
    expect(metrics[0].firingRates).toBeNull();
    expect(metrics.at(-1)!.firingRates!.every((rate) => rate >= 0 && rate <= 1)).toBe(true);
    expect(metrics[0].raysPerSecond).toBeCloseTo(128 / 0.7, 6);
  });

  it('saves at once when it is interrupted before it begins', async () => {
    const { outcome, saved } = await run(backend, tinyConfig(), { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ interrupted: true, state: { stage: 'coarse', step: 0 } });
    expect(saved).toHaveLength(1);
  });

  it('does nothing but save when a finished run is resumed, and goes on when there are more steps', async () => {
    const config = tinyConfig();
    const last = (await run(backend, config)).saved.at(-1)!;
    const again = await run(backend, config, { start: last });
    expectSameBits(again.saved.at(-1)!, last);
    const longer = await run(backend, { ...config, fine: { ...config.fine, steps: 30 } }, { start: last });
    expect(longer.outcome.state).toMatchObject({ step: 30, rays: last.state.rays + 6 * config.fine.rays });
  });

  it('stops after maxSteps on the schedule of all steps, and goes on from there bit for bit', async () => {
    const config = tinyConfig();
    const whole = await run(backend, config);
    const part = await run(backend, { ...config, budget: { maxMinutes: null, maxSteps: 15 } });
    expect(part.outcome).toMatchObject({ interrupted: false, state: { stage: 'fine', step: 15 } });
    expect(part.metrics.at(-1)).toMatchObject({ step: 15, steps: 15 });
    expectSameBits((await run(backend, config, { start: part.saved.at(-1)! })).saved.at(-1)!, whole.saved.at(-1)!);
  });

  it('trains the ANN twin and with random backgrounds', async () => {
    const config = tinyConfig();
    const twin: Config = { ...config, network: { ...config.network, neuron: 'relu' }, scene: { ...config.scene, background: 'random' } };
    const { outcome } = await run(backend, twin);
    expect(outcome.interrupted).toBe(false);
  });

  it('refuses a scene without training views', async () => {
    const scene = { ...tinyScene(), splits: {} };
    await expect(run(backend, tinyConfig(), { scene })).rejects.toThrow(/no training views/);
  });

  it('stops with a typed error when the loss is no longer a number', async () => {
    const broken: Backend = {
      ...backend,
      createField: async (spec, capacity) => {
        const engine = await backend.createField(spec, capacity);
        const trainStep = engine.trainStep.bind(engine);
        engine.trainStep = async (batch, settings) => ({ ...(await trainStep(batch, settings)), loss: NaN });
        return engine;
      },
    };
    await expect(run(broken, tinyConfig())).rejects.toThrow(/diverged.*coarse step 1 /);
  });
});
