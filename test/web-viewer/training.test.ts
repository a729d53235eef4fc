/** What the viewer says of a training: its curves, and which network is trained. */
import { expect, it } from 'vitest';
import type { StepMetrics } from '../../src/base/events.ts';
import { CHARTS, optionsOf } from '../../web-viewer/charts.ts';
import { joined } from '../../web-viewer/training-panel.ts';
import { networkOf } from '../../web-viewer/training-text.ts';

const metrics = (neuron: string | null, change: Partial<StepMetrics> = {}): StepMetrics =>
  ({
    stage: neuron === null ? 'coarse' : 'fine',
    step: 10,
    steps: 400,
    neuron,
    firingRates: [0.1, 0.2],
    loss: 0.1,
    psnr: 20,
    ...change,
  }) as StepMetrics;

it('curves have names of both axes, and a legend where there are several', () => {
  const all = [metrics('relu')];
  for (const plan of CHARTS.slice(0, 3)) {
    const curves = plan.curves(all);
    const { xAxis, yAxis, legend } = optionsOf(plan, curves, all, 0) as Record<
      'xAxis' | 'yAxis' | 'legend',
      { name: string; show: boolean }
    >;
    expect(xAxis.name).toBe('steps of both stages');
    expect(yAxis.name).not.toBe('');
    expect(legend.show).toBe(curves.length > 1);
  }
  expect(CHARTS[2].curves(all).map(({ name }) => name)).toEqual(['layer 1', 'layer 2']);
});

it('curves begin with the training although a step is told before the file of the earlier ones has come', () => {
  const line = (seconds: number): StepMetrics => metrics('relu', { seconds });
  const told = joined([], [line(3)]);
  expect(joined(told, [1, 2, 3].map(line)).map(({ seconds }) => seconds)).toEqual([1, 2, 3]);
});

it('says which network is trained, and when another takes over', () => {
  const state = { training: true, paused: false, handover: { neuron: 'three-bit', share: 0.75 } };
  expect(networkOf(state, metrics(null))).toMatch(
    /^No network yet: the coarse stage.*The three-bit network takes over at 75 % of the fine stage\.$/,
  );
  expect(networkOf(state, metrics('relu'))).toBe(
    'The ANN (ReLU) is being trained. The three-bit network takes over at 75 % of the fine stage, step 300.',
  );
  expect(networkOf(state, metrics('three-bit'))).toBe('The three-bit network is being trained.');
  expect(networkOf({ ...state, handover: null }, metrics('relu'))).toBe('The ANN (ReLU) is being trained.');
});

it('bits and time steps are drawn over the steps, a curve for the weights of every layer and the spikes of every hidden one, where they are learned', () => {
  const { curves } = CHARTS.find(({ title }) => title === 'Learned bits')!;
  const ofBits = (weights: number[], spikes: number[]): StepMetrics => metrics('learned-bits', { bits: { weights, spikes } });
  expect(curves([metrics('lif')])).toEqual([]);
  const all = [metrics('relu'), ofBits([4, 3, 8], [3, 2]), ofBits([4, 2, 8], [1, 2])];
  expect(curves(all).map(({ name, value }) => [name, all.map(value)])).toEqual([
    ['weights 1', [null, 4, 4]],
    ['weights 2', [null, 3, 2]],
    ['weights 3', [null, 8, 8]],
    ['spikes 1', [null, 3, 1]],
    ['spikes 2', [null, 2, 2]],
  ]);
  const squeezed = [metrics('plif', { bits: { weights: [], spikes: [], repeats: [3, 2] } })];
  expect(curves(squeezed).map(({ name, value }) => [name, value(squeezed[0])])).toEqual([
    ['time steps 1', 3],
    ['time steps 2', 2],
  ]);
});
