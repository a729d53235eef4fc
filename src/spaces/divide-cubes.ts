/**
 * Division of a box into cubic voxels (DVGO `_set_grid_resolution`, `__init__`):
 *
 *     grid         about `voxels` cubes            stepLength = stepSize * voxelSize            interval = stepSize * voxelSize / baseVoxelSize
 *     densityShift = log(1 / (1 - alphaInit) - 1)
 *
 * with baseVoxelSize that of the full grid in the same box. So an untrained voxel of the full grid, crossed over its whole edge, has
 * alpha = alphaInit, and a smaller grid describes the same density per metre.
 */
import type { Box } from '../geometry/box.ts';
import { cubeGrid, voxelSize } from '../geometry/grid.ts';
import type { Division, DivisionSettings } from './space.ts';

export function divideCubes(settings: Omit<DivisionSettings, 'planes'>, box: Box, voxels: number): Division {
  const edge = voxelSize(box.min, box.max, voxels);
  return {
    grid: cubeGrid(box, voxels),
    densityShift: shiftForAlpha(settings.alphaInit),
    interval: settings.stepSize * (edge / voxelSize(box.min, box.max, settings.voxels)),
    stepLength: settings.stepSize * edge,
  };
}

export function shiftForAlpha(alphaInit: number): number {
  return Math.log(1 / (1 - alphaInit) - 1);
}
