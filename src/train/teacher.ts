/**
 * Distillation: a finished run of the same scene as teacher, an ANN or a network of the student's neurons. It answers with colours (and potentials) at
 * the student's samples; the student may also begin with the teacher's field instead of a coarse stage of its own.
 */
import { readValues } from '../model/field-values.ts';
import { representationOf } from '../model/representations/index.ts';
import type { FieldEngine } from '../engine/backend.ts';
import { InputError } from '../base/errors.ts';
import type { NetworkSpec } from '../model/field-spec.ts';
import { featureFrequencies } from '../model/feature-encoding.ts';
import { inputLevels } from '../model/input-spikes.ts';
import { learnsRepeats } from '../config/backward.ts';
import { isPoisson, isSpikingNetwork, repeatsOf } from '../model/network-facts.ts';
import { seenWeights } from '../model/quantised-layers.ts';
import { spikingTensors } from '../model/tensor-names.ts';
import { neuronNamed } from '../neurons/index.ts';
import { hiddenWidths, parameterValues } from '../neurons/settings.ts';
import type { Config } from '../config/schema.ts';
import type { RepresentationSpec } from '../model/representations/representation.ts';
import type { Checkpoint } from './checkpoint.ts';
import { fineRepresentation } from './stage-spec.ts';

/** Throws InputError, with what both are, unless a network of the config can learn from the teacher's. */
export function checkTeacherFits(teacher: NetworkSpec, student: NetworkSpec, where: string): void {
  checkShape(teacher, student, where);
  if (teacher.neuron !== 'relu') checkSteps(teacher, student, where);
}

function checkShape(teacher: NetworkSpec, student: NetworkSpec, where: string): void {
  const shape = (network: NetworkSpec): string => {
    const { layers, width, viewFrequencies } = network;
    const neurons = layers ? `network.layers=${JSON.stringify(layers)}` : `network.width=${width}`;
    return `${neurons}, network.viewFrequencies=${viewFrequencies}, network.featureFrequencies=${featureFrequencies(network)}`;
  };
  const meaning = (network: NetworkSpec): string =>
    JSON.stringify([
      network.layers?.map(({ kind }) => kind) ?? ['dense', 'dense'],
      hiddenWidths(network),
      network.viewFrequencies,
      featureFrequencies(network),
    ]);
  if (meaning(teacher) === meaning(student)) return;
  throw new InputError(
    `${where}: the teacher's network has ${shape(teacher)}; this run has ${shape(student)}`,
    'Give both the same shape, or use --teacher twin.',
  );
}

/** Potentials of spikes are compared step by step: a teacher that spikes has the student's neurons, time and inputs. Its quantiser may be another. */
function checkSteps(teacher: NetworkSpec, student: NetworkSpec, where: string): void {
  const [theirs, ours] = [teacher, student].map(stepSettings);
  const other = Object.keys(ours).find((key) => theirs[key] !== ours[key]);
  if (other !== undefined)
    throw new InputError(
      `${where}: the teacher is a network of spikes with network.${other}=${theirs[other]}; this run has network.${other}=${ours[other]}, and its time steps could not be compared`,
      'Give both the same, train a teacher with --ann, or use --teacher twin.',
    );
  if (isPoisson(student))
    throw new InputError(
      `${where}: the teacher is a network of random spikes (network.encoding=poisson), which are others in every pass`,
      'Use --set network.encoding=direct in both, train a teacher with --ann, or use --teacher twin.',
    );
}

/** What time steps are made of, by setting. */
function stepSettings(network: NetworkSpec): Record<string, string> {
  const { neuron, temporal, order, encoding } = network;
  const { parameters } = neuronNamed(neuron);
  const constants = Object.entries(parameterValues(network)).filter(([name]) => parameters[name].learned === null);
  const levels = inputLevels(network);
  return {
    neuron,
    neuronParameters: JSON.stringify(Object.fromEntries(constants)),
    temporal,
    order: temporal === 'repeat' ? '' : order,
    repeats: String(repeatsOf(network)),
    learnRepeats: String(learnsRepeats(network)),
    encoding,
    featureLevels: String(levels.features),
    viewLevels: String(levels.views),
  };
}

/**
 * A teacher answers at the student's samples from its own field, of whichever kind; its network has the shape of the student's, so that the features
 * have to be as many. A field that can take on numbers of points (`ofPoints`) begins as any other, the rest only as one of their own settings.
 *
 * @throws InputError, with both kinds, unless a run with these settings can learn from a field of this kind
 */
export function checkTeacherField(
  teacher: RepresentationSpec,
  { field, distillation }: Pick<Config, 'field' | 'distillation'>,
  where: string,
): void {
  const student = fineRepresentation(field);
  const [theirs, ours] = [teacher, student].map((representation) => representationOf({ representation }).features);
  if (theirs !== ours)
    throw new InputError(
      `${where}: the teacher's places have ${theirs} features (field.kind=${teacher.kind}); those of this run have ${ours} (field.kind=${student.kind})`,
      'Give both the same field.kind and field.features, or use --teacher twin.',
    );
  const [given, wanted] = [teacher, student].map((representation) =>
    JSON.stringify(representationOf({ representation }).partial?.settings ?? representation),
  );
  const takesPoints = representationOf({ representation: student }).ofPoints !== undefined && teacher.kind !== student.kind;
  if (distillation.start !== 'teacher' || given === wanted || takesPoints) return;
  throw new InputError(
    `${where}: the teacher's field is ${given}; this run has ${wanted} and cannot begin with it`,
    'Use --set distillation.start=scratch, or --teacher twin.',
  );
}

/** The engine's copy is its own: nothing of the checkpoint is kept. */
export async function setTeacher(engine: FieldEngine, teacher: Checkpoint): Promise<void> {
  const { spec } = teacher;
  const weights = await seenWeights(spec, (name) => teacher.read(name));
  const features = representationOf(spec).featuresAt(spec, await readValues(teacher));
  const learned = await Promise.all(spikingTensors(spec).map(async (name) => [name, await teacher.read(name)] as const));
  const spiking = isSpikingNetwork(spec.network!) ? new Map(learned) : null;
  await engine.setTeacher({ grid: spec.grid, features, weights: [...weights.values()], spiking });
}
