/**
 * A baked scene: all that rendering needs of a trained field, and what a viewer says of it, small enough for the web, in one file.
 *
 *     "SPKR" | u32 version | a gzip member of: u32 bytes of the head | head, JSON | sections, one after the other
 *
 * Whatever represents the field, baked it is dense grids: density and features at the points of its lattice. Integers are little-endian. gzip's CRC-32 and length at its end cover all that it holds. The sections, their sizes following from the head and
 * from the sections before them:
 *
 *     occupancy   one bit a grid point, lowest first
 *     stored      one bit a grid point: whose density follows (stored-points.ts)
 *     coloured    one bit a stored point: whose features follow too
 *     density     12 bits a stored point: low bytes of all points, then high bytes
 *     features    u8 a channel and coloured point, channel after channel
 *     network     the network's tensors (network-section.ts)
 *     thumbnails  of the cameras, WebP, sizes in the head
 *
 * Levels (levels.ts) are written as differences to what the neighbours before them let expect (prediction.ts). On lego bricks in place of single
 * points packed 3 % worse; densities of 16 bits, and features of 8 bits also where nothing shows, drew the same picture to 0.01 dB.
 */
import { z } from 'zod';
import { SPLIT_NAMES } from '../../datasets/scene-format.ts';
import type { StoredField } from '../eval/open-field.ts';
import { rigidProblem } from '../geometry/rigid-motion.ts';
import { float32, float32Vector, positiveFloat32 } from '../math/float32-schema.ts';
import { fieldSpecSchema } from '../model/field-spec-schema.ts';

export const MAGIC = 'SPKR';
/** 3: all weights of few bits are packed. Files of version 2 hold them as numbers, or pack those below one bit, and are read too. */
export const BAKED_VERSION = 3;
export const OLDEST_BAKED_VERSION = 2;
export const PRELUDE_BYTES = 8;
/** What files and addresses end with. */
export const SCENE_FILE = 'scene.spikeray';

/** Steps between the ends of a range. */
export const DENSITY_LEVELS = 4095;
export const FEATURE_LEVELS = 255;

const finite = z.number().finite();
const count = z.number().int().nonnegative();
const channel = z.number().min(0).max(1);
/** Pixels. */
const side = z.number().int().min(1).max(65_535);
const range = z.strictObject({ low: float32, high: float32 }).refine(({ low, high }) => low <= high, 'the range is empty');

const viewSchema = z.strictObject({
  split: z.enum(SPLIT_NAMES),
  index: count,
  name: z.string(),
  camToWorld: z
    .array(float32)
    .length(16)
    .refine((m) => rigidProblem(m) === null, 'not a rigid motion'),
  intrinsics: z.strictObject({
    width: side,
    height: side,
    fx: positiveFloat32,
    fy: positiveFloat32,
    cx: float32,
    cy: float32,
  }),
});

/** What a viewer says of the run, and the cameras of its scene. */
const aboutSchema = z.strictObject({
  name: z.string(),
  created: z.string(),
  scene: z.strictObject({ name: z.string(), format: z.string(), fingerprint: z.string() }),
  neuron: z.string(),
  trained: z.strictObject({ stage: z.string(), step: count }),
  quality: z
    .strictObject({
      split: z.string(),
      psnr: finite,
      ssim: finite,
      firingRates: z.array(finite).nullable(),
      millijoules: finite.nullable(),
      // Files from before it was there have none.
      nanojoulesPerPixel: finite.nullable().default(null),
      // Older files have one number, the share as executed.
      shareOfAnn: z
        .union([
          z.strictObject({
            ...{ published: finite, executed: finite, skipping: finite },
            ...{ shifted: finite.optional(), shiftedOfDense: finite.optional() },
          }),
          finite.transform(() => null),
        ])
        .nullable(),
    })
    .nullable(),
  background: z.tuple([channel, channel, channel]),
  cameras: z.strictObject({
    views: z.array(viewSchema),
    centre: float32Vector.nullable(),
    up: float32Vector.refine((up) => Math.abs(Math.hypot(...up) - 1) < 1e-3, 'not a direction'),
    forwardFacing: z.boolean(),
    // Files from before it was there are in the world of their scene's file.
    frame: z
      .strictObject({ centre: z.tuple([finite, finite, finite]), scale: positiveFloat32 })
      .nullable()
      .default(null),
    problem: z.string().nullable(),
  }),
});

export const headSchema = z.strictObject({
  about: aboutSchema,
  /** Seed of the random numbers in rendering. */
  seed: count.max(0xffffffff),
  spec: fieldSpecSchema,
  density: range,
  /** One a channel. */
  features: z.array(range),
  /** In files of version 2: whether weights below one bit are packed. */
  packedSigns: z.literal(true).optional(),
  /** Bytes of each view's thumbnail; empty: there are none. */
  thumbnails: z.array(count),
});

type DeepReadonly<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> };

export type SceneAbout = DeepReadonly<z.infer<typeof aboutSchema>>;
export type BakedHead = DeepReadonly<z.infer<typeof headSchema>>;

/** As decoded, to be opened by `openField`. Its grids are unpacked anew by every `read`, so that they need not be held twice. */
export interface BakedScene extends StoredField {
  readonly about: SceneAbout;
  readonly seed: number;
  /** WebP, one a view of `about.cameras`, or none. */
  readonly thumbnails: readonly Uint8Array<ArrayBuffer>[];
}
