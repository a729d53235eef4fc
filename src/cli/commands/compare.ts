/** `spikeray compare SCENE`: networks trained under equal settings, in one table and one chart. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { SplitName } from '../../../datasets/scene-data.ts';
import { SPLIT_NAMES } from '../../../datasets/scene-format.ts';
import type { Reporter } from '../../base/events.ts';
import { quoted } from '../../base/format.ts';
import { wholeNumber, word } from '../../base/option-values.ts';
import { ENTRY_WORDS, parseEntries, TWIN } from '../../config/compare-entries.ts';
import { applyRequests, DEFAULT_PRESET, resolveConfig } from '../../config/resolve-config.ts';
import type { Config } from '../../config/schema.ts';
import type { Backend } from '../../engine/backend.ts';
import { evaluateField } from '../../eval/evaluate-field.ts';
import { openField } from '../../eval/open-field.ts';
import { presetFor } from '../../jobs/choose-preset.ts';
import { differences, planEntries, type Planned } from '../../jobs/compare-plan.ts';
import { comparisonChart, comparisonMarkdown, comparisonPage } from '../../jobs/comparison-page.ts';
import { type ComparedEntry, type ComparedRun, type Comparison, comparisonOf } from '../../jobs/comparison.ts';
import { newRecord } from '../../jobs/new-record.ts';
import type { Trained } from '../../jobs/train-into.ts';
import { trainRun } from '../../jobs/train-run.ts';
import { checkTrainingMemory, trainingMemory } from '../../jobs/training-memory.ts';
import { availableMemory } from '../../node/available-memory.ts';
import { type BackendOptions, backendRequest } from '../../node/backend-request.ts';
import { heldOutViews } from '../../node/held-out-views.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { openSceneFor, reportProblems, viewsOf } from '../../node/open-run-scene.ts';
import { sourceCommit } from '../../node/source-commit.ts';
import { AUTO, startBackend } from '../../node/start-backend.ts';
import { VERSION } from '../../run/version.ts';
import { INTERRUPTED, listenForInterrupt } from '../terminal/interrupt.ts';
import {
  addBackendOptions,
  addOutputOptions,
  collect,
  type OutputOptions,
  presetOption,
  requestsOf,
  settingOption,
} from '../terminal/options.ts';
import { type Result, runAction } from '../terminal/run-action.ts';
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
  return addOutputOptions(addBackendOptions(command, { backend: 'auto, the fastest that can run', threads: 'all cores' }));
}

async function compare(path: string, options: CompareOptions, report: Reporter): Promise<Result> {
  const split = options.split === undefined ? undefined : word('--split', options.split, SPLIT_NAMES);
  const every = wholeNumber('--every', options.every, 1, 1e6);
  const planned = sharedConfig(options, options.preset ?? DEFAULT_PRESET);
  const entries = parseEntries(options.neurons);
  const seeds = Array.from({ length: wholeNumber('--seeds', options.seeds, 1, 100) }, (_, i) => planned.seed + i);
  const request = backendRequest(options, AUTO);
  // Before the scene is opened: what is wrong with an entry should not take minutes to be found.
  planEntries(entries, seeds, planned, '');

  const interrupt = listenForInterrupt();
  const format = checkFormat(options.format);
  const scene = await openSceneFor(path, planned.scene, { splits: ['train'], format }, report);
  const shared = options.preset === undefined ? sharedConfig(options, presetFor(scene, report)) : planned;
  viewsOf(scene, 'train', path);
  reportProblems(scene, report);
  const out = options.out?.replace(/(?<=.)\/+$/, '') ?? `runs/compare-${scene.name.replace(/[^\w.-]/g, '_')}`;
  const plan = planEntries(entries, seeds, shared, out);
  const backend = await startBackend(request, report, (candidate) => {
    for (const { config } of plan) trainingMemory(scene, config, candidate);
  });
  for (const { config } of plan) checkTrainingMemory(scene, config, backend, availableMemory());
  const secondsBefore = performance.now() / 1000;

  const trained: Trained[] = [];
  for (const [i, { entry, seed, folder, config }] of plan.entries()) {
    report({ type: 'note', text: `${i + 1} of ${plan.length}: ${entry.name}, seed ${seed}: ${folder}` });
    const record = newRecord(path, scene, backend, request, config);
    const run = await trainRun({ folder, record, scene, backend, signal: interrupt.signal, report, secondsBefore });
    if (run.interrupted) return interrupted(out);
    trained.push(run);
  }
  interrupt.release();

  const { runs, split: measuredOn } = await measure(trained, backend, split, every, report);
  const comparison = comparisonOf(byEntry(plan, runs, shared), {
    spikeray: VERSION,
    commit: await sourceCommit(),
    created: new Date().toISOString(),
    command: thisCommand(),
    scene: { path: resolve(path), name: scene.name, fingerprint: scene.fingerprint },
    backend: backend.description,
    split: measuredOn,
    every,
    seeds,
    config: shared,
  });
  const files = await writeComparison(comparison, out);
  return {
    json: { ...comparison, files },
    text: comparisonMarkdown(comparison, 'compare.svg') + files.map((file) => `${file}\n`).join(''),
  };
}

function sharedConfig(options: CompareOptions, preset: string): Config {
  const config = resolveConfig(preset, requestsOf({ ...options }));
  return options.steps === undefined ? config : applyRequests(config, [{ key: 'fine.steps', value: options.steps, source: '--steps' }]);
}

/** Every run on the same held-out views. */
async function measure(
  trained: readonly Trained[],
  backend: Backend,
  wanted: SplitName | undefined,
  every: number,
  report: Reporter,
): Promise<{ runs: ComparedRun[]; split: SplitName }> {
  let held: Awaited<ReturnType<typeof heldOutViews>> | undefined;
  const runs: ComparedRun[] = [];
  for (const { run, state, checkpoint: path } of trained) {
    const { checkpoint } = await run.load(path);
    held ??= await heldOutViews(run, checkpoint, {}, wanted, report);
    const { config } = run.record;
    report({ type: 'note', text: `measuring ${run.folder}` });
    const engine = await openField(backend, checkpoint);
    try {
      const found = await evaluateField({ engine, config, ...held, every, report });
      runs.push({ seed: config.seed, run: run.folder, checkpoint: path, step: state.step, trainSeconds: state.seconds, report: found });
    } finally {
      await engine.dispose();
    }
  }
  return { runs, split: held!.split };
}

function byEntry(
  plan: readonly Planned[],
  runs: readonly ComparedRun[],
  shared: Config,
): Pick<ComparedEntry, 'name' | 'settings' | 'runs'>[] {
  const entries = [...new Set(plan.map(({ entry }) => entry))];
  return entries.map((entry) => {
    const { config } = plan.find((planned) => planned.entry === entry)!;
    return { name: entry.name, settings: differences(config, shared), runs: runs.filter((_, i) => plan[i].entry === entry) };
  });
}

async function writeComparison(comparison: Comparison, out: string): Promise<string[]> {
  const contents = {
    'compare.md': comparisonMarkdown(comparison, 'compare.svg'),
    'compare.svg': comparisonChart(comparison),
    'compare.html': comparisonPage(comparison),
    'compare.json': `${JSON.stringify(comparison, null, 2)}\n`,
  };
  for (const [name, text] of Object.entries(contents)) await nodeFiles.writeAtomic(`${out}/${name}`, [new TextEncoder().encode(text)]);
  return Object.keys(contents).map((name) => `${out}/${name}`);
}

/** The same command goes on after an interruption, and repeats the comparison elsewhere. */
function thisCommand(): string {
  const output = ['--json', '--quiet', '--verbose'];
  return [
    'spikeray',
    ...process.argv
      .slice(2)
      .filter((argument) => !output.includes(argument))
      .map(quoted),
  ].join(' ');
}

function interrupted(out: string): Result {
  const resume = thisCommand();
  return { json: { interrupted: true, out, resume }, text: `interrupted; to go on: ${resume}\n`, exitCode: INTERRUPTED };
}
