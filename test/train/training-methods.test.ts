/** Every method of training: it changes what is learned, and a run that is interrupted and resumed is the same run, bit for bit. */
import { firingRates } from '../../src/engine/counts.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/engine/backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { Config } from '../../src/config/schema.ts';
import { renderImage } from '../../renderer/render-image.ts';
import { readRepeats } from '../../src/model/learned-repeats.ts';
import { InputError } from '../../src/base/errors.ts';
import { openField } from '../../src/eval/open-field.ts';
import { meanSquaredError } from '../../src/math/image-metrics.ts';
import { expectSameBits, run, type Frozen } from './run-in-memory.ts';
import { tinyCamera, tinyConfig } from './tiny-scene.ts';

/** Spikes from the first steps on. */
function spiking(network: Partial<Config['network']> = {}, fine: Partial<Config['fine']> = {}, more: Partial<Config> = {}): Config {
  const tiny = tinyConfig();
  const neuronParameters: Record<string, number> = network.neuron === 'relu' ? {} : { threshold: 0.05 };
  return {
    ...tiny,
    ...more,
    network: { ...tiny.network, neuron: 'lif', neuronParameters, ...network },
    fine: { ...tiny.fine, annShare: 0, ...fine },
  };
}

const synaptic = (temporal: 'condense' | 'pad', kind = 'hetsyn'): Config => {
  const layers = new Array(2).fill({ kind, width: tinyConfig().network.width }) as Config['network']['layers'];
  return spiking({ neuron: 'hetsyn', layers, temporal });
};
const imLoss = { weight: 0.01, target: 1, perNeuron: false };
/** So strong that bits change within the few steps, and steps are renewed. */
const bitBudget = { weights: 2, spikes: 1, repeats: null, penalty: 100, renew: 'both' as const, settleAt: 0.5 };
const METHODS: readonly (readonly [string, Config])[] = [
  ['firing targets', spiking({}, { spikePenalty: 0.1, spikeTargets: [0.05, 0.02] })],
  ['IM-Loss of layers', spiking({}, { imLoss })],
  ['IM-Loss of neurons with learned thresholds', spiking({ neuron: 'glif' }, { imLoss: { ...imLoss, perNeuron: true } })],
  ['the evolutionary surrogate', spiking({ surrogate: 'evolutionary' })],
  [
    'learned bits',
    spiking(
      { neuron: 'learned-bits', neuronParameters: { step: 0.1 }, neuronRate: 5, quantiser: 'learned-bits' },
      { bitBudget, networkRate: 0.05 },
    ),
  ],
  [
    'learned bits and time steps',
    spiking(
      {
        neuron: 'learned-bits',
        neuronParameters: { step: 0.1, tau: 1 },
        neuronRate: 5,
        temporal: 'repeat',
        repeats: 3,
        learnRepeats: true,
      },
      { bitBudget: { ...bitBudget, repeats: 1 }, networkRate: 0.05 },
    ),
  ],
  ['gradients through rates', spiking({ temporal: 'repeat', repeats: 3, backward: 'rate' })],
  ['HetSyn, condensed', synaptic('condense')],
  ['HetSyn, padded', synaptic('pad')],
  ['HetSyn, factorised, padded', synaptic('pad', 'hetsyn-2')],
  ['regulated thresholds', spiking({ neuron: 'lif-regulated' }, { regulation: { rate: 1, interval: 8, anneal: 0.5 } })],
  ['moderate dropout', spiking({ neuron: 'ternary', dropout: 0.3 })],
];

let backend: Backend;
let plain: Frozen;
let teacher: Frozen;

beforeAll(async () => {
  backend = await createWasmBackend({ threads: 1 });
  plain = (await run(backend, spiking())).saved.at(-1)!;
  teacher = (await run(backend, spiking({ neuron: 'relu' }))).saved.at(-1)!;
});

describe('training with', () => {
  it.each(METHODS)('%s is the same run after an interruption, and another than without', async (_, config) => {
    const whole = (await run(backend, config)).saved.at(-1)!;
    // 40 coarse steps come first; the grid is scaled before steps 4 and 9.
    for (const stop of [46, 57]) {
      const first = await run(backend, config, {}, stop);
      expect(first.outcome.interrupted).toBe(true);
      const rest = await run(backend, config, { start: first.saved.at(-1)! });
      expectSameBits(rest.saved.at(-1)!, whole);
    }
    expect(whole.tensors.get('w2')).not.toEqual(plain.tensors.get('w2'));
  });

  it('a budget of time steps shortens layers one by one, and says so', async () => {
    const [, config] = METHODS.find(([name]) => name === 'learned bits and time steps')!;
    const { saved, metrics } = await run(backend, config);
    const end = saved.at(-1)!;
    expect(await readRepeats(end.spec.network, (name) => end.read(name))).toEqual([1, 1]);
    expect(end.state.observers!.repeats).toEqual([1, 1]);
    expect(metrics.at(-1)!.bits!.repeats).toEqual([1, 1]);
  });

  it('firing targets penalises a layer in the steps after those in which it fired above its target', async () => {
    const targets = [0.03, 0.01] as const;
    const steps: { readonly spikes: readonly number[]; readonly rates: readonly number[] }[] = [];
    const recording: Backend = {
      ...backend,
      createField: async (spec, capacity) => {
        const engine = await backend.createField(spec, capacity);
        const trainStep = engine.trainStep.bind(engine);
        engine.trainStep = async (batch, settings) => {
          const result = await trainStep(batch, settings);
          if (spec.network !== null) steps.push({ spikes: settings.loss.spikes, rates: firingRates(result.counts, spec.network) });
          return result;
        };
        return engine;
      },
    };
    await run(recording, spiking({}, { spikePenalty: 0.5, spikeTargets: [...targets], steps: 40 }));
    const acts = (layer: 0 | 1): boolean[] => steps.map(({ spikes }) => spikes[layer] === 0.5);
    for (const layer of [0, 1] as const) {
      expect(acts(layer).slice(1)).toEqual(steps.slice(0, -1).map(({ rates }) => rates[layer] > targets[layer]));
      expect(new Set(acts(layer)).size).toBe(2);
    }
    expect(steps[0].spikes).toEqual([0, 0]);
  });
});

describe('distillation', () => {
  const taught = (distillation: Partial<Config['distillation']> = {}, network: Partial<Config['network']> = {}): Config => {
    const config = spiking(network);
    return { ...config, distillation: { ...config.distillation, teacher: 'RUN', ...distillation } };
  };
  const learn = (config: Config, options: Parameters<typeof run>[2] = {}, stop = Infinity) =>
    run(backend, config, { teacher, ...options }, stop);

  it("starts from the teacher's field, with no coarse stage", async () => {
    const { saved, events } = await learn(taught());
    expect(events.flatMap((event) => (event.type === 'stage' ? [event.stage] : []))).toEqual(['fine']);
    const [begin, end] = saved;
    expect(begin.state).toMatchObject({ stage: 'fine', step: 0, scalings: 2 });
    expect(end.state).toMatchObject({ step: 24, adamStep: 24 });
    expect(begin.spec.grid).toEqual(teacher.spec.grid);
    for (const name of ['density', 'features'] as const) expect(begin.tensors.get(name)).toEqual(teacher.tensors.get(name));
    expect(begin.occupancy).toEqual(teacher.occupancy);
    expect(begin.tensors.get('w1')).not.toEqual(teacher.tensors.get('w1'));
    expect(end.tensors.get('features')).not.toEqual(teacher.tensors.get('features'));
  });

  it('starts from a teacher of other resolution with the same medium', async () => {
    const config = taught();
    const { saved } = await learn({ ...config, fine: { ...config.fine, voxels: 12 ** 3 } });
    const { grid } = saved[0].spec;
    expect(grid.min).toEqual(teacher.spec.grid.min);
    expect(grid.size[0]).toBeLessThan(teacher.spec.grid.size[0]);
    expect(saved[0].tensors.get('features')!.some((value) => value !== 0)).toBe(true);
  });

  it('keeps the grids where they are frozen', async () => {
    const end = (await learn(taught({ freezeGrids: true, potential: 0.5 }))).saved.at(-1)!;
    for (const name of ['density', 'features'] as const) expect(end.tensors.get(name)).toEqual(teacher.tensors.get(name));
    expect(end.tensors.get('w1')).not.toEqual(plain.tensors.get('w1'));
  });

  it.each([
    ["from the teacher's field", taught({ potential: 0.5 }), [3, 17]],
    ['from scratch', taught({ start: 'scratch' }), [20, 46]],
    [
      'of ternary spikes with half a bit a weight, by Gram matrices too',
      taught({ potential: 1, gram: 0.1 }, { neuron: 'ternary', quantiser: ['sub-bit', 'sub-bit', null] }),
      [9],
    ],
  ] as const)('%s is the same run after an interruption', async (_, config, stops) => {
    const whole = (await learn(config)).saved.at(-1)!;
    for (const stop of stops) {
      const first = await learn(config, {}, stop);
      const rest = await learn(config, { start: first.saved.at(-1)! });
      expectSameBits(rest.saved.at(-1)!, whole);
    }
  });

  it('brings colours nearer to those of the teacher', async () => {
    const picture = async (checkpoint: Frozen): Promise<Float32Array> => {
      const engine = await openField(backend, checkpoint);
      const { rgb } = await renderImage(engine, tinyCamera(0.3, 0.4, 24), { background: [1, 1, 1] });
      await engine.dispose();
      return rgb;
    };
    const distance = async (colour: number): Promise<number> => {
      const config = taught({ colour, freezeGrids: true });
      const student = (await learn({ ...config, fine: { ...config.fine, steps: 100 } })).saved.at(-1)!;
      return meanSquaredError(await picture(student), await picture(teacher));
    };
    expect(await distance(20)).toBeLessThan(0.8 * (await distance(0)));
  });

  it('begins with what a teacher of spikes has learned, and is the same run after an interruption', async () => {
    const bits = { neuron: 'learned-bits', neuronParameters: { step: 0.1 }, neuronRate: 1 };
    const spikingTeacher = (await run(backend, spiking(bits))).saved.at(-1)!;
    const config = taught({ potential: 0.5, gram: 0.1 }, { ...bits, quantiser: [null, 'learned-bits', null] });
    const whole = await run(backend, config, { teacher: spikingTeacher });
    const [begin, end] = [whole.saved[0], whole.saved.at(-1)!];
    for (const name of ['density', 'features', 'w1', 'w2', 'w3', 'n1.step', 'n2.step'] as const)
      expect(begin.tensors.get(name)).toEqual(spikingTeacher.tensors.get(name));
    expect(end.tensors.get('n1.step')).not.toEqual(begin.tensors.get('n1.step'));
    const first = await run(backend, config, { teacher: spikingTeacher }, 9);
    const rest = await run(backend, config, { teacher: spikingTeacher, start: first.saved.at(-1)! });
    expectSameBits(rest.saved.at(-1)!, end);
  });

  it('refuses a teacher of another shape, and spikes of other neurons or another time', async () => {
    const wide = learn(taught({}, { width: 32 }));
    await expect(wide).rejects.toThrow(InputError);
    await expect(wide).rejects.toThrow(
      /network has network.width=16, network.viewFrequencies=1, network.featureFrequencies=0; this run has network.width=32/,
    );
    const bySpikes = (network: Partial<Config['network']>) => expect(run(backend, taught({}, network), { teacher: plain })).rejects;
    await bySpikes({ neuron: 'ternary' }).toThrow('a network of spikes with network.neuron=lif; this run has network.neuron=ternary');
    await bySpikes({ temporal: 'pad' }).toThrow('network.temporal=condense; this run has network.temporal=pad');
    await bySpikes({ neuronParameters: { threshold: 0.1 } }).toThrow('network.neuronParameters={"tau":2,"threshold":0.05');
  });
});
