/** `spikeray train SCENE`: from a scene to a run folder. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { SceneData } from '../../../datasets/scene-data.ts';
import { InputError, SpikeRayError } from '../../base/errors.ts';
import { byteSize } from '../../base/format.ts';
import { wholeNumber } from '../../base/option-values.ts';
import { withMaxSteps } from '../../config/planned-steps.ts';
import { DEFAULT_PRESET, resolveConfig } from '../../config/resolve-config.ts';
import type { Config } from '../../config/schema.ts';
import { withValue } from '../../config/settings.ts';
import { presetFor } from '../../jobs/choose-preset.ts';
import { newRecord } from '../../jobs/new-record.ts';
import { openTeacher } from '../../jobs/open-teacher.ts';
import { trainTaught } from '../../jobs/train-run.ts';
import { checkTrainingMemory, trainingMemory } from '../../jobs/training-memory.ts';
import { availableMemory } from '../../node/available-memory.ts';
import { type BackendOptions, backendRequest } from '../../node/backend-request.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { openSceneFor, reportProblems, viewsOf } from '../../node/open-run-scene.ts';
import { AUTO, startBackend } from '../../node/start-backend.ts';
import { checkFolderFree, createRun } from '../../run/run-folder.ts';
import type { LiveTraining } from '../../server/live-training.ts';
import { checkTimeLeft } from '../../train/run-stage.ts';
import { describeTraining } from '../terminal/describe-training.ts';
import { type Interrupt, INTERRUPTED, listenForInterrupt } from '../terminal/interrupt.ts';
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
import { DEFAULT_PORT, underView, viewerPort } from '../terminal/train-under-view.ts';

interface TrainOptions extends OutputOptions, BackendOptions {
  readonly preset?: string;
  readonly format?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly maxSteps?: string;
  /** true: on the usual port. */
  readonly viewer?: string | true;
}

export function trainCommand(): Command {
  const command = new Command('train')
    .description('Trains a spiking radiance field on the training views of SCENE and writes a run folder.')
    .argument('<scene>', 'scene folder')
    .optionsGroup('Run:')
    .option('--out <run>', 'run folder to write (default: runs/SCENE-PRESET-NEURON)')
    .option('--force', 'replace a run that is already in the folder')
    .option(
      '--viewer [port]',
      `show the training in the browser, on this port of this machine (default: ${DEFAULT_PORT}); stays until Ctrl-C`,
    )
    .optionsGroup('Model:')
    .addOption(presetOption())
    .addOption(settingOption('--neuron <name>', 'network.neuron'))
    .option('--ann', 'train the ANN twin: the same as --neuron relu')
    .addOption(settingOption('--teacher <run>', 'distillation.teacher'))
    .addOption(settingOption('--temporal <mode>', 'network.temporal'))
    .addOption(settingOption('--order <order>', 'network.order'))
    .optionsGroup('Training:')
    .addOption(formatOption())
    .addOption(settingOption('--downscale <n>', 'scene.downscale'))
    .addOption(settingOption('--holdout <n>', 'scene.holdout'))
    .option(
      '--max-steps <n>',
      'stop the fine stage after n steps (the coarse stage before it has --set coarse.steps); the schedule stays that of all fine.steps, ' +
        'so that `resume --max-steps` goes on exactly; for a schedule of n steps use --set fine.steps=n',
    )
    .addOption(settingOption('--max-minutes <n>', 'budget.maxMinutes'))
    .addOption(settingOption('--seed <n>', 'seed'))
    .addOption(settingOption('--spike-penalty <x>', 'fine.spikePenalty'))
    .addOption(settingOption('--spike-targets <a,b>', 'fine.spikeTargets'))
    .option('--set <key=value>', 'any other setting, may be repeated; `spikeray config` lists all of them', collect)
    .action((scene: string, options: TrainOptions) => train(scene, options));
  return addOutputOptions(addBackendOptions(command, { backend: 'auto, the fastest that can run', threads: 'all cores' }));
}

async function train(path: string, options: TrainOptions): Promise<void> {
  await runAction(options, async (report) => {
    const planned = configOf(options, options.preset ?? DEFAULT_PRESET);
    const request = backendRequest(options, AUTO);
    const port = options.viewer === undefined ? null : viewerPort(options.viewer);
    const force = options.force ?? false;
    if (options.out === '') throw new InputError('--out: expected a folder, found an empty name', 'Give a folder, or leave --out out.');
    if (options.out !== undefined) await checkFolderFree(nodeFiles, options.out, force);
    const interrupt = listenForInterrupt();
    const format = checkFormat(options.format);
    const scene = await openSceneFor(path, planned.scene, { splits: ['train'], format }, report);
    const config = options.preset === undefined ? configOf(options, presetFor(scene, report)) : planned;
    viewsOf(scene, 'train', path);
    reportProblems(scene, report);
    const backend = await startBackend(request, report, (candidate) => trainingMemory(scene, config, candidate));
    const { teacher: named } = config.distillation;
    const teacher = named === null || named === 'twin' ? undefined : await openTeacher(named, config, scene, null);
    const needed = checkTrainingMemory(scene, config, backend, availableMemory());
    if (interrupt.signal.aborted) return nothingDone(interrupt);
    checkTimeLeft(config, performance.now() / 1000);
    const onGpu = backend.memory === 'gpu' ? `; on the GPU ${byteSize(needed.field)}` : '';
    report({ type: 'note', text: `memory: about ${byteSize(needed.total)} at most; images ${byteSize(needed.images)}${onGpu}` });
    const folder = options.out?.replace(/(?<=.)\/+$/, '') ?? (await freeFolder(scene, config));
    const run = await createRun(nodeFiles, folder, newRecord(path, scene, backend, request, config), force);
    report({ type: 'note', text: `run folder: ${folder}` });
    const secondsBefore = performance.now() / 1000;
    const training = { run, scene, backend, teacher, signal: interrupt.signal, report, secondsBefore };
    const train = async (live?: LiveTraining): Promise<Result> => {
      const trained = await trainTaught({ ...training, live });
      interrupt.release();
      return describeTraining(trained, options);
    };
    return port === null ? train() : underView(run, port, interrupt.signal, report, train);
  });
}

function configOf(options: TrainOptions, preset: string): Config {
  const config = resolveConfig(preset, requestsOf({ ...options }));
  const { teacher } = config.distillation;
  const placed = teacher === null || teacher === 'twin' ? config : withValue(config, 'distillation.teacher', resolve(teacher));
  return options.maxSteps === undefined ? placed : withMaxSteps(placed, wholeNumber('--max-steps', options.maxSteps, 0, 1e9));
}

/** runs/lego-blender-lif, or with the first free number behind it. */
async function freeFolder(scene: SceneData, config: Config): Promise<string> {
  const name = `runs/${scene.name.replace(/[^\w.-]/g, '_')}-${config.preset}-${config.network.neuron}`;
  for (let number = 1; number <= 9999; number++) {
    const folder = number === 1 ? name : `${name}-${number}`;
    if ((await nodeFiles.kind(folder)) === 'missing') return folder;
  }
  throw new SpikeRayError(`${name}: all numbers up to 9999 are taken`, 'Give a folder with --out.');
}

function nothingDone(interrupt: Interrupt): Result {
  interrupt.release();
  return { json: { interrupted: true, run: null, resume: null }, text: 'interrupted before training began\n', exitCode: INTERRUPTED };
}
