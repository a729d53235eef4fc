/** What the engine of a stage has to hold: reserved when it is made, estimated before (jobs/training-memory.ts). */
import { maxStepsPerRay } from '../lattice/lattice.ts';
import { voxelCount } from '../geometry/grid.ts';
import type { Capacity } from '../engine/backend.ts';
import { asksTeacher } from '../config/asks-teacher.ts';
import type { Config } from '../config/schema.ts';
import { type FieldSpec, type NetworkSpec } from '../model/field-spec.ts';
import { MemoryError } from '../base/errors.ts';
import { byteSize } from '../base/format.ts';
import { largest, representationOf } from '../model/representations/index.ts';
import { gridFloats } from '../model/tensor-shape.ts';
import { stageVariation } from './loss-terms.ts';
import { fineSpec, regionOf } from './stage-spec.ts';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

export function coarseCapacity({ coarse }: Config, { grid }: FieldSpec): Capacity {
  return { voxels: voxelCount(grid), trainRays: coarse.rays };
}

/**
 * What the field will need after the last scaling.
 *
 * @param spec at any scaling
 * @param begunWith a teacher's voxels, and whether it is a network of spikes; null: none
 */
export function fineCapacity(
  config: Config,
  spec: FieldSpec,
  begunWith: { readonly voxels: number; readonly spikes: boolean } | null,
): Capacity {
  const { scaleAt, rays, loss } = config.fine;
  const teacher = asksTeacher(config.distillation) ? begunWith : null;
  const last = largest(fineSpec(config, regionOf(spec), scaleAt.length));
  return {
    voxels: voxelCount(last.grid),
    fieldFloats: gridFloats(last),
    steps: maxStepsPerRay(last),
    trainRays: rays,
    teacherVoxels: teacher?.voxels ?? 0,
    teacherGrams: teacher !== null && config.distillation.gram > 0,
    teacherSpikes: teacher?.spikes ?? false,
    totalVariation: stageVariation(loss),
    dropout: spec.network !== null && dropoutOf(config, spec.network) > 0,
  };
}

/** Throws MemoryError if what exists of a field in the beginning takes more than it is to have room for in the end. */
export function checkRoom(spec: FieldSpec, { fieldFloats = Infinity }: Capacity): void {
  const floats = gridFloats(spec);
  const { partial } = representationOf(spec);
  if (floats <= fieldFloats || partial === undefined) return;
  throw new MemoryError(
    `the places where matter may be take ${byteSize(FLOAT * floats)}; there is room for ${byteSize(FLOAT * fieldFloats)}`,
    partial.moreRoom(spec),
  );
}

/** ReLUs are never dropped. */
export function dropoutOf(config: Config, { neuron }: NetworkSpec): number {
  return neuron === 'relu' ? 0 : config.network.dropout;
}
