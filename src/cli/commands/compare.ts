/** `spikeray compare SCENE`: networks trained under equal settings, in one table and one chart. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { SPLIT_NAMES } from '../../../datasets/scene-format.ts';
import { AUTO } from '../../backends/select-backend.ts';
import type { Reporter } from '../../base/events.ts';
import { wholeNumber, word } from '../../base/option-values.ts';
import { ENTRY_WORDS, parseEntries, TWIN } from '../../config/compare-entries.ts';
import { applyRequests, DEFAULT_PRESET, resolveConfig } from '../../config/resolve-config.ts';
import type { Config } from '../../config/schema.ts';
import { presetFor } from '../../jobs/choose-preset.ts';
import { collect as collectResults, comparedEntries } from '../../jobs/collect.ts';
import { comparisonOf, type Comparison } from '../../jobs/comparison.ts';
import { standaloneSvg } from '../../energy/report/page.ts';
import { planJobs, writePlan, type Job } from '../../jobs/job-plan.ts';
import { teacherSpikes } from '../../jobs/open-teacher.ts';
import { runOne, type Opened } from '../../jobs/run-one.ts';
import { checkTrainingMemory, trainingMemory } from '../../jobs/training-memory.ts';
import { availableMemory } from '../../node/available-memory.ts';
import { backendRequest, type BackendOptions } from '../../node/backend-request.ts';
import { nodeFiles, removeTemporaries } from '../../node/node-files.ts';
import { replaceFiles } from '../../node/replace-folder.ts';
import { nodeMachine } from '../../node/node-machine.ts';
import { sourceCommit } from '../../node/source-commit.ts';
import { startBackend } from '../../node/start-backend.ts';
import { thisCommand } from '../../node/this-command.ts';
import { VERSION } from '../../run/version.ts';
import { INTERRUPTED, listenForInterrupt } from '../terminal/interrupt.ts';
import {
  addBackendOptions,
  addOutputOptions,
  collect,
  requestsOf,
  settingOption,
  type OutputOptions,
  presetOption,
} from '../terminal/options.ts';
import { runAction, type Result } from '../terminal/run-action.ts';
import { checkFormat, formatOption } from '../terminal/scene-options.ts';

interface CompareOptions extends OutputOptions, BackendOptions {
  readonly neurons: string;
  readonly seeds: string;
  readonly preset?: string;
  readonly format?: string;
  readonly steps?: string;
  readonly split?: string;
  readonly every: string;
  readonly out?: string;
}

export function compareCommand(): Command {
  const words = Object.entries(ENTRY_WORDS).map(([name, assignment]) => `${name} (${assignment})`);
  const command = new Command('compare')
    .description(
      'Trains each network of the list on SCENE, one run folder each, evaluates it on held-out views, and writes compare.md, .svg, .html and .json: quality, firing, operations, energy, time, and which no other beats. What is trained already is not trained again: the same command goes on after an interruption.',
    )
    .argument('<scene>', 'scene folder')
    .optionsGroup('Networks:')
    .option(
      '--neurons <list>',
      `entries with commas between them: a neuron (or ${TWIN}, the twin), then any +OPTION, which is key=value as for --set (the end of a key is enough: ` +
        `lif+spikePenalty=0.01, ternary+threshold=0.4, lif+spikeTargets=[0.05,0.04]) or a word: ${words.join(', ')}`,
      `lif,${TWIN}`,
    )
    .option('--seeds <n>', 'train each with n seeds, from --seed upwards', '1')
    .optionsGroup('Settings of all:')
    .addOption(presetOption())
    .addOption(formatOption())
    .addOption(settingOption('--downscale <n>', 'scene.downscale'))
    .option('--steps <n>', 'steps of the fine stage, with a schedule of that length: the same as --set fine.steps=n')
    .addOption(settingOption('--max-minutes <n>', 'budget.maxMinutes', ', each'))
    .addOption(settingOption('--seed <n>', 'seed'))
    .option('--set <key=value>', 'any other setting, may be repeated; `spikeray config` lists all of them', collect)
    .optionsGroup('Views:')
    .option('--split <name>', 'val, test or train (default: test where the scene has one, else val)')
    .option('--every <k>', 'every k-th view only', '1')
    .optionsGroup('Files:')
    .option('--out <folder>', 'folder of the runs and the comparison (default: runs/compare-SCENE)')
    .action((scene: string, options: CompareOptions) => runAction(options, (report) => compare(scene, options, report)));
  return addOutputOptions(addBackendOptions(command, { backend: 'auto, the fastest that can run' }));
}

async function compare(path: string, options: CompareOptions, report: Reporter): Promise<Result> {
  const split = options.split === undefined ? undefined : word('--split', options.split, SPLIT_NAMES);
  const every = wholeNumber('--every', options.every, 1, 1e6);
  const planned = sharedConfig(options, options.preset ?? DEFAULT_PRESET);
  const entries = parseEntries(options.neurons);
  const seeds = Array.from({ length: wholeNumber('--seeds', options.seeds, 1, 100) }, (_, i) => planned.seed + i);
  const request = backendRequest(options, AUTO);
  // Before the scene is opened: what is wrong with an entry should not take minutes to be found.
  const format = checkFormat(options.format);
  const measure = { split: split ?? null, every };
  const jobsOf = (folder: string, name: string, shared: Config): Job[] =>
    planJobs({
      entries,
      seeds,
      scenes: [{ path: resolve(path), name, format: format ?? null, shared }],
      folder,
      backend: request,
      measure,
    });
  jobsOf('', '', planned);

  const interrupt = listenForInterrupt();
  const scene = await nodeMachine.openTrainingScene({ path, format }, planned.scene, report);
  const shared = options.preset === undefined ? sharedConfig(options, presetFor(scene, report)) : planned;
  const out = options.out?.replace(/(?<=.)\/+$/, '') ?? `runs/compare-${scene.name.replace(/[^\w.-]/g, '_')}`;
  const plan = `${out}/plan.json`;
  const jobs = jobsOf(resolve(out), scene.name, shared);
  const spikes = await Promise.all(jobs.map(({ config }) => teacherSpikes(nodeFiles, config)));
  const backend = await startBackend(request, report, (candidate) => {
    for (const [index, { config }] of jobs.entries()) trainingMemory(scene, config, candidate, spikes[index]);
  });
  for (const [index, { config }] of jobs.entries()) checkTrainingMemory(scene, config, backend, availableMemory(), spikes[index]);
  const opened = { scene, backend, secondsBefore: nodeMachine.seconds() };

  await removeTemporaries(out);
  await writePlan(nodeFiles, plan, jobs);
  for (const [index, { entry, seed, folder }] of jobs.entries()) {
    report({ type: 'note', text: `${index + 1} of ${jobs.length}: ${entry}, seed ${seed}: ${out}/${folder}` });
    const open = (): Promise<Opened> => Promise.resolve(opened);
    const { status } = await runOne({ machine: nodeMachine, file: plan, index, open, signal: interrupt.signal, report });
    if (status !== 'measured') return interrupted(out);
  }
  interrupt.release();

  const found = comparedEntries(await collectResults(nodeFiles, plan), shared);
  const comparison = comparisonOf(found, {
    spikeray: VERSION,
    commit: await sourceCommit(),
    created: new Date().toISOString(),
    command: thisCommand(),
    scene: { path: resolve(path), name: scene.name, fingerprint: scene.fingerprint },
    backend: backend.description,
    split: found[0].runs[0].report.split,
    every,
    seeds,
    config: shared,
  });
  const { table, files } = await writeComparison(comparison, out);
  return { json: { ...comparison, files }, text: table + files.map((file) => `${file}\n`).join('') };
}

function sharedConfig(options: CompareOptions, preset: string): Config {
  const config = resolveConfig(preset, requestsOf({ ...options }));
  return options.steps === undefined ? config : applyRequests(config, [{ key: 'fine.steps', value: options.steps, source: '--steps' }]);
}

async function writeComparison(comparison: Comparison, out: string): Promise<{ table: string; files: string[] }> {
  // echarts is large, and no comparison gets here that is refused.
  const { comparisonChart, comparisonMarkdown, comparisonPage } = await import('../../jobs/comparison-page.ts');
  const chart = comparisonChart(comparison);
  const table = comparisonMarkdown(comparison, 'compare.svg');
  const contents = {
    'compare.md': table,
    'compare.svg': standaloneSvg(chart),
    'compare.html': comparisonPage(comparison, chart),
    'compare.json': `${JSON.stringify(comparison, null, 2)}\n`,
  };
  await replaceFiles(nodeFiles, out, async (unfinished) => {
    for (const [name, text] of Object.entries(contents))
      await nodeFiles.writeAtomic(`${unfinished}/${name}`, [new TextEncoder().encode(text)]);
  });
  return { table, files: Object.keys(contents).map((name) => `${out}/${name}`) };
}

/** The same command goes on. */
function interrupted(out: string): Result {
  const resume = thisCommand();
  return { json: { interrupted: true, out, resume }, text: `interrupted; to go on: ${resume}\n`, exitCode: INTERRUPTED };
}
