/** A field's spec as it is read from files: nothing is believed before it is checked. */
import { voxelCount } from '../geometry/grid.ts';
import { float32, float32Vector, positiveFloat32 } from '../math/float32-schema.ts';
import { z } from 'zod';
import { fieldSpaceSchema, spaceOf } from '../spaces/index.ts';
import { networkSchema } from '../config/network-schema.ts';
import { representationOf, representationSchema } from './representations/index.ts';

/** More voxels than any config allows: a claim beyond it is nonsense. */
const MOST_VOXELS = 2 ** 28;

/** Settings make a step 0.05 to 4 voxels long; rounding to whole voxels and steps takes some more. */
const MOST_STEPS = 25;
const LEAST_STEPS = 0.2;

const fraction = z.number().min(0).max(1);
const points = z.number().int().min(2).max(MOST_VOXELS);

const specSchema = z
  .strictObject({
    space: fieldSpaceSchema,
    grid: z
      .strictObject({ size: z.tuple([points, points, points]), min: float32Vector, max: float32Vector })
      .refine((grid) => voxelCount(grid) <= MOST_VOXELS, 'too many voxels')
      .refine((grid) => grid.min.every((low, axis) => Math.fround(low) < Math.fround(grid.max[axis])), 'the box is empty'),
    representation: representationSchema,
    network: networkSchema.nullable(),
    densityShift: float32,
    interval: positiveFloat32,
    stepLength: positiveFloat32,
    near: float32.nonnegative(),
    alphaThreshold: fraction,
    occupancyAlpha: fraction.optional(),
    weightThreshold: fraction,
  })
  .refine(({ representation, grid }) => representationOf({ representation }).partial?.fits({ grid }) ?? true, 'bricks of another grid')
  .refine(({ space, grid, stepLength }) => {
    const steps = spaceOf(space).maxSteps(grid, stepLength);
    const [x, y, z] = grid.size;
    return steps >= LEAST_STEPS * Math.min(x, y, z) && steps <= MOST_STEPS * (x + y + z);
  }, 'steps of another length than its voxels ask for');

/** Files from before there were other representations say how many channels their dense grids have. */
function withRepresentation(spec: unknown): unknown {
  if (typeof spec !== 'object' || spec === null || !('featureChannels' in spec)) return spec;
  const { featureChannels, ...rest } = spec;
  return { representation: { kind: 'dense', channels: featureChannels }, ...rest };
}

export const fieldSpecSchema = z.preprocess(withRepresentation, specSchema);
