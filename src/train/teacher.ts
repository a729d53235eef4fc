/**
 * Distillation: a finished ANN of the same scene as teacher. It answers with colours (and potentials) at the student's samples; the student may
 * also begin with the teacher's field instead of a coarse stage of its own.
 */
import { readValues } from '../model/field-values.ts';
import { representationOf } from '../model/representations/index.ts';
import { WEIGHTS } from '../model/tensor-names.ts';
import type { FieldEngine } from '../engine/backend.ts';
import { InputError } from '../base/errors.ts';
import type { NetworkSpec } from '../model/field-spec.ts';
import type { Checkpoint } from './checkpoint.ts';

/** Throws InputError, with both shapes, unless a network of the config can learn from the teacher's. */
export function checkTeacherFits(teacher: NetworkSpec, student: NetworkSpec, where: string): void {
  if (teacher.neuron !== 'relu')
    throw new InputError(
      `${where}: expected an ANN as teacher, found a network of ${teacher.neuron}`,
      'Train one with --ann, or use --teacher twin.',
    );
  if (teacher.width === student.width && teacher.viewFrequencies === student.viewFrequencies) return;
  const shape = ({ width, viewFrequencies }: NetworkSpec): string => `network.width=${width}, network.viewFrequencies=${viewFrequencies}`;
  throw new InputError(
    `${where}: the teacher's network has ${shape(teacher)}; this run has ${shape(student)}`,
    'Give both the same shape, or use --teacher twin.',
  );
}

/** The engine's copy is its own: nothing of the checkpoint is kept. */
export async function setTeacher(engine: FieldEngine, teacher: Checkpoint): Promise<void> {
  const { spec } = teacher;
  const [w1, w2, w3] = await Promise.all(WEIGHTS.map((name) => teacher.read(name)));
  const features = representationOf(spec).featuresAt(spec, await readValues(teacher));
  await engine.setTeacher({ grid: spec.grid, features, w1, w2, w3 });
}
