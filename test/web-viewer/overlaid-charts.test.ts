/** Which curves of several runs lie over each other. */
import { expect, it } from 'vitest';
import { curvePlans, type Training } from '../../web-viewer/overlaid-charts.ts';

const training = (name: string, firingRates: number[] | null): Training => ({
  name,
  metrics: [{ firingRates, psnr: 20, samplesPerRay: 5 } as unknown as Training['metrics'][number]],
});

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
