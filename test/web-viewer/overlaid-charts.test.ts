/** Which curves of several runs lie over each other, and that a run looks the same in all charts of a page. */
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../web-viewer/api.ts';
import { curveOptions, curvePlans, frontierOptions, type Training } from '../../web-viewer/overlaid-charts.ts';
import { lookOf } from '../../web-viewer/run-looks.ts';

const training = (name: string, firingRates: number[] | null): Training => ({
  name,
  metrics: [{ firingRates, psnr: 20, samplesPerRay: 5, stage: 'fine', step: 3, seconds: 60 } as unknown as Training['metrics'][number]],
});

const run = (name: string, nanojoulesPerPixel: number | null): RunSummary =>
  ({ name, quality: nanojoulesPerPixel === null ? null : { nanojoulesPerPixel, psnr: 30 } }) as unknown as RunSummary;

interface Series {
  readonly name?: string;
  readonly data: readonly { readonly name: string; readonly symbol: string; readonly itemStyle: { readonly color: string } }[];
  readonly lineStyle: { readonly color: string; readonly type: string };
}
const seriesOf = ({ series }: { series?: unknown }): Series[] => series as Series[];

it('there is a chart for each hidden layer of the deepest network', () => {
  const trainings = [training('two', [0.1, 0.2]), training('three', [0.1, 0.2, 0.3]), training('none', null)];
  const plans = curvePlans(trainings);
  expect(plans.map(({ title }) => title)).toEqual([
    'Training PSNR',
    ...[1, 2, 3].map((layer) => `Active neurons of layer ${layer} in a time step`),
    'Samples a ray',
  ]);
  expect(trainings.map(({ metrics }) => plans[3].value(metrics[0]))).toEqual([null, 30, null]);
});

describe('a run', () => {
  const names = ['a', 'not evaluated', 'c'];

  it.each([true, false])('has one colour as a point and as a curve, also beside runs without a point (light: %s)', (light) => {
    const trainings = names.map((name) => training(name, null));
    const curves = seriesOf(curveOptions(curvePlans(trainings)[0], trainings, 'steps', light));
    const points = seriesOf(frontierOptions([run('a', 4), run('not evaluated', null), run('c', 40)], light)!)[1].data;
    expect(points.map(({ name }) => name)).toEqual(['a', 'c']);
    const colourOf = (name: string): string => curves.find((curve) => curve.name === name)!.lineStyle.color;
    for (const { name, itemStyle } of points) expect(itemStyle.color).toBe(colourOf(name));
    expect(new Set(names.map(colourOf)).size).toBe(3);
  });

  it('looks unlike 23 others', () => {
    for (const light of [true, false])
      expect(new Set(Array.from({ length: 24 }, (_, i) => JSON.stringify(lookOf(i, light)))).size).toBe(24);
  });
});

it('one evaluated run has no frontier', () => {
  expect(frontierOptions([run('a', 4), run('b', null)], true)).toBeNull();
});
