/** `spikeray train SCENE`: from a scene to a run folder. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { SceneData } from '../../../datasets/scene-data.ts';
import { AUTO } from '../../backends/select-backend.ts';
import { InputError, SpikeRayError } from '../../base/errors.ts';
import { wholeNumber } from '../../base/option-values.ts';
import { withMaxSteps } from '../../config/planned-steps.ts';
import { DEFAULT_PRESET, resolveConfig } from '../../config/resolve-config.ts';
import type { Config } from '../../config/schema.ts';
import { withValue } from '../../config/settings.ts';
import { presetFor } from '../../jobs/choose-preset.ts';
import { together } from '../../jobs/training-log.ts';
import type { Trained } from '../../jobs/train-into.ts';
import { trainScene } from '../../jobs/train-scene.ts';
import { backendRequest, type BackendOptions } from '../../node/backend-request.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { nodeMachine } from '../../node/node-machine.ts';
import { checkFolderFree } from '../../run/check-folder-free.ts';
import type { LiveTraining } from '../../frames/live-training.ts';
import { describeTraining } from '../terminal/describe-training.ts';
import { INTERRUPTED, listenForInterrupt, type Interrupt } from '../terminal/interrupt.ts';
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
import { loggersOf, logOption } from '../terminal/training-logs.ts';
import { DEFAULT_PORT, underView, viewerPort } from '../terminal/train-under-view.ts';

interface TrainOptions extends OutputOptions, BackendOptions {
  readonly preset?: string;
  readonly format?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly maxSteps?: string;
  /** true: on the usual port. */
  readonly viewer?: string | true;
  readonly log?: string;
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
    .addOption(logOption())
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
  return addOutputOptions(addBackendOptions(command, { backend: 'auto, the fastest that can run' }));
}

async function train(path: string, options: TrainOptions): Promise<void> {
  await runAction(options, async (report) => {
    const planned = configOf(options, options.preset ?? DEFAULT_PRESET);
    const request = backendRequest(options, AUTO);
    const port = options.viewer === undefined ? null : viewerPort(options.viewer);
    const force = options.force ?? false;
    const loggers = await loggersOf(options.log);
    if (options.out === '') throw new InputError('--out: expected a folder, found an empty name', 'Give a folder, or leave --out out.');
    if (options.out !== undefined) await checkFolderFree(nodeFiles, options.out, force, 'run');
    const interrupt = listenForInterrupt();
    const { signal } = interrupt;
    const trained = await trainScene({
      machine: nodeMachine,
      place: { path, format: checkFormat(options.format) },
      opening: planned.scene,
      config: (scene) => (options.preset === undefined ? configOf(options, presetFor(scene, report)) : planned),
      folder: (scene, config) => options.out?.replace(/(?<=.)\/+$/, '') ?? freeFolder(scene, config),
      force,
      backend: request,
      signal,
      report,
      around: async (run, train, seen) => {
        const log = loggers.map((open) => open(run, seen));
        const toItsEnd = (live?: LiveTraining): Promise<Trained> => {
          const watching = live === undefined ? log : [live, ...log];
          return train(watching.length === 0 ? undefined : together(watching)).finally(interrupt.release);
        };
        return port === null ? toItsEnd() : underView(run, port, signal, report, toItsEnd);
      },
    });
    return trained === null ? nothingDone(interrupt) : describeTraining(trained, options);
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
