/** The released code's numbers (test/golden/ncg.json) and what the equations imply. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { type CompetitionGroups, regulate, winnersOf } from '../../src/stdp/competition-groups.ts';
import {
  type ClassifierSettings,
  type FirstSpikeClassifier,
  newClassifier,
  trainClassifier,
  trainSample,
} from '../../src/stdp/first-spike-classifier.ts';
import { fire, type FirstSpikeLayer, firstOf, type SpikeTimes, spikesAt } from '../../src/stdp/first-spike-layer.ts';
import { learn, timeErrors } from '../../src/stdp/s2-stdp.ts';
import { readGolden } from '../helpers/golden.ts';

type Rows = readonly (readonly number[])[];
const golden = readGolden<
  Readonly<Record<'W' | 's2stdp_y0_w_after' | 's2stdp_y0_w_nonorm' | 's2stdp_y1_w_after' | 's2stdp_y1_w_nonorm', Rows>> &
    Readonly<Record<'fwd_thr0.7' | 'fwd_thr1.2', { readonly t_out: readonly number[]; readonly v: readonly number[] }>> & {
      readonly t_in: readonly number[];
      readonly order: readonly number[];
      readonly wta: { readonly winners: readonly number[] };
      /** Of each sample: training thresholds before, firing times, thresholds after. */
      readonly regulator: readonly Rows[];
    }
>('ncg');

const GROUPS: CompetitionGroups = { classes: 2, neuronsPerClass: 2, nonTarget: 1 };
const input = spikesAt(golden.t_in);

function layerOf(rows: Rows): FirstSpikeLayer {
  return { inputs: 6, neurons: rows.length, weights: Float64Array.from(rows.flat()) };
}

function all(neurons: number, threshold: number): Float64Array {
  return new Float64Array(neurons).fill(threshold);
}

function expectNear(found: Float64Array, wanted: readonly number[], digits = 12): void {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, digits);
}

describe('firing', () => {
  // 1.21 in place of 1.2, which a potential equals but for rounding.
  test.each([
    [0.7, 'fwd_thr0.7'],
    [1.21, 'fwd_thr1.2'],
  ] as const)('times and potentials at the threshold %d', (threshold, name) => {
    const { times, potentials } = fire(layerOf(golden.W), input, all(4, threshold));
    expectNear(times, golden[name].t_out);
    expectNear(potentials, golden[name].v);
  });

  test('earliest first, then the highest potential; one winner a class', () => {
    const firing = fire(layerOf(golden.W), input, all(4, 0.7));
    const left = new Set([0, 1, 2, 3]);
    const order = golden.order.map(() => {
      const next = firstOf([...left], firing);
      left.delete(next);
      return next;
    });
    expect(order).toEqual(golden.order);
    expect(winnersOf(GROUPS, firing)).toEqual(golden.wta.winners);
  });

  test('the time is that of a cumulative sum; who stops at the first spike finds the same first neuron with fewer additions', () => {
    const random = new Random(5);
    for (let trial = 0; trial < 50; trial++) {
      const layer: FirstSpikeLayer = { inputs: 20, neurons: 6, weights: Float64Array.from({ length: 120 }, () => random.float()) };
      const spikes = spikesAt(Array.from({ length: 20 }, () => Math.min(1, random.float() * 1.2)));
      const whole = fire(layer, spikes, all(6, 2));
      const short = fire(layer, spikes, all(6, 2), true);
      for (let j = 0; j < 6; j++) expect(whole.times[j]).toBe(bruteForce(layer, spikes, j, 2));
      const neurons = [0, 1, 2, 3, 4, 5];
      expect(firstOf(neurons, short)).toBe(firstOf(neurons, whole));
      expect(short.additions).toBeLessThanOrEqual(whole.additions);
      expect(short.additions).toBe(6 * spikes.order.filter((i) => spikes.times[i] <= Math.min(...whole.times)).length);
    }
  });
});

/** The first time but the last whose cumulative sum exceeds the threshold. */
function bruteForce({ inputs, weights }: FirstSpikeLayer, { times }: SpikeTimes, j: number, threshold: number): number {
  const spiking = [...times].filter((time) => time < 1).sort((a, b) => a - b);
  const reached = (at: number): number => [...times].reduce((sum, time, i) => sum + (time <= at ? weights[j * inputs + i] : 0), 0);
  return spiking.slice(0, -1).find((at) => reached(at) > threshold) ?? 1;
}

describe('S2-STDP', () => {
  test.each([
    [0, 'w_nonorm', null],
    [0, 'w_after', 2],
    [1, 'w_nonorm', null],
    [1, 'w_after', 2],
  ] as const)('weights after a sample of class %d, %s', (label, name, sum) => {
    const layer = layerOf(golden.W);
    const sums = golden.W.map((row) => row.reduce((total, weight) => total + weight, 0));
    const classifier: FirstSpikeClassifier = { ...GROUPS, layer, threshold: 0.7 };
    const plasticity = { gap: 0.1, potentiation: 0.1, depression: -0.05 };
    trainSample(classifier, input, label, {
      trained: all(4, 0.7),
      regulation: 0,
      plasticity,
      sums: sum === null ? null : Float64Array.from(sums),
    });
    expectNear(layer.weights, golden[`s2stdp_y${label}_${name}`].flat(), 6);
  });

  test('without a spike the base is 1 - g', () => {
    const silent = { times: all(2, 1), potentials: all(2, 0.1), additions: 0, comparisons: 0 };
    const [target, other] = timeErrors([0, 1], 0, silent, 0.1);
    expect(target).toBeCloseTo(1 - (0.9 - 0.05), 12);
    expect(other).toBeCloseTo(1 - (0.9 + 0.05), 12);
  });

  test('a neuron that is drawn to an earlier time gains on early inputs, and then fires earlier', () => {
    const layer = layerOf([[0.3, 0.3, 0.3, 0.3, 0.3, 0.3]]);
    const thresholds = all(1, 0.7);
    const before = fire(layer, input, thresholds).times[0];
    for (let i = 0; i < 20; i++) learn(layer, 0, input, before, 0.2, { gap: 0.1, potentiation: 0.1, depression: -0.1 }, 1.8);
    expect(layer.weights[0]).toBeGreaterThan(0.3);
    expect(layer.weights[5]).toBeLessThan(0.3);
    expect(fire(layer, input, thresholds).times[0]).toBeLessThan(before);
  });

  test('weights that have all become 0 stay numbers, whatever their sum is to be', () => {
    const layer = layerOf([[0.1, 0.1, 0.1, 0.1, 0.1, 0.1]]);
    learn(layer, 0, spikesAt([0, 0.1, 0.2, 0.3, 0.4, 0.5]), 1, -1, { gap: 0.1, potentiation: 1, depression: 1 }, 1.8);
    expect([...layer.weights]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('competition', () => {
  test('thresholds of three neurons a class, the released numbers', () => {
    const groups = { classes: 2, neuronsPerClass: 3, nonTarget: 1 };
    const layer = layerOf([...golden.W, golden.W[0], golden.W[1]]);
    const trained = all(6, 0.7);
    for (const [n, [before, times, after]] of golden.regulator.entries()) {
      const label = n === 2 ? 1 : 0;
      const thresholds = trained.map((value, j) => (Math.floor(j / 3) === label ? value : 0.7));
      expectNear(thresholds, before);
      const firing = fire(layer, input, thresholds);
      expectNear(firing.times, times);
      regulate(groups, label, firing, trained, 0.7, 0.2);
      expectNear(trained, after);
    }
  });

  test('their sum is kept while none is at its least; of one target neuron they stay', () => {
    const firing = { times: Float64Array.of(1, 0.5, 0.2, 0.4), potentials: all(4, 1), additions: 0, comparisons: 0 };
    const trained = all(4, 2);
    regulate({ classes: 1, neuronsPerClass: 4, nonTarget: 1 }, 0, firing, trained, 1, 0.3);
    expectNear(trained, [2, 1.9, 2.2, 1.9]);
    regulate({ classes: 1, neuronsPerClass: 4, nonTarget: 3 }, 0, firing, trained, 1, 0.3);
    expectNear(trained, [2, 1.9, 2.2, 1.9]);
  });
});

describe('training', () => {
  const settings: ClassifierSettings = {
    ...{ inputs: 6, classes: 2, neuronsPerClass: 3, nonTarget: 1, threshold: 0.7, gap: 0.1, potentiation: 0.1, depression: -0.05 },
    ...{ regulation: 0.2, regulationAnneal: 0.5, anneal: 0.98, initialWeight: 0.3, normalise: true, epochs: 3, seed: 4 },
  };
  const random = new Random(1);
  const spikes = Array.from({ length: 40 }, () => spikesAt(Array.from({ length: 6 }, () => random.float())));
  const samples = { spikes, labels: spikes.map((_, i) => i % 2) };

  test('weights keep their sums; a seed gives the same bits, another does not', () => {
    const sums = (weights: Float64Array): number[] =>
      Array.from({ length: 6 }, (_, j) => weights.subarray(j * 6, j * 6 + 6).reduce((a, b) => a + b, 0));
    const begun = sums(newClassifier(settings).layer.weights);
    const { weights } = trainClassifier(settings, samples).layer;
    for (const [j, sum] of sums(weights).entries()) expect(sum).toBeCloseTo(begun[j], 9);
    expect(trainClassifier(settings, samples).layer.weights).toEqual(weights);
    expect(trainClassifier({ ...settings, seed: 5 }, samples).layer.weights).not.toEqual(weights);
  });

  test('without normalisation weights stay in [0, 1]', () => {
    const { weights } = trainClassifier({ ...settings, normalise: false, potentiation: 3, depression: -3 }, samples).layer;
    expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...weights)).toBeLessThanOrEqual(1);
  });
});
