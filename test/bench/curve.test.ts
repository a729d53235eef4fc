/** The curve of quality over minutes (`npm run bench -- curve`): in memory but for the run folders, with the smallest of trainings. */
import { expect, it } from 'vitest';
import { curveCommand } from '../../scripts/bench/curve-command.ts';
import { curveChart, curveMarkdown, type Curve } from '../../scripts/bench/curve-report.ts';
import { linesOf, trainersOf } from '../../scripts/bench/curve-lines.ts';
import { trainCurve, type CurveOptions, type CurvePoint } from '../../scripts/bench/curve.ts';
import { processorSeconds } from '../../scripts/bench/processor-time.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { InputError } from '../../src/base/errors.ts';
import { parseEntries } from '../../src/config/compare-entries.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Backend } from '../../src/engine/backend.ts';
import type { Machine } from '../../src/jobs/machine.ts';
import { nodeMachine } from '../../src/node/node-machine.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { leastConfig, tinyScene } from '../train/tiny-scene.ts';

const scene = tinyScene();
const machine: Machine = {
  ...nodeMachine,
  seconds: processorSeconds,
  openHeldOutViews: () => Promise.resolve({ split: 'test', views: scene.splits.test! }),
};

const config: Config = { ...leastConfig(), fine: { ...leastConfig().fine, annShare: 0 } };
/** Far more than all steps take. */
const [SHORT, LONG] = [60, 120];

function train(out: string, options: Pick<CurveOptions, 'machine' | 'minutes' | 'trainers'> & Partial<CurveOptions>): Promise<boolean> {
  return trainCurve({
    ...{ clock: 'processor', out, scene },
    place: { path: '/scene', format: null },
    backend: { choice: 'wasm', threads: 1, gpu: null },
    measure: { split: 'test', every: 1 },
    signal: new AbortController().signal,
    report: () => undefined,
    found: () => Promise.resolve(),
    ...options,
  });
}

it('trains each time limit with every build in turn, tells what it has after each, and goes on with what is there', async () => {
  const out = temporaryFolder();
  const backend = await createWasmBackend({ threads: 1 });
  const trained: string[] = [];
  const counting = (name: string): Backend => ({
    ...backend,
    createField: (spec, capacity) => {
      if (capacity.trainRays > 0 && trained.at(-1) !== name) trained.push(name);
      return backend.createField(spec, capacity);
    },
  });
  const trainers = ['this build', 'before'].map((name) => ({ name, folder: name.replace(' ', '-'), backend: counting(name), config }));
  const told: (readonly CurvePoint[])[] = [];
  const found = (points: readonly CurvePoint[]): Promise<void> => {
    told.push([...points]);
    return Promise.resolve();
  };

  const stop = new AbortController();
  stop.abort();
  expect(await train(out, { machine, trainers, minutes: [SHORT], found, signal: stop.signal })).toBe(false);
  expect(told).toEqual([]);

  trained.length = 0;
  expect(await train(out, { machine, trainers, minutes: [SHORT], found })).toBe(true);
  expect(trained).toEqual(['this build', 'before']);
  expect(told.map((points) => points.length)).toEqual([1, 2]);
  const [ours, theirs] = told[1];
  expect(ours).toMatchObject({ trainer: 'this build', minutes: SHORT, step: 8 });
  // The same backend under two names: the same field.
  expect(theirs).toEqual({ ...ours, trainer: 'before', seconds: theirs.seconds });

  trained.length = 0;
  expect(await train(out, { machine, trainers, minutes: [SHORT, LONG], found })).toBe(true);
  expect(trained, 'only the new time limit').toEqual(['this build', 'before']);
  const points = told.at(-1)!;
  expect(points.map(({ trainer, minutes }) => `${trainer} ${minutes}`)).toEqual(
    [SHORT, LONG].flatMap((limit) => [`this build ${limit}`, `before ${limit}`]),
  );
  expect(points.slice(0, 2)).toEqual([ours, theirs]);

  const curve: Curve = {
    ...{ schema: 2, spikeray: '0', commit: null, created: '', command: 'bench curve', machine: 'a machine', points },
    ...{ scene, clock: 'processor', split: 'test', every: 1 },
    trainers: trainers.map(({ name }) => ({ name, backend: 'wasm', config })),
  };
  const rows = curveMarkdown(curve, 'curve.svg').match(/^\| (60|120) .*$/gm)!;
  expect(rows).toHaveLength(4);
  expect(rows[1]).toBe(`| 60 | before | 8 | ${theirs.psnr.toFixed(2)} | ${theirs.ssim.toFixed(4)} | ${theirs.samplesPerRay.toFixed(2)} |`);
  const alone = { ...curve, trainers: curve.trainers.slice(0, 1), points: points.filter(({ trainer }) => trainer === 'this build') };
  expect(curveMarkdown(alone, 'curve.svg')).not.toContain('trained |');
  const strokes = (of: Curve): number => curveChart(of).text.match(/stroke="var\(--(run|other)\)" stroke-width="2"/g)!.length;
  expect([strokes(curve), strokes(alone)]).toEqual([2, 1]);
});

it('draws presets by neurons by builds, each with a folder of its own', async () => {
  const backend = await createWasmBackend({ threads: 1 });
  const [ours, theirs] = ['this build', 'before'].map((name) => ({ name, folder: name, backend }));
  const named = (presets: string[], neurons: string, builds: (typeof ours)[]): string[] =>
    trainersOf(linesOf(presets, parseEntries(neurons), [], builds.length), builds).map(({ name, folder, config: { preset, network } }) =>
      [name, folder, preset, network.neuron].join('; '),
    );
  expect(named(['blender'], 'ann', [ours])).toEqual(['blender ann; blender_ann/this build; blender; relu']);
  expect(named(['blender'], 'lif', [ours, theirs]).map((line) => line.split(';')[0])).toEqual(['this build', 'before']);
  expect(named(['tensorf'], 'lif,ann', [ours])).toEqual([
    'tensorf lif; tensorf_lif/this build; tensorf; lif',
    'tensorf ann; tensorf_ann/this build; tensorf; relu',
  ]);
  expect(() => named(['blender', 'tensorf'], 'lif', [ours, theirs])).toThrow('4 lines: a chart has 3 at most');
});

it('ends a training when the minutes of its clock are over', async () => {
  // A clock that goes on by a tenth of a second whenever it is read.
  let reads = 0;
  const slow: Machine = { ...machine, seconds: () => ++reads / 10 };
  const long: Config = { ...config, fine: { ...config.fine, steps: 100_000 } };
  const trainers = [{ name: 'this build', folder: 'this-build', backend: await createWasmBackend({ threads: 1 }), config: long }];
  let points: readonly CurvePoint[] = [];
  const found = (sofar: readonly CurvePoint[]): Promise<void> => {
    points = [...sofar];
    return Promise.resolve();
  };
  await train(temporaryFolder(), { machine: slow, trainers, minutes: [1, 2], found });
  const [one, two] = points;
  expect(one.step).toBeGreaterThan(0);
  expect(two.step).toBeGreaterThan(one.step);
  expect([one.seconds, two.seconds]).toEqual([expect.closeTo(60, -0.5), expect.closeTo(120, -0.5)]);
});

it.each([
  [['--minutes', '1,x'], '--minutes 1,x: expected ascending numbers above 0'],
  [['--minutes', '2,1'], '--minutes 2,1: expected ascending numbers'],
  [['--minutes', ''], 'expected ascending numbers'],
  [['--clock', 'cpu'], '--clock cpu: unknown'],
  [['--split', 'valid'], '--split valid: unknown'],
  [['--every', '0'], '--every 0: expected a whole number from 1'],
  [['--neurons', 'lit'], '--neurons: unknown neuron "lit"'],
  [['--preset', 'tensorf,blunder'], 'unknown preset "blunder"'],
  [['--preset', 'blender,blender'], '--preset: blender is there twice'],
  [['--preset', 'blender', '--neurons', 'lif,ann', '--with', '/nowhere'], '4 lines: a chart has 3 at most'],
  [['--preset', 'blender,llff'], 'blender and llff see the scene differently'],
  [['--set', 'fine.steps=many'], '--set fine.steps=many: expected'],
  [['--set', 'budget.maxMinutes=3'], 'the time limits of a curve are --minutes'],
  [['--set', 'distillation.teacher=twin'], 'do not count those of a teacher'],
  [['--clock', 'processor', '--backend', 'webgpu'], '--clock processor has no meaning for the webgpu backend'],
  [['--with', '/nowhere'], '/nowhere: expected a checkout of the project that is built'],
])('refuses %j', async (options, message) => {
  const refusal = curveCommand().parseAsync(['/no-scene', '--quiet', ...options], { from: 'user' });
  await expect(refusal).rejects.toThrow(InputError);
  await expect(refusal).rejects.toThrow(message);
});
