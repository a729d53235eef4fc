/** Settings of what a field is kept in (schema.ts). */
import { z } from 'zod';
import { unused } from './unused.ts';

/** Components of a factor: kernels take four at a time. */
export const componentRank = z.number().int().min(4).max(64).multipleOf(4);
const ranks = z.array(componentRank).length(3);

export const fieldSchema = z.strictObject({
  // The coarse stage has dense grids, whatever the fine one has.
  kind: z
    .enum(['dense', 'bricks', 'vm'])
    .describe(
      'what the fine stage keeps density and features in: dense grids, the same in bricks that exist only where matter may be, or vector-matrix factors (TensoRF)',
    ),
  features: z
    .number()
    .int()
    .min(1)
    .max(64)
    .nullable()
    .describe('features of a place, inputs of the colour network; null: 12 of grids, 27 of factors'),
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(unused.field.share)
    .describe(
      'kind=bricks: share of all bricks that there is room for; those that hold nothing take no memory, but webgpu reserves it; tfjs holds to it only when the stage begins',
    ),
  densityRanks: ranks.describe('kind=vm: components of the density for XY·Z, XZ·Y and YZ·X, multiples of 4'),
  featureRanks: ranks.describe('kind=vm: components of the appearance for XY·Z, XZ·Y and YZ·X, multiples of 4'),
});
