/** What the engine of a stage has to hold: reserved when it is made, estimated before (jobs/training-memory.ts). */
import { maxStepsPerRay } from '../lattice/lattice.ts';
import { voxelCount } from '../geometry/grid.ts';
import type { Capacity } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import { type FieldSpec, type NetworkSpec } from '../model/field-spec.ts';
import { gridFloats } from '../model/tensor-shape.ts';
import { stageVariation } from './loss-terms.ts';
import { fineSpec, regionOf } from './stage-spec.ts';

export function coarseCapacity({ coarse }: Config, { grid }: FieldSpec): Capacity {
  return { voxels: voxelCount(grid), trainRays: coarse.rays };
}

/**
 * What the field will need after the last scaling.
 *
 * @param spec at any scaling
 * @param teacherVoxels of the grid of the teacher; 0: none
 */
export function fineCapacity(config: Config, spec: FieldSpec, teacherVoxels: number): Capacity {
  const { scaleAt, rays, loss } = config.fine;
  const last = fineSpec(config, regionOf(spec), scaleAt.length);
  return {
    voxels: voxelCount(last.grid),
    fieldFloats: gridFloats(last),
    steps: maxStepsPerRay(last),
    trainRays: rays,
    teacherVoxels,
    totalVariation: stageVariation(loss),
    dropout: spec.network !== null && dropoutOf(config, spec.network) > 0,
  };
}

/** ReLUs are never dropped. */
export function dropoutOf(config: Config, { neuron }: NetworkSpec): number {
  return neuron === 'relu' ? 0 : config.network.dropout;
}
