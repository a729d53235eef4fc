/** Which run is another's twin, and when their figures can be compared. */
import { expect, test } from 'vitest';
import { gainOver, isTwinOf } from '../../src/page/kept-twin.ts';
import type { KeptRun, Measured } from '../../src/page/kept-run.ts';

const RUN = { name: 'lego', fingerprint: 'views' };
const TWIN: KeptRun = {
  ...{ name: 'lego-twin-2', created: '', scene: 'lego', fingerprint: 'views', scenePath: '', neuron: 'relu', status: 'trained' },
  ...{ trained: { stage: 'fine', step: 9 }, unfinished: false, share: null, measured: null, problem: null },
};

test.each<[Partial<KeptRun>, boolean]>([
  [{}, true],
  [{ fingerprint: 'other views' }, false],
  [{ name: 'fern-twin' }, false],
  [{ neuron: 'lif' }, false],
  [{ unfinished: true }, false],
  [{ trained: { stage: 'coarse', step: 9 } }, false],
])('an ANN that was trained to its end, with the name and the training views of a run, is its twin: %j', (change, is) => {
  expect(isTwinOf(RUN, { ...TWIN, ...change })).toBe(is);
});

test('figures of the same views are compared, unless one was trained on since', () => {
  const figures: Measured = {
    ...{ split: 'test', psnr: 30, ssim: 0.9, firingRates: null, millijoules: null, nanojoulesPerPixel: null, shareOfAnn: null },
    ...{ outdated: false, views: 7, picture: null },
  };
  expect(gainOver({ ...figures, psnr: 31.5 }, figures)).toBe(-1.5);
  for (const change of [{ split: 'val' }, { views: 1 }, { outdated: true }]) {
    expect(gainOver({ ...figures, ...change }, figures)).toBeNull();
    expect(gainOver(figures, { ...figures, ...change })).toBeNull();
  }
  expect(gainOver(null, figures)).toBeNull();
});
