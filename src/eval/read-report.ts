/** What galleries read of an evaluation's metrics.json: nothing is believed before it is checked. */
import { z } from 'zod';
import { checkJson, parseJson } from '../io/checked-json.ts';
import type { Files } from '../io/files.ts';

/** Bytes: each view has a row. */
const LARGEST = 2 ** 26;

const reportSchema = z.object({
  /** Name of what was measured in checkpoints/; reports of the command line lack it. */
  checkpoint: z.string().optional(),
  psnr: z.number(),
  ssim: z.number(),
  firingRates: z.array(z.number()).nullable(),
  imageSize: z.object({ width: z.number().positive(), height: z.number().positive() }),
  energy: z
    .object({
      millijoulesPerImage: z.object({ executed: z.number() }),
      // Reports of older versions have two or three of the shares.
      shareOfAnn: z.object({
        published: z.number(),
        executed: z.number(),
        skipping: z.number().optional(),
        shifted: z.number().optional(),
        shiftedOfDense: z.number().optional(),
      }),
    })
    .nullable(),
  perView: z.array(z.object({ name: z.string(), counts: z.object({ rays: z.number(), activeRays: z.number() }) })).min(1),
});

export type ShownReport = z.infer<typeof reportSchema>;

/** Null where there is none. Throws InputError that names the file and the key. */
export async function readReport(files: Files, path: string): Promise<ShownReport | null> {
  if ((await files.kind(path)) !== 'file') return null;
  const fix = 'Run `spikeray eval` again.';
  return checkJson(reportSchema, parseJson(await files.read(path, LARGEST), path, fix), path, fix);
}
