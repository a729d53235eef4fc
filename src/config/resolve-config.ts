/** From what a person asks for (preset, options, `--set key=value`) to the one validated config of a run. */
import { asksTeacher } from './asks-teacher.ts';
import { InputError } from '../base/errors.ts';
import { nearestName, suggest } from '../base/nearest-name.ts';
import { checkBackward, learnsFromRates, learnsRepeats } from './backward.ts';
import { neuronNamed } from '../neurons/index.ts';
import { isRaised } from '../neurons/regulated-lif.ts';
import { hiddenWidths } from '../neurons/settings.ts';
import { quantiserNamed } from '../quantisers/index.ts';
import { checkNeuron } from './neuron-settings.ts';
import { presets, type PresetName } from './presets.ts';
import { configSchema, type Config } from './schema.ts';
import { findSetting, settingGroups, settings, valueAt, withValue, type Setting } from './settings.ts';

/** One wish, as text from the command line. */
export interface Request {
  /** Dotted key of the config. */
  readonly key: string;
  readonly value: string;
  /** How the person gave it, for messages: "--downscale", "--set". */
  readonly source: string;
}

export const DEFAULT_PRESET: PresetName = 'blender';

/** What decides whether bits are learned, and what they aim at. */
const BUDGET_KEYS = ['network.neuron', 'network.quantiser', 'fine.bitBudget'];

/** Later requests win. Throws InputError naming source, key, value and what is allowed. */
export function resolveConfig(preset: string, requests: readonly Request[]): Config {
  if (!Object.hasOwn(presets, preset)) throw new InputError(`unknown preset "${preset}"`, suggest(preset, Object.keys(presets)));
  return applyRequests(presets[preset as PresetName], requests);
}

/** `config` with the requests applied, validated as a whole. */
export function applyRequests(config: Config, requests: readonly Request[]): Config {
  const changed = requests.reduce(applyOne, config);
  checkConsistency(changed);
  // Runs from before may have one: only who asks for it is told.
  if (requests.some(({ key }) => BUDGET_KEYS.some((start) => key.startsWith(start)))) checkBudget(changed.network, changed.fine.bitBudget);
  return changed;
}

/** "fine.rays=1024" as typed after --set. */
export function parseAssignment(text: string): Request {
  const split = text.indexOf('=');
  if (split <= 0)
    throw new InputError(`--set ${text}: expected key=value`, 'For example --set fine.rays=1024; `spikeray config` lists all keys.');
  return { key: text.slice(0, split).trim(), value: text.slice(split + 1).trim(), source: '--set' };
}

/** Checks JSON (config.json of a run). Throws InputError naming `file` and the key. */
export function parseConfig(json: unknown, file: string): Config {
  const result = configSchema.safeParse(json);
  if (!result.success) {
    const { path, message } = result.error.issues[0];
    throw new InputError(
      `${file}: ${path.length === 0 ? 'config' : path.join('.')}: ${message}`,
      'Restore the file, or train again; `spikeray config` lists all keys and their ranges.',
    );
  }
  checkConsistency(result.data);
  return result.data;
}

function applyOne(config: Config, request: Request): Config {
  const setting = findSetting(request.key);
  if (setting === undefined) throw unknownKey(request);
  const value = parseValue(request.value, setting);
  const changed = withValue(config, request.key, value);
  const result = configSchema.safeParse(changed);
  const isKnown = !setting.isWord || setting.choices.includes(String(value));
  if (result.success && isKnown) return result.data;
  const given = request.source === '--set' ? `--set ${request.key}=${request.value}` : `${request.source} ${request.value}`;
  const about = request.source === '--set' ? '' : ` for ${request.key}`;
  throw new InputError(
    `${given}: expected ${setting.range}${about}`,
    nearestChoice(request.value, setting) ??
      `${request.key} is now ${JSON.stringify(valueAt(config, request.key))}: ${setting.description}.`,
  );
}

function nearestChoice(value: string, { choices }: Setting): string | undefined {
  return choices.length > 1 ? suggest(value, choices) : undefined;
}

function unknownKey({ key, source }: Request): InputError {
  const inGroup = settings.filter((setting) => setting.key.startsWith(`${key}.`)).map((setting) => setting.key);
  if (settingGroups.includes(key))
    return new InputError(`${source} ${key}: this is a group of settings`, `Set one of: ${inGroup.join(', ')}.`);
  const sameName = settings.filter((setting) => setting.key.endsWith(`.${key}`)).map((setting) => setting.key);
  const keys = settings.map((setting) => setting.key);
  const nearest = sameName.length > 0 ? sameName.join(' or ') : nearestName(key, keys);
  const advice = '`spikeray config` lists all keys.';
  return new InputError(`${source} ${key}: unknown key`, nearest === undefined ? advice : `Did you mean ${nearest}? ${advice}`);
}

/** JSON where it is JSON, else text; lists also as 250,500,750, of words also without quotes: [sub-bit,sub-bit,null]. */
function parseValue(text: string, setting: Setting): unknown {
  if (text === 'null') return null;
  if (setting.isText && !(setting.isList && text.startsWith('['))) return text;
  const json = setting.isList && !text.startsWith('[') ? `[${text}]` : text;
  try {
    return JSON.parse(json);
  } catch {
    return setting.isText && setting.isList ? wordsOf(text) : text;
  }
}

/** The entries of [a,b,null]; text that does not end like a list is none. */
function wordsOf(text: string): unknown {
  const inside = /^\[([^[\]"]*)\]$/.exec(text)?.[1];
  if (inside === undefined) return text;
  return inside.split(',').map((word) => (word.trim() === 'null' ? null : word.trim()));
}

/** Settings that are fine alone but not together. */
function checkConsistency({ scene, network, field, fine, distillation }: Config): void {
  checkField(field, fine, distillation);
  checkNeuron(network);
  checkDistillation(network, distillation);
  if (typeof scene.near === 'number' && typeof scene.far === 'number' && scene.near >= scene.far)
    throw new InputError(`scene.near=${scene.near} is not less than scene.far=${scene.far}`, 'Change one of them with --set.');
  if (network.surrogate === 'evolutionary' && network.surrogateAlpha !== null)
    throw new InputError(
      `network.surrogateAlpha=${network.surrogateAlpha} has no meaning with network.surrogate=evolutionary, whose steepness has a schedule`,
      'Use --set network.surrogateAlpha=null, or --set network.surrogate=sigmoid.',
    );
  if (network.encoding === 'poisson' && network.temporal !== 'repeat')
    throw new InputError(
      `network.encoding=poisson has no meaning with network.temporal=${network.temporal}`,
      'Add --temporal repeat, or use --set network.encoding=direct.',
    );
  checkRates(network, fine, distillation);
  checkEncoding(network);
  const layers = hiddenWidths(network).length;
  checkQuantisers(network.quantiser, layers + 1);
  if (fine.spikeTargets !== null && fine.spikeTargets.length !== layers)
    throw new InputError(
      `fine.spikeTargets=${JSON.stringify(fine.spikeTargets)}: expected ${layers} numbers, each a number at least 0, or null`,
      'Give one for each hidden layer.',
    );
  if (fine.handoverScale !== null && fine.handoverScale.length > layers)
    throw new InputError(
      `fine.handoverScale=${JSON.stringify(fine.handoverScale)}: expected at most ${layers} numbers above 0, or null`,
      'Give one for each hidden layer; those that are missing are 1.',
    );
  for (const key of ['scaleAt', 'imageScaleAt', 'shrinkAt'] as const) {
    const at = fine[key];
    if (at.some((step, i) => i > 0 && step < at[i - 1]))
      throw new InputError(`fine.${key}=${JSON.stringify(at)}: expected steps in ascending order`, 'Sort the list.');
  }
  if (fine.firstVoxels !== null && fine.firstVoxels > fine.voxels)
    throw new InputError(`fine.firstVoxels=${fine.firstVoxels} is more than fine.voxels=${fine.voxels}`, 'Change one of them with --set.');
  if (fine.firstVoxels === null && fine.voxels / 2 ** fine.scaleAt.length < 8)
    throw new InputError(
      `fine.voxels=${fine.voxels} cannot be reached by ${fine.scaleAt.length} doublings (fine.scaleAt): the first grid would have fewer than 8 voxels`,
      'Raise fine.voxels or shorten fine.scaleAt.',
    );
}

/** Spikes in front of layer 1 have a step for every feature, not for its sines and cosines. */
function checkEncoding({ featureFrequencies, featureLevels }: Config['network']): void {
  if (featureFrequencies > 0 && featureLevels > 0)
    throw new InputError(
      `network.featureFrequencies=${featureFrequencies} has no meaning with network.featureLevels=${featureLevels}: features that are spikes are shown as they are`,
      'Use --set network.featureLevels=0, or --set network.featureFrequencies=0.',
    );
}

/** Where gradients pass through rates, or layers learn how long they run, time steps are not kept. */
function checkRates(
  network: Config['network'],
  { imLoss, regulation, bitBudget }: Config['fine'],
  { teacher, potential, gram }: Config['distillation'],
): void {
  checkBackward(network);
  checkRepeats(network, bitBudget);
  const kept = !learnsFromRates(network) && !learnsRepeats(network);
  if (kept) return;
  const [key, other] = learnsRepeats(network) ? ['network.learnRepeats=true', 'false'] : ['network.backward=rate', 'time'];
  const wanted = {
    'network.dropout': network.dropout,
    'fine.imLoss.weight': imLoss.weight,
    'fine.regulation.rate': isRaised(neuronNamed(network.neuron)) ? regulation.rate : 0,
    'distillation.potential': teacher === null ? 0 : potential,
    'distillation.gram': teacher === null ? 0 : gram,
  };
  for (const [asked, value] of Object.entries(wanted))
    if (value !== 0)
      throw new InputError(
        `${asked}=${value} has no meaning with ${key}: it needs all time steps, which are not kept`,
        `Use --set ${asked}=0, or --set ${key.split('=')[0]}=${other}.`,
      );
}

/** A target for time steps needs some that are learned. A twin, which has no time, leaves its run's aside. */
function checkRepeats(network: Config['network'], { repeats }: Config['fine']['bitBudget']): void {
  if (repeats === null || network.neuron === 'relu') return;
  if (network.temporal !== 'repeat')
    throw new InputError(
      `fine.bitBudget.repeats=${repeats} has no meaning with network.temporal=${network.temporal}: rays have the length of their samples; bits alone can be learned there`,
      'Use --set fine.bitBudget.repeats=null, or --temporal repeat --set network.learnRepeats=true.',
    );
  if (!learnsRepeats(network))
    throw new InputError(
      `fine.bitBudget.repeats=${repeats} has no meaning with network.learnRepeats=false: no time steps are learned`,
      'Add --set network.learnRepeats=true, or use --set fine.bitBudget.repeats=null.',
    );
  const most = network.repeats + 1;
  if (repeats > most)
    throw new InputError(
      `fine.bitBudget.repeats=${repeats} cannot be reached with network.repeats=${network.repeats}: a layer learns at most one step more, ${most}`,
      `Use a target up to ${most}, or a greater network.repeats.`,
    );
}

/** What only one kind of field has. */
function checkField({ kind }: Config['field'], { shrinkAt, loss }: Config['fine'], { freezeGrids }: Config['distillation']): void {
  if (kind === 'vm' && freezeGrids)
    throw new InputError(
      'distillation.freezeGrids=true has no meaning with field.kind=vm: the matrix that makes the features learns with the network',
      'Use --set distillation.freezeGrids=false.',
    );
  if (kind === 'vm') return;
  const wanted = { 'fine.loss.densityL1.weight': loss.densityL1.weight, 'fine.loss.densityL1.rest': loss.densityL1.rest };
  for (const [key, value] of Object.entries(wanted))
    if (value !== 0) throw new InputError(`${key}=${value} has no meaning with field.kind=${kind}`, 'Use --set field.kind=vm, or 0.');
  if (shrinkAt.length > 0)
    throw new InputError(
      `fine.shrinkAt=${JSON.stringify(shrinkAt)} has no meaning with field.kind=${kind}: the coarse stage finds its box`,
      'Use --set field.kind=vm, or fine.shrinkAt=[].',
    );
}

/** @param layers of the network, the output layer included */
function checkQuantisers(quantiser: Config['network']['quantiser'], layers: number): void {
  for (const name of [quantiser].flat()) if (name !== null) quantiserNamed(name);
  if (Array.isArray(quantiser) && quantiser.length !== layers)
    throw new InputError(
      `network.quantiser=${JSON.stringify(quantiser)}: expected one name for all layers, or a list of ${layers} names or null`,
      'Give an entry for each layer, the output layer included.',
    );
}

/**
 * A target for bits that nobody learns does nothing. Without any quantiser a target of weights waits:
 * entries of a comparison, to all of which it is given, name their own; a twin, which has no spikes, leaves its run's aside.
 */
function checkBudget({ neuron, quantiser }: Config['network'], { weights, spikes }: Config['fine']['bitBudget']): void {
  const named = [quantiser].flat().flatMap((name) => (name === null ? [] : [quantiserNamed(name)]));
  if (weights !== null && named.length > 0 && named.every(({ bits }) => bits === null))
    throw new InputError(
      `fine.bitBudget.weights=${weights} has no meaning with network.quantiser=${JSON.stringify(quantiser)}: no bits of weights are learned`,
      'Use --set fine.bitBudget.weights=null, or --set network.quantiser=learned-bits.',
    );
  if (spikes !== null && neuron !== 'relu' && neuronNamed(neuron).bits === null)
    throw new InputError(
      `fine.bitBudget.spikes=${spikes} has no meaning with network.neuron=${neuron}: no bits of spikes are learned`,
      'Use --set fine.bitBudget.spikes=null, or --set network.neuron=learned-bits.',
    );
}

function checkDistillation({ neuron }: Config['network'], distillation: Config['distillation']): void {
  const { teacher, start, freezeGrids } = distillation;
  if (teacher === null) return;
  if (neuron === 'relu') checkTaughtAnn(distillation);
  if (start === 'scratch' && !asksTeacher(distillation))
    throw new InputError(
      'distillation.start=scratch has no meaning with distillation.colour=0: nothing would be learned from the teacher',
      'Use --set distillation.start=teacher, or a weight above 0.',
    );
  if (freezeGrids && start !== 'teacher')
    throw new InputError(
      `distillation.freezeGrids=true has no meaning with distillation.start=${start}: there would be nothing in the grids`,
      'Use --set distillation.start=teacher.',
    );
}

/** An ANN has another ANN for its teacher, and no potentials. */
function checkTaughtAnn({ teacher, potential, gram }: Config['distillation']): void {
  if (teacher === 'twin')
    throw new InputError(
      'distillation.teacher=twin has no meaning with network.neuron=relu: the twin is this ANN itself',
      'Give the folder of another run, leave out --teacher, or choose a spiking neuron with --neuron.',
    );
  for (const [key, value] of Object.entries({ potential, gram }))
    if (value !== 0)
      throw new InputError(
        `distillation.${key}=${value} has no meaning with network.neuron=relu: an ANN has no potentials`,
        `Use --set distillation.${key}=0, or choose a spiking neuron with --neuron.`,
      );
}
