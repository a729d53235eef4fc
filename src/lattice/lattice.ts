/**
 * The lattice of a field: the points that divide its box, and the steps that rays take through it. Together with the occupancy [V] of its points it
 * is all that marching knows; what is stored for which point is the representation's affair (model/representations/).
 */
import type { GridSpec } from '../geometry/grid.ts';
import { spaceOf } from '../spaces/index.ts';
import type { FieldSpace } from '../spaces/space.ts';

export interface Lattice {
  readonly space: FieldSpace;
  readonly grid: GridSpec;
  /** b in alpha = 1 - (1 + exp(density + b))^-interval; DVGO's act_shift. */
  readonly densityShift: number;
  /** Exponent of the alpha activation: step size in voxels * voxel size / base voxel size. */
  readonly interval: number;
  /** Distance between two steps of a ray: metres, or units of the direction (see FieldSpace). */
  readonly stepLength: number;
  /** Nearest distance of a sample, in units of the ray direction (z-depth for camera rays). */
  readonly near: number;
  /** Samples with alpha at or below it do not exist. */
  readonly alphaThreshold: number;
  /** Alpha up to which a refresh takes a grid point for empty; missing: alphaThreshold. */
  readonly occupancyAlpha?: number;
  /** Samples with weight at or below it are not shown to the network (they still attenuate). */
  readonly weightThreshold: number;
}

export function occupancyAlphaOf({ alphaThreshold, occupancyAlpha }: Pick<Lattice, 'alphaThreshold' | 'occupancyAlpha'>): number {
  return occupancyAlpha ?? alphaThreshold;
}

/** A ray stops once its transmittance is below this (DVGO's alpha2weight). */
export const MIN_TRANSMITTANCE = 1e-3;

/** Steps on the longest possible ray through the box: the most samples a ray can have. */
export function maxStepsPerRay({ space, grid, stepLength }: Pick<Lattice, 'space' | 'grid' | 'stepLength'>): number {
  return spaceOf(space).maxSteps(grid, stepLength);
}
