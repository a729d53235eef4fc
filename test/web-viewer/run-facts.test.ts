/** Sorting, finding and grouping of the gallery; which settings of runs differ. */
import { expect, it } from 'vitest';
import type { RunSummary } from '../../web-viewer/api.ts';
import { byScene, matching, ORDERS, RUN_FACTS, sorted, type Run } from '../../web-viewer/run-facts.ts';
import { settingsDifference } from '../../web-viewer/settings-difference.ts';

const run = (name: string, scene: string, neuron: string, psnr: number | null, nanojoules: number | null): RunSummary => ({
  ...{ id: name, name, created: `2026-01-0${name.length}T00:00:00Z`, neuron, training: false, picture: null, showcase: null },
  scene: { name: scene, format: 'blender', fingerprint: scene },
  trained: { stage: 'fine', step: 10 },
  quality: psnr === null ? null : qualityOf(psnr, nanojoules),
});

function qualityOf(psnr: number, nanojoulesPerPixel: number | null): RunSummary['quality'] {
  return { split: 'test', psnr, ssim: 0.9, firingRates: [0.1, 0.05], millijoules: 1, nanojoulesPerPixel, shareOfAnn: null };
}

const runs: Run[] = [
  run('a', 'lego', 'lif', 30, 4),
  run('bb', 'fern', 'relu', 32, 40),
  { id: 'x', name: 'broken', problem: 'expected JSON' },
  run('ccc', 'lego', 'ternary', null, null),
];
const fact = (key: string): (typeof RUN_FACTS)[number] => RUN_FACTS.find((one) => one.key === key)!;
const names = (list: readonly Run[]): string[] => list.map(({ name }) => name);

it('sorts the best first, whatever the size of the images; what is not known, and broken runs, come last either way', () => {
  expect(ORDERS[0].key).toBe('date');
  expect(names(sorted(runs, fact('date'), false))).toEqual(['ccc', 'bb', 'a', 'broken']);
  expect(names(sorted(runs, fact('psnr'), false))).toEqual(['bb', 'a', 'ccc', 'broken']);
  expect(names(sorted(runs, fact('psnr'), true))).toEqual(['a', 'bb', 'ccc', 'broken']);
  expect(names(sorted(runs, fact('energy'), false))).toEqual(['a', 'bb', 'ccc', 'broken']);
  expect(names(sorted(runs, fact('scene'), false))).toEqual(['bb', 'a', 'ccc', 'broken']);
  expect(fact('energy').text(runs[0] as RunSummary)).toBe('4 nJ');
  expect(fact('energy').title).toBe('energy a pixel');
});

it('finds by words of name, scene, neurons and problem, and groups by scene', () => {
  expect(names(matching(runs, 'LEGO lif'))).toEqual(['a']);
  expect(names(matching(runs, 'json'))).toEqual(['broken']);
  expect(matching(runs, ' ')).toHaveLength(4);
  expect(byScene(runs).map(({ title, runs: of }) => [title, of.length])).toEqual([
    ['lego', 2],
    ['fern', 1],
    ['cannot be read', 1],
  ]);
});

it('settings that differ are told by the key that --set takes, equal ones are not', () => {
  const configs = [
    { seed: 1, fine: { steps: 10, scaleAt: [1, 2] }, network: { neuron: 'lif', layers: null } },
    { seed: 1, fine: { steps: 20, scaleAt: [1, 2] }, network: { neuron: 'lif' } },
  ];
  expect(settingsDifference(configs)).toEqual([
    { key: 'fine.steps', values: ['10', '20'] },
    { key: 'network.layers', values: ['null', '–'] },
  ]);
  expect(settingsDifference([configs[0], configs[0]])).toEqual([]);
});
