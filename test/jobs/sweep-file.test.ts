/** Sweep files: what they say, and what is said of those that are wrong. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { jobAt, planJobs, readPlan, teachers } from '../../src/jobs/job-plan.ts';
import { configOf, parseSweep } from '../../src/jobs/sweep-file.ts';
import { planFile } from '../../src/jobs/sweep.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { leastConfig } from '../train/tiny-scene.ts';
import { plannedSweep, WASM } from './sweep-fixture.ts';

it('are scenes, entries, seeds, settings, and what all share', () => {
  const sweep = parseSweep(
    `
scenes:
  - lego
  - { path: fern, name: leaves, format: llff, preset: llff, set: { scene.downscale: 4 } }
entries: [lif, "ternary+distill", "lif+spikeTargets=[0.05,0.04]"]
seeds: [3, 5]
settings: { short: { fine.steps: 100 }, long: { fine.steps: 200, fine.scaleAt: [5, 10] } }
set: { network.width: 32, scene.near: auto }
measure: { every: 8 }
backend: { threads: 2 }
`,
    's.yaml',
  );
  expect(sweep.scenes.map(({ path, name }) => [path, name])).toEqual([
    ['lego', undefined],
    ['fern', 'leaves'],
  ]);
  expect(sweep.entries.map(({ name }) => name)).toEqual(['lif', 'ternary+distill', 'lif+spikeTargets=[0.05,0.04]']);
  expect(configOf(sweep, sweep.scenes[1], 'llff')).toMatchObject({ preset: 'llff', scene: { downscale: 4 }, network: { width: 32 } });
  expect(sweep.backend).toEqual({ choice: 'wasm', threads: 2, gpu: null });
  expect(sweep.measure).toEqual({ split: null, every: 8 });
  const scenes = [{ path: '/x', name: 'x', format: null, shared: leastConfig() }];
  const jobs = planJobs({ ...sweep, seeds: [3, 5], variants: sweep.variants!.slice(0, 1), scenes, folder: '/out' });
  expect(jobs.map(({ folder }) => folder)[2]).toBe('short/lif/seed-3');
  expect(jobs[0].config.fine.steps).toBe(100);
});

/** Some lines that unfold to thousands of words. */
const ALIASES = `${Array.from(
  { length: 4 },
  (_, i) =>
    `x${i}: &x${i} [${Array(9)
      .fill(i === 0 ? 'x' : `*x${i - 1}`)
      .join()}]\n`,
).join('')}scenes: *x3\nentries: [lif]`;

it.each([
  ['scenes: [a]\nentries: [lif]\nseeds: 0', 's.yaml: seeds'],
  ['scenes: [a]\nentries: []', 's.yaml: entries'],
  ['scenes: [a]\nentries: [lif]\nsed: 1', 's.yaml: content: Unrecognized key: "sed"'],
  ['scenes: [a]\nentries: [lfi]', 'unknown neuron "lfi"'],
  ['scenes: [a]\nentries: [lif]\nset: { fine.step: 3 }', 's.yaml: set: fine.step: unknown key'],
  ['scenes: [a]\nentries: [lif]\nset: { fine.steps: many }', 's.yaml: set: many: expected a whole number'],
  ['scenes: [a]\nentries: [lif]\npreset: blendr', 'unknown preset "blendr"'],
  ['scenes: [{ path: a, format: blendr }]\nentries: [lif]', 's.yaml: scenes.0.format: unknown format "blendr"'],
  ['scenes: [a\nentries: lif', 's.yaml: line 2'],
  ['scenes: *all\nentries: [lif]', 's.yaml: Unresolved alias'],
  [ALIASES, 's.yaml: Excessive alias count'],
  ['scenes: [!!python/name a]\nentries: [lif]', 's.yaml: line 1, column 10: Unresolved tag'],
  ['scenes: [a]\nscenes: [b]\nentries: [lif]', 's.yaml: line 2, column 1: Map keys must be unique'],
])('refuse %j', (text, says) => {
  expect(() => parseSweep(text, 's.yaml')).toThrow(InputError);
  expect(() => parseSweep(text, 's.yaml')).toThrow(says);
});

it('become a plan that says the same when it is read, with twins as teachers before those they teach', async () => {
  const folder = temporaryFolder();
  const { plan, jobs } = await plannedSweep(folder, 'lif,ternary+distill');
  expect(jobs.map(({ folder: at }) => at).slice(0, 6)).toEqual(
    ['ann', 'lif', 'ternary+distill'].flatMap((entry) => [1, 2].map((seed) => `a/${entry}/seed-${seed}`)),
  );
  expect(teachers(plan.file, jobs).slice(0, 6)).toEqual([null, null, null, null, 0, 1]);
  expect(jobAt(await readPlan(nodeFiles, planFile(folder)), 4).config.distillation.teacher).toBe(`${folder}/a/ann/seed-1`);
  expect(jobs[4].config.seed).toBe(1);
});

it('whose scenes have one name are refused', () => {
  const scenes = ['/1/x', '/2/x'].map((path) => ({ path, name: 'x', format: null, shared: leastConfig() }));
  const request = { entries: parseSweep('scenes: [a]\nentries: [ann]', 's').entries, seeds: [1], measure: { split: null, every: 1 } };
  expect(() => planJobs({ ...request, scenes, folder: '/out', backend: WASM })).toThrow('two jobs have the folder x/ann/seed-1');
});

it('that of the documents is one', () => {
  const file = new URL('../../docs/four-scenes.yaml', import.meta.url);
  const { scenes, entries, seeds, about } = parseSweep(readFileSync(file, 'utf8'), 'four-scenes.yaml');
  expect([scenes.length, entries.length, seeds, about.title]).toEqual([4, 3, 3, 'Four scenes']);
});
