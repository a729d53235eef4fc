/** A field's spec as it is read from files: nothing is believed before it is checked. */
import { voxelCount } from '../geometry/grid.ts';
import { z } from 'zod';
import { fieldSpaceSchema } from '../spaces/index.ts';
import { networkSchema } from '../config/schema.ts';
import { representationSchema } from './representations/index.ts';

/** More voxels than any config allows: a claim beyond it is nonsense. */
const MOST_VOXELS = 2 ** 28;

const finite = z.number().finite();
const vector = z.tuple([finite, finite, finite]);
const points = z.number().int().min(2).max(MOST_VOXELS);

const specSchema = z.strictObject({
  space: fieldSpaceSchema,
  grid: z
    .strictObject({ size: z.tuple([points, points, points]), min: vector, max: vector })
    .refine((grid) => voxelCount(grid) <= MOST_VOXELS, 'too many voxels')
    .refine((grid) => grid.min.every((low, axis) => low < grid.max[axis]), 'the box is empty'),
  representation: representationSchema,
  network: networkSchema.nullable(),
  densityShift: finite,
  interval: finite.positive(),
  stepLength: finite.positive(),
  near: finite.nonnegative(),
  alphaThreshold: finite.nonnegative(),
  weightThreshold: finite.nonnegative(),
});

/** Files from before there were other representations say how many channels their dense grids have. */
function withRepresentation(spec: unknown): unknown {
  if (typeof spec !== 'object' || spec === null || !('featureChannels' in spec)) return spec;
  const { featureChannels, ...rest } = spec;
  return { representation: { kind: 'dense', channels: featureChannels }, ...rest };
}

export const fieldSpecSchema = z.preprocess(withRepresentation, specSchema);
