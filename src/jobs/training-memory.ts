/** Estimates what training will need, and refuses what would not fit before anything is computed or written. */
import { gridParameters } from '../model/tensor-names.ts';
import { largest, representationOf } from '../model/representations/index.ts';
import { tensorShape } from '../model/tensor-shape.ts';
import type { Region } from '../spaces/space.ts';
import { voxelCount } from '../geometry/grid.ts';
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Backend, Capacity } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import { MemoryError } from '../base/errors.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { fitGrid } from '../train/fit-grid.ts';
import { sceneRegion } from '../train/scene-region.ts';
import { coarseCapacity, fineCapacity } from '../train/stage-capacity.ts';
import { coarseSpec, fineRepresentation, fineSpec, networksOf } from '../train/stage-spec.ts';
import { hasCoarseStage } from '../spaces/index.ts';
import { byteSize } from '../base/format.ts';

export interface TrainingMemory {
  /** The field of the larger stage, as the backend estimates it; it lies in the memory of the backend (`Backend.memory`). */
  readonly field: number;
  /** Parameters of a field that is nowhere empty, twice: before and after the grid is scaled. While saving a tensor is held, and what is stored of it. */
  readonly copies: number;
  /** What is held of the ANN that teaches while its tensors are read, nowhere empty; its part of the field is in `field`. */
  readonly teacher: number;
  readonly images: number;
  /** What this process may take in all. */
  readonly total: number;
}

/** Of a voxel: its density, and three flags. */
const REFRESHED_BYTES = 7;

/** The backends of the processor address at most this much for a field. */
const ADDRESSABLE = 2 ** 32;

/** @param teacherSpikes whether the teacher, if there is one, is a network of spikes */
export function trainingMemory(scene: SceneData, asked: Config, backend: Backend, teacherSpikes = false): TrainingMemory {
  const config = fitGrid(asked, scene);
  const views = scene.splits.train ?? [];
  const images = views.reduce((sum, view) => sum + view.rgba.length, 0);
  const region = sceneRegion(scene, config.scene);
  const fine = largest(fineSpec(config, region, config.fine.scaleAt.length));
  const taught = config.distillation.teacher !== null;
  // A teacher that is not trained yet counts with the student's settings: nothing better is known of it.
  const taughtBy = taught ? { voxels: voxelCount(fine.grid), spikes: teacherSpikes } : null;
  const capacity = (spec: FieldSpec): Capacity => fineCapacity(config, spec, taughtBy);
  const stages = networksOf(config).map((network) => ({ ...fine, network }));
  const field = Math.max(
    hasCoarseStage(scene.space, config.coarse.steps) ? coarseBytes(config, region, backend) : 0,
    ...stages.map((spec) => backend.estimateBytes(spec, capacity(spec))),
  );
  const sizes = gridParameters(fine).map((name) => tensorShape(name, fine).reduce((a, b) => a * b, Float32Array.BYTES_PER_ELEMENT));
  const parameters = sizes.reduce((a, b) => a + b, 0);
  // Where tensors hold only some points, a refresh of the occupancy makes densities and flags of all.
  const refreshed = representationOf(fine).partial === undefined ? 0 : REFRESHED_BYTES * voxelCount(fine.grid);
  const copies = Math.max(2 * parameters, refreshed);
  // Its features are handed over as those of dense grids, whatever it keeps them in.
  const handedOver = voxelCount(fine.grid) * representationOf(fine).features * Float32Array.BYTES_PER_ELEMENT;
  const teacher = taught ? parameters + (fine.representation.kind === 'dense' ? 0 : handedOver) : 0;
  return { field, copies, teacher, images, total: (backend.memory === 'process' ? field : 0) + copies + teacher + images };
}

function coarseBytes(config: Config, region: Region, backend: Backend): number {
  const coarse = coarseSpec(config, region);
  return backend.estimateBytes(coarse, coarseCapacity(config, coarse));
}

/**
 * @param available bytes, besides the images, which are loaded already
 * @param teacherSpikes as above
 */
export function checkTrainingMemory(
  scene: SceneData,
  asked: Config,
  backend: Backend,
  available: number,
  teacherSpikes = false,
): TrainingMemory {
  const config = fitGrid(asked, scene);
  const needed = trainingMemory(scene, config, backend, teacherSpikes);
  const grid = `${config.fine.voxels} voxels, ${config.fine.rays} rays a step`;
  const { partial } = representationOf({ representation: fineRepresentation(config.field) });
  const share = partial === undefined ? '' : 'a smaller share (--set field.share=…), ';
  const fix = `Use ${share}fewer voxels (--set fine.voxels=${Math.floor(config.fine.voxels / 4)}), fewer rays (--set fine.rays=…), or smaller images (--downscale N).`;
  if (backend.name !== 'webgpu' && needed.field > ADDRESSABLE)
    throw new MemoryError(`training needs ${byteSize(needed.field)} for the field (${grid}); ${backend.name} can address 4 GiB`, fix);
  const wanted = needed.total - needed.images;
  const teacher = needed.teacher > 0 ? `; teacher ${byteSize(needed.teacher)}` : '';
  if (wanted > available)
    throw new MemoryError(
      `training needs ${byteSize(wanted)} besides the images' ${byteSize(needed.images)} ` +
        `(field ${byteSize(needed.field)}${backend.memory === 'gpu' ? ' on the GPU' : ''}: ${grid}; copies ${byteSize(needed.copies)}${teacher}); ` +
        `${byteSize(available)} are available`,
      fix,
    );
  return needed;
}
