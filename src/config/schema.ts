/**
 * The one description of a run's settings: names, units, defaults, ranges. `--set key=value`, the help text, `config.json` and the trainer all
 * read it from here. A resolved config together with a scene (and a teacher, if it names one) and nothing else determines a run. Settings with
 * a default are younger than the format: a run whose files lack them was trained as the default says.
 */
import { ORIENTATIONS } from '../io/files.ts';
import { SPACE_KINDS } from '../spaces/index.ts';
import { z } from 'zod';
import { fieldSchema } from './field-schema.ts';
import { networkSchema } from './network-schema.ts';
import { count, positive } from './numbers.ts';
import { coarseSchema, fineSchema } from './stage-schemas.ts';
import { unused } from './unused.ts';

export const configSchema = z.strictObject({
  preset: z.string().describe('name of the preset the settings started from'),
  seed: z.number().int().min(0).max(0xffffffff).describe('seed of everything random'),
  scene: z.strictObject({
    downscale: z.number().int().min(1).max(64).describe('divide image width and height, by area averaging'),
    background: z.enum(['white', 'black', 'random']).describe('what transparent pixels are composited over'),
    near: z.union([z.literal('auto'), positive]).describe('nearest z-depth of the scene, lengths of its file'),
    far: z.union([z.literal('auto'), positive]).describe('farthest z-depth of the scene, lengths of its file'),
    // Defaults: runs of before these settings have none of them.
    holdout: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(8)
      .describe('where a scene has no splits, keep every n-th view for testing; 0: none'),
    space: z
      .enum(['auto', ...SPACE_KINDS])
      .default('auto')
      .describe('what the scene is treated as'),
    box: z
      .array(z.number().finite())
      .length(6)
      .nullable()
      .default(null)
      .describe(
        "box of a bounded scene, x y z of one corner, then of the other, lengths of its file; null: the scene's own, or what the cameras see",
      ),
    orientation: z
      .enum(ORIENTATIONS)
      .default('auto')
      .describe("photos that EXIF calls turned: as their camera's shape says, else upright; always upright; or as stored"),
  }),
  network: networkSchema,
  field: fieldSchema.default({
    ...unused.field,
    densityRanks: [...unused.field.densityRanks],
    featureRanks: [...unused.field.featureRanks],
  }),
  coarse: coarseSchema,
  fine: fineSchema,
  distillation: z
    .strictObject({
      teacher: z
        .string()
        .min(1)
        .nullable()
        .describe(
          'what teaches: the folder of a finished run, an ANN or of the same neurons, or twin: the ANN, trained first under the same settings; null: none',
        ),
      colour: z.number().min(0).describe("weight of the colour's distance to the teacher's at single samples"),
      potential: z
        .number()
        .min(0)
        .describe("weight of the hidden potentials' distance to the inputs of the teacher's ReLUs, or its potentials"),
      gram: z
        .number()
        .min(0)
        .default(unused.distillation.gram)
        .describe("weight of the distance of the potentials' cosines between a ray's samples to those of the teacher (MPFD)"),
      start: z.enum(['teacher', 'scratch']).describe("start from the teacher's field, or from a coarse stage of its own"),
      freezeGrids: z.boolean().describe("keep the teacher's density and features as they are, for start=teacher"),
    })
    .default(unused.distillation),
  adam: z.strictObject({
    beta1: z.number().min(0).lt(1).describe('memory of the mean of the gradients'),
    beta2: z.number().min(0).lt(1).describe('memory of the mean of their squares'),
    epsilon: positive.describe('added to the denominator'),
  }),
  budget: z.strictObject({
    maxMinutes: positive.nullable().describe('wall-clock limit of the whole run; the schedule shrinks to fit it'),
    maxSteps: count.nullable().describe('the fine stage stops after this many of its `steps`; the schedule stays that of all of them'),
  }),
  checkpoint: z.strictObject({
    everyMinutes: positive.describe('minutes between checkpoints'),
  }),
});

export type Config = z.infer<typeof configSchema>;
