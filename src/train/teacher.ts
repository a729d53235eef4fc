/**
 * Distillation: a finished ANN of the same scene as teacher. It answers with colours (and potentials) at the student's samples; the student may
 * also begin with the teacher's field instead of a coarse stage of its own.
 */
import { readValues } from '../model/field-values.ts';
import { representationOf } from '../model/representations/index.ts';
import type { FieldEngine } from '../engine/backend.ts';
import { InputError } from '../base/errors.ts';
import type { NetworkSpec } from '../model/field-spec.ts';
import { seenWeights } from '../model/quantised-layers.ts';
import { hiddenWidths } from '../neurons/settings.ts';
import type { Checkpoint } from './checkpoint.ts';

/** Throws InputError, with both shapes, unless a network of the config can learn from the teacher's. */
export function checkTeacherFits(teacher: NetworkSpec, student: NetworkSpec, where: string): void {
  if (teacher.neuron !== 'relu')
    throw new InputError(
      `${where}: expected an ANN as teacher, found a network of ${teacher.neuron}`,
      'Train one with --ann, or use --teacher twin.',
    );
  const shape = ({ layers, width, viewFrequencies }: NetworkSpec): string => {
    const neurons = layers ? `network.layers=${JSON.stringify(layers)}` : `network.width=${width}`;
    return `${neurons}, network.viewFrequencies=${viewFrequencies}`;
  };
  const meaning = (network: NetworkSpec): string =>
    JSON.stringify([network.layers?.map(({ kind }) => kind) ?? ['dense', 'dense'], hiddenWidths(network), network.viewFrequencies]);
  if (meaning(teacher) === meaning(student)) return;
  throw new InputError(
    `${where}: the teacher's network has ${shape(teacher)}; this run has ${shape(student)}`,
    'Give both the same shape, or use --teacher twin.',
  );
}

/** The engine's copy is its own: nothing of the checkpoint is kept. */
export async function setTeacher(engine: FieldEngine, teacher: Checkpoint): Promise<void> {
  const { spec } = teacher;
  const weights = await seenWeights(spec, (name) => teacher.read(name));
  const features = representationOf(spec).featuresAt(spec, await readValues(teacher));
  await engine.setTeacher({ grid: spec.grid, features, weights: [...weights.values()] });
}
