/** `npm run bench -- curve SCENE`: options as those of the command line, files like those of `compare`. */
import { availableParallelism, cpus } from 'node:os';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { SPLIT_NAMES } from '../../datasets/scene-format.ts';
import { InputError } from '../../src/base/errors.ts';
import type { Reporter } from '../../src/base/events.ts';
import { wholeNumber, word } from '../../src/base/option-values.ts';
import { INTERRUPTED, listenForInterrupt } from '../../src/cli/terminal/interrupt.ts';
import {
  addBackendOptions,
  addOutputOptions,
  collect,
  requestsOf,
  settingOption,
  type OutputOptions,
} from '../../src/cli/terminal/options.ts';
import { runAction, type Result } from '../../src/cli/terminal/run-action.ts';
import { checkFormat, formatOption } from '../../src/cli/terminal/scene-options.ts';
import { parseEntries } from '../../src/config/compare-entries.ts';
import { DEFAULT_PRESET } from '../../src/config/resolve-config.ts';
import { standaloneSvg } from '../../src/energy/report/page.ts';
import { presetFor } from '../../src/jobs/choose-preset.ts';
import { startToTrain } from '../../src/jobs/start-to-train.ts';
import { backendRequest, type BackendOptions } from '../../src/node/backend-request.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { nodeMachine } from '../../src/node/node-machine.ts';
import { replaceFiles } from '../../src/node/replace-folder.ts';
import { sourceCommit } from '../../src/node/source-commit.ts';
import { thisCommand } from '../../src/node/this-command.ts';
import { VERSION } from '../../src/run/version.ts';
import { CLOCKS, trainCurve, type CurvePoint } from './curve.ts';
import { linesOf, PRESETS_OWN, trainersOf } from './curve-lines.ts';
import { curveChart, curveMarkdown, type Curve } from './curve-report.ts';
import { otherBackend } from './other-build.ts';
import { processorSeconds } from './processor-time.ts';

interface Options extends OutputOptions, BackendOptions {
  readonly minutes: string;
  readonly clock: string;
  readonly with?: string;
  readonly preset?: string;
  readonly neurons?: string;
  readonly format?: string;
  readonly split: string;
  readonly every: string;
  readonly out?: string;
}

const ON_WASM = { choice: 'wasm', threads: null, gpu: null } as const;

export function curveCommand(): Command {
  const command = new Command('curve')
    .description(
      'Trains SCENE once for each time limit, evaluates it on held-out views outside of the clock, and writes curve.md, .svg and .json after every training. What is trained already is not trained again: the same command goes on after an interruption.',
    )
    .argument('<scene>', 'scene folder')
    .option('--minutes <list>', 'time limits with commas between them, ascending', '0.5,1,2,5,10,30')
    .option(
      '--clock <name>',
      'wall, or processor: minutes that the processor works for all threads of the training, whatever else the machine does',
      'wall',
    )
    .option('--with <folder>', 'train the same with the wasm backend of another built checkout too, in turn')
    .option('--preset <list>', 'presets with commas between them, each a line of the chart (default: the one that suits the scene)')
    .option('--neurons <list>', "neurons with commas between them, as for `compare`, each a line of the chart (default: the preset's)")
    .addOption(formatOption())
    .addOption(settingOption('--downscale <n>', 'scene.downscale'))
    .addOption(settingOption('--seed <n>', 'seed'))
    .option('--set <key=value>', 'any other setting, may be repeated; `spikeray config` lists all of them', collect)
    .option('--split <name>', 'val, test or train', 'val')
    .option('--every <k>', 'every k-th view only', '10')
    .option('--out <folder>', 'folder of the runs and the curve (default: runs/curve-SCENE)')
    .action((scene: string, options: Options) => runAction(options, (report) => curve(scene, options, report)));
  return addOutputOptions(addBackendOptions(command, { backend: 'wasm' })).exitOverride();
}

async function curve(path: string, options: Options, report: Reporter): Promise<Result> {
  const minutes = minutesOf(options.minutes);
  const clock = word('--clock', options.clock, CLOCKS);
  const split = word('--split', options.split, SPLIT_NAMES);
  const every = wholeNumber('--every', options.every, 1, 1e6);
  const entries = options.neurons === undefined ? [PRESETS_OWN] : parseEntries(options.neurons);
  const presets = options.preset?.split(',');
  const requests = requestsOf({ ...options });
  const buildCount = options.with === undefined ? 1 : 2;
  const planned = linesOf(presets ?? [DEFAULT_PRESET], entries, requests, buildCount);
  const request = backendRequest(options, ON_WASM);
  const format = checkFormat(options.format);
  for (const [option, value] of Object.entries({ '--clock processor': clock === 'processor', '--with': options.with !== undefined }))
    if (value && request.choice !== 'wasm')
      throw new InputError(`${option} has no meaning for the ${request.choice} backend`, `Leave ${option} out, or use --backend wasm.`);
  const threads = request.threads === null ? {} : { threads: request.threads };
  const other = options.with === undefined ? null : { folder: resolve(options.with), backend: await otherBackend(options.with, threads) };

  const interrupt = listenForInterrupt();
  const machine = clock === 'wall' ? nodeMachine : { ...nodeMachine, seconds: processorSeconds };
  const scene = await machine.openTrainingScene({ path, format }, planned[0].config.scene, report);
  const lines = presets === undefined ? linesOf([presetFor(scene, report)], entries, requests, buildCount) : planned;
  const { backend } = await startToTrain(machine, request, scene, lines[0].config, report);
  const builds = [{ name: 'this build', folder: 'this-build', backend }];
  if (other !== null)
    builds.push({ name: basename(other.folder), folder: `with${other.folder.replace(/[^\w.-]/g, '_')}`, backend: other.backend });
  const trainers = trainersOf(lines, builds);
  const out = options.out?.replace(/(?<=.)\/+$/, '') ?? `runs/curve-${scene.name.replace(/[^\w.-]/g, '_')}`;

  const commit = await sourceCommit();
  const curveOf = (points: readonly CurvePoint[]): Curve => ({
    schema: 2,
    spikeray: VERSION,
    commit,
    created: new Date().toISOString(),
    command: thisCommand(),
    machine: `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}`,
    scene: { name: scene.name, fingerprint: scene.fingerprint },
    clock,
    trainers: trainers.map(({ name, config, backend: { description } }) => ({ name, config, backend: description })),
    split,
    every,
    points,
  });
  let latest = curveOf([]);
  const finished = await trainCurve({
    ...{ machine, clock, scene, minutes, trainers, report, backend: request },
    out: resolve(out),
    place: { path: resolve(path), format: format ?? null },
    measure: { split, every },
    signal: interrupt.signal,
    found: async (points) => writeCurve((latest = curveOf(points)), out),
  });
  interrupt.release();
  if (finished) return { json: latest, text: curveMarkdown(latest, 'curve.svg') };
  const resume = thisCommand();
  return { json: { interrupted: true, out, resume }, text: `interrupted; to go on: ${resume}\n`, exitCode: INTERRUPTED };
}

function minutesOf(text: string): number[] {
  const minutes = text.split(',').map(Number);
  if (minutes.every((limit, i) => limit > (minutes[i - 1] ?? 0) && limit < Infinity)) return minutes;
  throw new InputError(`--minutes ${text}: expected ascending numbers above 0 with commas between them`, 'For example --minutes 0.5,1,2.');
}

async function writeCurve(curve: Curve, out: string): Promise<void> {
  const contents = {
    'curve.md': curveMarkdown(curve, 'curve.svg'),
    'curve.svg': standaloneSvg(curveChart(curve)),
    'curve.json': `${JSON.stringify(curve, null, 2)}\n`,
  };
  await replaceFiles(nodeFiles, out, async (unfinished) => {
    for (const [name, text] of Object.entries(contents))
      await nodeFiles.writeAtomic(`${unfinished}/${name}`, [new TextEncoder().encode(text)]);
  });
}
