import { emptyCounts } from '../../src/engine/counts.ts';
import { describe, expect, it } from 'vitest';
import { type FieldEngine } from '../../src/engine/backend.ts';
import type { Config } from '../../src/config/schema.ts';
import { feedbackOf, thresholdParameters, lossTerms, type Feedback } from '../../src/train/loss-terms.ts';
import { tinyConfig } from './tiny-scene.ts';

const WIDTH = 16;
const config = (fine: Partial<Config['fine']>): Config => {
  const tiny = tinyConfig();
  return { ...tiny, fine: { ...tiny.fine, ...fine } };
};
const rates = (first: number, second: number): Feedback => ({ firingRates: [first, second], potentials: null });

describe('the spike penalty', () => {
  it('acts always without targets', () => {
    expect(lossTerms(config({ spikePenalty: 2 }), 1, 0, null, null).spikes).toEqual([2, 2]);
  });

  it('acts on a layer only while it fired above its target in the step before', () => {
    const bounded = config({ spikePenalty: 2, spikeTargets: [0.1, 0.2] });
    expect(lossTerms(bounded, 1, 0, null, null).spikes).toEqual([0, 0]);
    expect(lossTerms(bounded, 1, 0, rates(0.11, 0.2), null).spikes).toEqual([2, 0]);
    expect(lossTerms(bounded, 1, 0, rates(0.1, 0.3), null).spikes).toEqual([0, 2]);
  });
});

it('total variation ends, and is dense only at first', () => {
  const { loss } = tinyConfig().fine;
  const totalVariation = { density: 1e-5, features: 1e-6 };
  const at = (step: number, until: number | null) =>
    lossTerms(config({ loss: { ...loss, totalVariation, totalVariationUntil: until, totalVariationDenseUntil: 3 } }), step, 0, null, null)
      .totalVariation;
  expect(at(3, null)).toEqual({ ...totalVariation, dense: true });
  expect(at(4, null)).toEqual({ ...totalVariation, dense: false });
  expect(at(5, 5)).toEqual({ ...totalVariation, dense: false });
  expect(at(6, 5)).toEqual({ density: 0, features: 0, dense: false });
});

it('total variation in one of k steps is k times as strong there', () => {
  const { loss } = tinyConfig().fine;
  const totalVariation = { density: 1e-5, features: 1e-6 };
  const fine = config({
    loss: { ...loss, totalVariation, totalVariationEvery: 3, totalVariationUntil: null, totalVariationDenseUntil: 0 },
  });
  const weights = Array.from({ length: 7 }, (_, i) => lossTerms(fine, 1 + i, 0, null, null).totalVariation.density / 1e-5);
  expect(weights.map(Math.round)).toEqual([3, 0, 0, 3, 0, 0, 3]);
});

describe('the IM-Loss', () => {
  const means = [0, 1].map((layer) => Array.from({ length: WIDTH }, (_, c) => Math.sin(c + 5 * layer)));
  const feedback: Feedback = { firingRates: [0, 0], potentials: [means[0], means[1]] };
  const thresholds: [Float32Array, Float32Array] = [
    Float32Array.from({ length: WIDTH }, (_, c) => 1 + c / 8),
    new Float32Array(WIDTH).fill(0.5),
  ];
  const imLoss = (perNeuron: boolean) => ({ weight: 0.3, target: 0.8, perNeuron });

  function loss(perNeuron: boolean, of: readonly (readonly number[])[]): number {
    const { weight, target } = imLoss(perNeuron);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    return of.reduce((sum, layer, l) => {
      const away = layer.map((value, c) => value - target * thresholds[l][c]);
      return sum + weight * (perNeuron ? mean(away.map((value) => value ** 2)) : mean(away) ** 2);
    }, 0);
  }

  it.each([false, true])('weighs the mean potentials by its own derivative (per neuron: %s)', (perNeuron) => {
    const { potentials } = lossTerms(config({ imLoss: imLoss(perNeuron) }), 1, 0, feedback, thresholds);
    const step = 1e-6;
    for (const layer of [0, 1])
      for (const c of [0, 7, 15]) {
        const moved = (by: number): number =>
          loss(
            perNeuron,
            means.map((values, l) => values.map((value, i) => (l === layer && i === c ? value + by : value))),
          );
        expect(potentials![layer][c]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 6);
      }
  });

  it('asks for the means in the first step, and weighs nothing yet', () => {
    const { potentials } = lossTerms(config({ imLoss: imLoss(false) }), 1, 0, null, thresholds);
    expect(potentials).toEqual([new Float32Array(WIDTH), new Float32Array(WIDTH)]);
  });

  it('reads thresholds as they are: constant, of a layer, of a neuron', async () => {
    const engine = (neuron: string, raw: readonly number[]): FieldEngine =>
      ({
        spec: { network: { ...tinyConfig().network, neuron } },
        read: (name: string) => Promise.resolve(Float32Array.from(raw, (value) => (name === 'n2.threshold' ? value : 0))),
      }) as unknown as FieldEngine;
    const on = imLoss(false);
    expect(await thresholdParameters(engine('lif', []), { ...on, weight: 0 })).toBeNull();
    expect(await thresholdParameters(engine('relu', []), on)).toBeNull();
    expect((await thresholdParameters(engine('ternary', []), on))![0]).toEqual(new Float32Array(WIDTH).fill(0.5));
    const [, layer] = (await thresholdParameters(engine('ltmd', [0.3]), on))!;
    expect(layer).toHaveLength(WIDTH);
    expect(layer[5]).toBeCloseTo(2 * Math.tanh(0.3), 6);
    const raw = Array.from({ length: WIDTH }, (_, c) => c / 10);
    const [first, second] = (await thresholdParameters(engine('glif', raw), on))!;
    expect(first).toEqual(new Float32Array(WIDTH).fill(1));
    expect(second[7]).toBeCloseTo(Math.exp(0.7), 5);
  });
});

describe('what a step measured', () => {
  const counts = { ...emptyCounts(), timeSteps: 10, active: [16, 80] as [number, number] };

  it('survives JSON', () => {
    const meanPotentials = [Float32Array.of(0.1, 1 / 3), Float32Array.of(-2, 1e-20)] as const;
    const feedback = feedbackOf({ loss: 0, mse: 0, counts, meanPotentials }, { ...tinyConfig().network, width: WIDTH });
    expect(feedback).toMatchObject({ firingRates: [0.1, 0.5] });
    expect(JSON.parse(JSON.stringify(feedback))).toEqual(feedback);
  });

  it('is nothing without a network', () => {
    expect(feedbackOf({ loss: 0, mse: 0, counts, meanPotentials: null }, null)).toBeNull();
  });
});
