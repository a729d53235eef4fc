/**
 * What is compared: entries separated by commas (those inside [] belong to a list), each a neuron and what is different about it.
 *
 *     lif   ann   ternary+distill   lif+spikePenalty=0.01   glif+networkRate=3e-3+fine.spikeTargets=[0.05,0.04]
 *
 * `ann` is the twin, relu. An option is a word, or key=value as with --set; of a key its end is enough where only one setting or parameter of
 * the neuron ends so.
 */
import { InputError } from '../base/errors.ts';
import { builtInNeurons } from '../neurons/index.ts';
import { suggest } from '../base/nearest-name.ts';
import type { Request } from './resolve-config.ts';
import { settings } from './settings.ts';

export interface Entry {
  /** As typed; the name of its folder and row. */
  readonly name: string;
  readonly requests: readonly Request[];
}

export const TWIN = 'ann';

/** Both hidden layers of the published width, of a kind. */
function bothLayers(kind: string): string {
  return JSON.stringify(new Array(2).fill({ kind, width: 128 }));
}

/** Options that stand for a setting, all else as the preset has it; `hadamard` was measured with `fine.networkRate=3e-3` (docs/results.md). */
export const ENTRY_WORDS: Readonly<Record<string, string>> = {
  distill: 'distillation.teacher=twin',
  'im-loss': 'fine.imLoss.weight=1e-4',
  evolutionary: 'network.surrogate=evolutionary',
  'sub-bit': 'network.quantiser=[sub-bit,sub-bit,null]',
  hadamard: 'network.quantiser=[two-bit-rows,hadamard,six-bit-rows]',
  'few-bits': 'network.quantiser=[three-bit-rows,ternary-rows,six-bit-rows]',
  'learned-weights': 'network.quantiser=learned-bits',
  synapses: `network.layers=${bothLayers('hetsyn')}`,
  'two-decays': `network.layers=${bothLayers('hetsyn-2')}`,
};

/** @throws InputError for a word that is unknown, an empty entry, and one that is there twice; values are checked by `resolveConfig` */
export function parseEntries(text: string): Entry[] {
  const entries = text.split(/,(?![^[]*\])/).map((entry) => parseEntry(entry.trim()));
  const twice = entries.find(({ name }, i) => entries.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw new InputError(`--neurons: ${twice.name} is there twice`, 'Leave one of them out.');
  return entries;
}

export function parseEntry(text: string): Entry {
  // The + of an exponent, as in 1e+3, is no separator.
  const [neuron, ...options] = text.split(/\+(?!\d)/);
  const known = [TWIN, ...builtInNeurons.map(({ name }) => name)];
  if (!known.includes(neuron)) throw new InputError(`--neurons: unknown neuron "${neuron}"`, suggest(neuron, known));
  const value = neuron === TWIN ? 'relu' : neuron;
  const plain = value === 'relu' ? [{ key: 'network.neuronParameters', value: '{}', source: '--neurons' }] : [];
  return {
    name: neuron === 'relu' ? [TWIN, ...options].join('+') : text,
    requests: [
      { key: 'network.neuron', value, source: '--neurons' },
      ...plain,
      ...options.map((option) => parseOption(option, value, text)),
    ],
  };
}

function parseOption(option: string, neuron: string, entry: string): Request {
  const assignment = option.includes('=') ? option : ENTRY_WORDS[option];
  if (assignment === undefined)
    throw new InputError(
      `--neurons ${entry}: unknown option "${option}"`,
      `${suggest(option, Object.keys(ENTRY_WORDS))} Or give key=value.`,
    );
  const split = assignment.indexOf('=');
  const key = wholeKey(assignment.slice(0, split), neuron);
  return { key, value: assignment.slice(split + 1), source: `--neurons ${entry}:` };
}

/** fine.spikePenalty for spikePenalty; as it is where it fits none, or several. */
function wholeKey(end: string, neuron: string): string {
  const parameters = builtInNeurons.find(({ name }) => name === neuron)?.parameters ?? {};
  const keys = [...settings.map(({ key }) => key), ...Object.keys(parameters).map((name) => `network.neuronParameters.${name}`)];
  const found = keys.filter((key) => key === end || key.endsWith(`.${end}`));
  return found.length === 1 ? found[0] : end;
}
