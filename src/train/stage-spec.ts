/**
 * The field of a stage: grid resolution, step length and density activation from the config and a box (DVGO `_set_grid_resolution`,
 * `__init__`).
 *
 *     voxelSize  = cbrt(volume / voxels)                size = floor(extent / voxelSize)
 *     stepLength = stepSize * voxelSize                 interval = stepSize * voxelSize / baseVoxelSize
 *     densityShift = log(1 / (1 - alphaInit) - 1) + shiftPerScaling * scalings
 *
 * with baseVoxelSize that of the stage's full grid in the same box. So an untrained voxel of the full grid, crossed over its whole edge, has
 * alpha = alphaInit, and a smaller grid describes the same density per metre. Forward-facing fields are divided otherwise (model/planes.ts).
 */
import type { Box } from '../geometry/box.ts';
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Config } from '../config/schema.ts';
import { InputError } from '../base/errors.ts';
import { twinOf, voxelSize, type FieldSpec, type GridSpec, type NetworkSpec } from '../model/field-spec.ts';
import { planeGrid, planeSteps } from '../model/planes.ts';
import { scaledVoxels } from './schedule.ts';

/** Feature channels of the fine stage: what the colour network reads. */
const FINE_CHANNELS = 12;
/** The coarse stage has no network: its features are colour logits. */
const COARSE_CHANNELS = 3;
/** Keeps a size that is whole but for rounding (64 voxels of a cube: 63.999...) from being floored to the next smaller. */
const ROUNDING = 1e-6;

/** What of a scene a field covers. */
export interface Region extends Pick<FieldSpec, 'space' | 'near'> {
  readonly box: Box;
}

/** Forward-facing fields begin with the colour network at once; unbounded ones may. */
export function hasCoarseStage({ space }: Pick<SceneData, 'space'>, { coarse }: Config): boolean {
  return space.kind === 'bounded' || (space.kind === 'unbounded' && coarse.steps > 0);
}

export function regionOf({ space, near, grid }: FieldSpec): Region {
  return { space, near, box: grid };
}

export function gridOf(box: Box, voxels: number): GridSpec {
  const edge = voxelSize(box.min, box.max, voxels);
  const points = (axis: number): number => Math.max(2, Math.floor((box.max[axis] - box.min[axis]) / edge + ROUNDING));
  return { size: [points(0), points(1), points(2)], min: box.min, max: box.max };
}

export function shiftForAlpha(alphaInit: number): number {
  return Math.log(1 / (1 - alphaInit) - 1);
}

export function coarseSpec(config: Config, { space, box, near }: Region): FieldSpec {
  const stage = config.coarse;
  checkRays(space, config.fine);
  return {
    space,
    grid: gridOf(box, stage.voxels),
    featureChannels: COARSE_CHANNELS,
    network: null,
    densityShift: shiftForAlpha(stage.alphaInit),
    interval: stage.stepSize,
    stepLength: stage.stepSize * voxelSize(box.min, box.max, stage.voxels),
    near,
    alphaThreshold: stage.alphaThreshold,
    weightThreshold: stage.weightThreshold,
  };
}

/** The networks of the fine stage, one after the other: with `annShare` the ANN first. A teacher's student needs no ANN of its own. */
export function networksOf({ network, fine, distillation }: Config): readonly NetworkSpec[] {
  const alone = network.neuron === 'relu' || fine.annShare === 0 || distillation.teacher !== null;
  return alone ? [network] : [twinOf(network), network];
}

/** The field after `scalings` doublings of the voxel count, out of `config.fine.scaleAt.length`. */
export function fineSpec(config: Config, region: Region, scalings: number): FieldSpec {
  const stage = config.fine;
  const { space, near, box } = region;
  checkRays(space, stage);
  const voxels = scaledVoxels(stage.voxels, scalings, stage.scaleAt.length);
  const division = space.kind === 'ndc' ? dividePlanes(stage, box, voxels) : divideCubes(stage, box, voxels);
  return {
    space,
    ...division,
    featureChannels: FINE_CHANNELS,
    network: config.network,
    densityShift: division.densityShift + stage.shiftPerScaling * scalings,
    near,
    alphaThreshold: stage.alphaThreshold,
    weightThreshold: stage.weightThreshold,
  };
}

type Division = Pick<FieldSpec, 'grid' | 'densityShift' | 'interval' | 'stepLength'>;

function divideCubes(stage: Config['fine'], box: Box, voxels: number): Division {
  const edge = voxelSize(box.min, box.max, voxels);
  return {
    grid: gridOf(box, voxels),
    densityShift: shiftForAlpha(stage.alphaInit),
    interval: (stage.stepSize * edge) / voxelSize(box.min, box.max, stage.voxels),
    stepLength: stage.stepSize * edge,
  };
}

/** Only in a box are there rays that meet nothing. */
function checkRays({ kind }: FieldSpec['space'], { raysFrom }: Config['fine']): void {
  if (kind === 'bounded' || raysFrom === 'all') return;
  const [scene, preset] = kind === 'ndc' ? ['a forward-facing scene', 'llff'] : ['an unbounded scene', 'unbounded'];
  throw new InputError(
    `fine.raysFrom=occupied has no meaning for ${scene}: every ray meets something`,
    `Use --preset ${preset}, or --set fine.raysFrom=all.`,
  );
}

function dividePlanes({ planes, stepSize }: Config['fine'], box: Box, voxels: number): Division {
  return { grid: planeGrid(box, voxels, planes), densityShift: 0, ...planeSteps(planes, stepSize) };
}
