/** Numbers that others published, to stand beside one's own: never without their source, and how sure it is. */
import { z } from 'zod';

/** How it is known that the source says so. */
export const CERTAINTIES = {
  read: 'read in the source',
  secondary: 'read in another text that quotes it',
  unverified: 'reported, not verified: the table itself was not read',
} as const;

export type Certainty = keyof typeof CERTAINTIES;

/** By scene; `mean` is that of the source. */
const byScene = z.record(z.string(), z.number());

export const publishedSchema = z.strictObject({
  network: z.string(),
  source: z.string(),
  certainty: z.enum(Object.keys(CERTAINTIES) as [Certainty, ...Certainty[]]),
  /** What else to know: another resolution, another split. */
  note: z.string().optional(),
  psnr: byScene,
  ssim: byScene.optional(),
  /** Per image, as the source counts. */
  millijoules: byScene.optional(),
});

export type Published = z.infer<typeof publishedSchema>;
