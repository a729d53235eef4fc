/** A field's spec as it is read from files: nothing is believed before it is checked. */
import { voxelCount } from '../geometry/grid.ts';
import { z } from 'zod';
import { fieldSpaceSchema } from '../spaces/index.ts';
import { networkSchema } from '../config/schema.ts';

/** More voxels than any config allows: a claim beyond it is nonsense. */
const MOST_VOXELS = 2 ** 28;

const finite = z.number().finite();
const vector = z.tuple([finite, finite, finite]);
const points = z.number().int().min(2).max(MOST_VOXELS);

export const fieldSpecSchema = z.strictObject({
  space: fieldSpaceSchema,
  grid: z
    .strictObject({ size: z.tuple([points, points, points]), min: vector, max: vector })
    .refine((grid) => voxelCount(grid) <= MOST_VOXELS, 'too many voxels')
    .refine((grid) => grid.min.every((low, axis) => low < grid.max[axis]), 'the box is empty'),
  featureChannels: z.number().int().min(1).max(64),
  network: networkSchema.nullable(),
  densityShift: finite,
  interval: finite.positive(),
  stepLength: finite.positive(),
  near: finite.nonnegative(),
  alphaThreshold: finite.nonnegative(),
  weightThreshold: finite.nonnegative(),
});
