/** The bit budget, and steps that are found anew when bits change. */
import { describe, expect, it } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import { unused } from '../../src/config/unused.ts';
import type { FieldEngine } from '../../src/engine/backend.ts';
import { stepOnHost } from '../../src/backends/shared/host-adam.ts';
import { bitTensors, budgetTerm, NO_BUDGET } from '../../src/model/bit-budget.ts';
import { lossTerms } from '../../src/train/loss-terms.ts';
import { bestReach, renewSteps, type BitObservers } from '../../src/train/step-renewal.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';
import { readGolden } from '../helpers/golden.ts';

const { layer } = readGolden<{
  layer: { renew: { x: number[][]; val_max: number[]; gamma_after: number[] } };
}>('adaptive-bits');
const { spec, batch } = fieldFixture({ network: { neuron: 'learned-bits', quantiser: 'learned-bits' } });

/** An engine of which nothing but learned bits and steps is read, and whose neurons all have the potentials of the golden numbers. */
function engineWith(weightBits: readonly number[], spikeBits: readonly number[]) {
  const values = new Map<string, Float32Array>();
  const set = (name: string, value: number): unknown => values.set(name, Float32Array.of(value));
  weightBits.forEach((bits, i) => set(`q${i + 1}.bits`, bits / 0.2) && set(`q${i + 1}.step`, Math.log(0.1)));
  spikeBits.forEach((bits, i) => set(`n${i + 1}.bits`, bits) && set(`n${i + 1}.step`, Math.log(0.2)));
  const potentials = Float32Array.from(layer.renew.x[0]);
  const probedLayer = { potentials, neurons: new Uint16Array(), values: new Float32Array() };
  const engine = {
    spec,
    read: (name: string) => Promise.resolve(values.get(name)!.slice()),
    write: (name: string, value: Float32Array) => Promise.resolve(void values.set(name, value)),
    probe: () => Promise.resolve([{ samples: [], steps: [{ sample: 0, inputs: new Float32Array(), layers: [probedLayer, probedLayer] }] }]),
  } as unknown as FieldEngine;
  const valueOf = (name: string): number => Math.exp(values.get(name)![0]);
  return { engine, set, valueOf };
}

describe('the bit budget', () => {
  it('counts weights and neurons, and pulls towards the target from either side', async () => {
    const [first, second, third] = bitTensors(spec).weights.map(({ share }) => share);
    const inputs = spec.network!.viewFrequencies * 6 + 3 + 12;
    expect([first, second, third].map((share) => share * (inputs * 16 + 16 * 16 + 16 * 3))).toEqual([inputs * 16, 16 * 16, 16 * 3]);
    const { engine } = engineWith([4, 2, 8], [3, 1]);
    const budget = {
      weights: { target: 2, penalty: 0.03, settles: false },
      spikes: { target: 2.5, penalty: 0.05, settles: false },
      repeats: null,
    };
    const { loss, gradients } = await budgetTerm(spec, budget, (name) => engine.read(name));
    const excess = 4 * first + 2 * second + 8 * third - 2;
    expect(loss).toBeCloseTo(0.03 * excess + 0.05 * 0.5, 9);
    expect([...gradients.keys()]).toEqual(['q1.bits', 'q2.bits', 'q3.bits', 'n1.bits', 'n2.bits']);
    expect(gradients.get('q3.bits')).toBeCloseTo(0.03 * third, 9);
    expect(gradients.get('n1.bits')).toBeCloseTo(-0.025, 9);
  });
});

describe('bits that settle', () => {
  const rest = async (target: number): Promise<{ resting: string[]; moved: string[] }> => {
    const { engine } = engineWith([2, 2, 2], [3, 1]);
    const budget = { weights: { target, penalty: 1, settles: true }, spikes: null, repeats: null };
    const { resting, gradients } = await budgetTerm(spec, budget, (name) => engine.read(name));
    return { resting: [...resting], moved: [...gradients.keys()] };
  };

  it('rest when their mean is within the target, and only then', async () => {
    const all = ['q1.bits', 'q2.bits', 'q3.bits'];
    expect(await rest(2)).toEqual({ resting: all, moved: [] });
    expect(await rest(1.9)).toEqual({ resting: [], moved: all });
  });

  it('do not go on by their momentum', () => {
    const moving = { raw: Float32Array.of(2), m: Float32Array.of(1), v: Float32Array.of(1) };
    const step = (resting: readonly string[]): void =>
      stepOnHost(
        new Map([['q1.bits', moving]]),
        new Map([['q1.bits', Float32Array.of(0)]]),
        { ...NO_BUDGET, resting: new Set(resting) },
        { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
        0.1,
      );
    step(['q1.bits']);
    expect(moving.raw[0]).toBe(2);
    step([]);
    expect(moving.raw[0]).toBeLessThan(2);
  });

  it('from a share of the stage on', () => {
    const { fine } = presets.blender;
    const config = { ...presets.blender, fine: { ...fine, bitBudget: { ...fine.bitBudget, weights: 2, settleAt: 0.6 } } };
    expect([0.59, 0.6].map((progress) => lossTerms(config, 1, progress, null, null).bits!.weights!.settles)).toEqual([false, true]);
    expect(unused.bitBudget.settleAt).toBe(1);
  });
});

describe('a budget of time steps', () => {
  it('counts neurons: wide layers more', async () => {
    const layers = [16, 48].map((width) => ({ kind: 'dense', width }));
    const { spec: squeezed } = fieldFixture({ network: { temporal: 'repeat', repeats: 4, learnRepeats: true, layers } });
    const values = new Map([
      ['t1', 2.4],
      ['t2', 9],
    ]);
    const budget = { weights: null, spikes: null, repeats: { target: 2, penalty: 0.1, settles: true } };
    const { loss, gradients } = await budgetTerm(squeezed, budget, (name) => Promise.resolve(Float32Array.of(values.get(name)!)));
    // 2 steps of a quarter of the neurons, 5 of the others: one more than in the beginning is the most.
    expect(loss).toBeCloseTo(0.1 * (2 / 4 + (3 * 5) / 4 - 2), 9);
    expect([...gradients]).toEqual([
      ['t1', expect.closeTo(0.025, 9)],
      ['t2', expect.closeTo(0.075, 9)],
    ]);
  });
});

describe('a step is found anew', () => {
  it('as the released code finds it', () => {
    const found = bestReach(Float32Array.from(layer.renew.x[0]), 3);
    expect(found).toBeCloseTo(layer.renew.val_max[0], 6);
    expect(found / 3).toBeCloseTo(layer.renew.gamma_after[0], 6);
  });

  const config = { ...presets.blender.fine.bitBudget, weights: 2, spikes: 1, renew: 'both' as const };

  it('when bits change, of spikes from their potentials, of weights by the ratio of ranges', async () => {
    const { engine, set, valueOf } = engineWith([4, 4, 4], [3, 3]);
    const rays = () => batch;
    const before = await renewSteps(engine, config, null, 0, rays);
    expect(before).toEqual({ weights: [4, 4, 4], spikes: [3, 3], repeats: [], reach: [null, null], weightGap: 2, spikeGap: 2 });
    expect([valueOf('n2.step'), valueOf('q2.step')]).toEqual([expect.closeTo(0.2), expect.closeTo(0.1)]);
    set('n2.bits', 2.4);
    set('q2.bits', 2.6 / 0.2);
    const after = await renewSteps(engine, config, before, 0, rays);
    expect(after).toMatchObject({ weights: [4, 3, 4], spikes: [3, 2], reach: [null, expect.closeTo(2.73, 5)] });
    expect(valueOf('n2.step')).toBeCloseTo(0.91, 5);
    expect(valueOf('q2.step')).toBeCloseTo((0.1 * 7) / 3, 5);
    expect([valueOf('n1.step'), valueOf('q1.step')]).toEqual([expect.closeTo(0.2), expect.closeTo(0.1)]);
  });

  it('no more near the target, but early, and only where the setting says so', async () => {
    const observed = (more: Partial<BitObservers> = {}): BitObservers => ({
      ...{ weights: [4, 4, 4], spikes: [1, 2], repeats: [], reach: [null, null], weightGap: 2, spikeGap: 2 },
      ...more,
    });
    const step = async (progress: number, before: BitObservers, renew: 'none' | 'spikes' | 'weights'): Promise<number> => {
      const { engine, valueOf } = engineWith([4, 4, 4], [1, 1]);
      await renewSteps(engine, { ...config, renew }, before, progress, () => batch);
      return valueOf('n2.step');
    };
    expect(await step(0.5, observed(), 'spikes')).toBeCloseTo(0.2, 6);
    expect(await step(0.05, observed(), 'spikes')).toBeGreaterThan(1);
    expect(await step(0.05, observed({ spikeGap: 0 }), 'spikes')).toBeCloseTo(0.2, 6);
    for (const renew of ['none', 'weights'] as const) expect(await step(0.05, observed(), renew)).toBeCloseTo(0.2, 6);
  });
});
