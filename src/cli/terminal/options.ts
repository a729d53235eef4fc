/** Options that several commands share, and how their texts become values. */
import { SPACE_KINDS, spaceFacts } from '../../spaces/index.ts';
import { MOST_THREADS, USUAL_THREADS } from '../../backends/wasm/lanes.ts';
import { wholeNumber } from '../../base/option-values.ts';
import { Option, type Command } from 'commander';
import { LARGEST_SIDE } from '../../../renderer/paths/nerfstudio-path.ts';
import { presets } from '../../config/presets.ts';
import { DEFAULT_PRESET, parseAssignment, type Request } from '../../config/resolve-config.ts';
import { findSetting, valueAt } from '../../config/settings.ts';
import { InputError } from '../../base/errors.ts';

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--json', 'write the result to stdout as one JSON document')
    .option('--quiet', 'no progress on stderr, only warnings and errors')
    .option('--verbose', 'every progress event, and stack traces of errors');
}

export function checkpointOption(): Option {
  return new Option('--checkpoint <file>', 'this checkpoint instead of the newest');
}

/** For commands that open a run's field. */
export function skipMaskOption(): Option {
  return new Option('--skip-mask <file>', 'leave out the places that this mask takes for empty (spikeray skip)');
}

/** Options of `train` that stand for a key of the config. */
const SHORTCUTS: Readonly<Record<string, string>> = {
  neuron: 'network.neuron',
  temporal: 'network.temporal',
  order: 'network.order',
  teacher: 'distillation.teacher',
  spikePenalty: 'fine.spikePenalty',
  spikeTargets: 'fine.spikeTargets',
  downscale: 'scene.downscale',
  holdout: 'scene.holdout',
  maxMinutes: 'budget.maxMinutes',
  seed: 'seed',
};

/** An option that sets a key of the config: description, range and default come from the schema. */
export function settingOption(flags: string, key: string, more = ''): Option {
  const setting = findSetting(key)!;
  const value = valueAt(presets[DEFAULT_PRESET], key);
  const standard = value === null ? 'none' : String(value);
  return new Option(flags, `${setting.description}${more}: ${setting.range} (default: ${standard})`);
}

/** What the options ask of the config, in order: shortcuts, then --set. */
export function requestsOf(options: Readonly<Record<string, unknown>>): Request[] {
  const requests: Request[] = [];
  for (const [name, key] of Object.entries(SHORTCUTS)) {
    const value = options[name];
    if (typeof value === 'string')
      requests.push({ key, value, source: `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}` });
  }
  if (options.ann === true) {
    if (options.neuron !== undefined && options.neuron !== 'relu')
      throw new InputError(
        `--ann and --neuron ${String(options.neuron)} contradict each other`,
        '--ann means --neuron relu; give one of them.',
      );
    requests.push({ key: 'network.neuron', value: 'relu', source: '--ann' });
  }
  const assignments = ((options.set ?? []) as readonly string[]).map(parseAssignment);
  // The twin has everything of the others but their neuron.
  const plain = options.ann === true ? [{ key: 'network.neuronParameters', value: '{}', source: '--ann' }] : [];
  return [...requests, ...assignments, ...plain];
}

/** Gathers the values of an option that may be given several times. */
export function collect(value: string, gathered: readonly string[] = []): string[] {
  return [...gathered, value];
}

/** "800x600" */
export function imageSize(option: string, text: string): { width: number; height: number } {
  const match = /^(\d+)x(\d+)$/i.exec(text);
  if (match === null) throw new InputError(`${option} ${text}: expected WIDTHxHEIGHT in pixels`, `For example ${option} 800x800.`);
  return { width: wholeNumber(option, match[1], 1, LARGEST_SIDE), height: wholeNumber(option, match[2], 1, LARGEST_SIDE) };
}

/** @param standards what is used without the option */
export function addBackendOptions(command: Command, standards: { readonly backend: string; readonly threads?: string }): Command {
  const threads = standards.threads ?? USUAL_THREADS;
  return command
    .optionsGroup('Machine:')
    .option('--backend <name>', `auto, webgpu, wasm or tfjs; a named backend runs or fails with the reason (default: ${standards.backend})`)
    .option('--gpu <name>', 'GPU of the webgpu backend: part of its name, or its number in `spikeray doctor` (default: the first real GPU)')
    .option('--threads <n>', `threads of the wasm backend: a whole number from 1 to ${MOST_THREADS} (default: ${threads})`);
}

export function presetOption(): Option {
  const others = SPACE_KINDS.map((kind) => spaceFacts({ kind })).filter(({ preset }) => preset !== DEFAULT_PRESET);
  return new Option(
    '--preset <name>',
    `settings to start from: ${Object.keys(presets).join(', ')} (default: ${[DEFAULT_PRESET, ...others.map(({ preset, sceneName }) => `${preset} for ${sceneName}`)].join(', ')})`,
  );
}
