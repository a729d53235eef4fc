/** Estimates what training will need, and refuses what would not fit before anything is computed or written. */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Backend } from '../backends/backend.ts';
import type { Config } from '../config/schema.ts';
import { MemoryError } from '../errors.ts';
import { voxelCount } from '../model/field-spec.ts';
import { sceneBox } from '../train/scene-box.ts';
import { coarseSpec, fineSpec } from '../train/stage-spec.ts';
import { byteSize } from './format.ts';

export interface TrainingMemory {
  /** The field of the larger stage, as the backend estimates it; it lies in the memory of the backend (`Backend.memory`). */
  readonly field: number;
  /** Copies made while saving: parameters and moments of a field that is nowhere empty, and once more the largest tensor. */
  readonly copies: number;
  readonly images: number;
  /** Of this process. */
  readonly total: number;
}

/** Tensors of each grid: its values, and Adam's two moments. */
const PARAMETER_AND_MOMENTS = 3;

/** The backends of the processor address at most this much for a field. */
const ADDRESSABLE = 2 ** 32;

export function trainingMemory(scene: SceneData, config: Config, backend: Backend): TrainingMemory {
  const views = scene.splits.train ?? [];
  const images = views.reduce((sum, view) => sum + view.rgba.length, 0);
  const box = sceneBox(scene);
  const coarse = coarseSpec(config, box, scene.near);
  const fine = fineSpec(config, box, scene.near, config.fine.scaleAt.length);
  const field = Math.max(
    backend.estimateBytes(coarse, { voxels: voxelCount(coarse.grid), trainRays: config.coarse.rays }),
    backend.estimateBytes(fine, { voxels: voxelCount(fine.grid), trainRays: config.fine.rays }),
  );
  const channels = fine.featureChannels;
  const copies = voxelCount(fine.grid) * (PARAMETER_AND_MOMENTS * (1 + channels) + channels) * Float32Array.BYTES_PER_ELEMENT;
  return { field, copies, images, total: (backend.memory === 'process' ? field : 0) + copies + images };
}

/** @param available bytes, besides the images, which are loaded already */
export function checkTrainingMemory(scene: SceneData, config: Config, backend: Backend, available: number): TrainingMemory {
  const needed = trainingMemory(scene, config, backend);
  const grid = `${config.fine.voxels} voxels, ${config.fine.rays} rays a step`;
  const fix = `Use fewer voxels (--set fine.voxels=${Math.floor(config.fine.voxels / 4)}), fewer rays (--set fine.rays=…), or smaller images (--downscale N).`;
  if (backend.name !== 'webgpu' && needed.field > ADDRESSABLE)
    throw new MemoryError(`training needs ${byteSize(needed.field)} for the field (${grid}); ${backend.name} can address 4 GiB`, fix);
  if (needed.total - needed.images > available)
    throw new MemoryError(
      `training needs ${byteSize(needed.total - needed.images)} besides the images' ${byteSize(needed.images)} ` +
        `(field ${byteSize(needed.field)}${backend.memory === 'gpu' ? ' on the GPU' : ''}: ${grid}; copies while saving ${byteSize(needed.copies)}); ` +
        `${byteSize(available)} are available`,
      fix,
    );
  return needed;
}
