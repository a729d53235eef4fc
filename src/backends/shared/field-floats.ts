/** Numbers of a field's representation: what a backend reserves for it. */
import type { Capacity } from '../../engine/backend.ts';
import { voxelCount } from '../../geometry/grid.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { gridFloats } from '../../model/tensor-shape.ts';

/** The most that the field will have; where the capacity does not say, as its tensors would if they grew with its voxels. */
export function fieldFloatsOf(spec: FieldSpec, { voxels, fieldFloats }: Pick<Capacity, 'voxels' | 'fieldFloats'>): number {
  const floats = gridFloats(spec);
  return Math.max(floats, fieldFloats ?? Math.ceil((floats * voxels) / voxelCount(spec.grid)));
}
