/** Whether a teacher fits a field and what was reserved for it: the same on every backend. */
import { viewInputs, voxelCount, type FieldSpec } from '../../model/field-spec.ts';
import type { LossWeights, Teacher } from '../../engine/backend.ts';

/** Throws RangeError. `room`: voxels that the engine was made for. */
export function checkTeacher(teacher: Teacher, { network, featureChannels }: FieldSpec, room: number): void {
  if (network === null) throw new RangeError('A field without a network has no teacher.');
  const voxels = voxelCount(teacher.grid);
  if (voxels > room) throw new RangeError(`The teacher has ${voxels} voxels; this engine was made for ${room}.`);
  const { width } = network;
  const lengths = {
    features: voxels * featureChannels,
    w1: (featureChannels + viewInputs(network)) * width,
    w2: width * width,
    w3: width * 3,
  };
  for (const [name, length] of Object.entries(lengths) as [keyof typeof lengths, number][]) {
    if (teacher[name].length !== length)
      throw new RangeError(`The teacher's ${name} has to have ${length} values, not ${teacher[name].length}.`);
  }
}

/** Whether a step asks the teacher. Throws RangeError if there is none. */
export function usesTeacher({ teacherColour, teacherPotential }: LossWeights, present: boolean): boolean {
  if (teacherColour === 0 && teacherPotential === 0) return false;
  if (!present) throw new RangeError('The loss has terms of a teacher, and none was set.');
  return true;
}
