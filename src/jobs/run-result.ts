/** `result.json` of a run: how far it came, and what was found of it. The same whether it was trained at once, resumed, or found finished. */
import { z } from 'zod';
import { evalReportSchema } from '../eval/eval-report.ts';
import { checkJson, LARGEST_JSON, parseJson } from '../io/checked-json.ts';
import type { Files } from '../io/files.ts';

const count = z.number().int().nonnegative();
const finite = z.number().nonnegative();

/** Where training ended. */
const trainingSchema = z.strictObject({
  stage: z.enum(['coarse', 'fine']),
  step: count,
  /** Seconds of training, loading included. */
  seconds: finite,
  rays: count,
  samples: count,
  /** dB of the batches of the last report in metrics.jsonl; null before the first. */
  trainPsnr: z.number().nullable(),
  firingRates: z.array(finite).nullable(),
  /** Bytes: the most that a process had that trained it. Results of older versions do not say. */
  peakMemory: finite.optional(),
  backend: z.string(),
  /** Name in checkpoints/. */
  checkpoint: z.string(),
});

const measuringSchema = z.strictObject({
  /** The program's version, and the checkpoint that was measured. */
  spikeray: z.string(),
  checkpoint: z.string(),
  /** As it was asked for; null: test, or else val. */
  split: z.string().nullable(),
  every: z.number().int().min(1),
  report: evalReportSchema,
});

const resultSchema = z.discriminatedUnion('status', [
  z.strictObject({ schema: z.literal(1), status: z.literal('interrupted'), training: trainingSchema }),
  z.strictObject({ schema: z.literal(1), status: z.literal('trained'), training: trainingSchema }),
  z.strictObject({ schema: z.literal(1), status: z.literal('measured'), training: trainingSchema, measuring: measuringSchema }),
  z.strictObject({
    schema: z.literal(1),
    status: z.literal('failed'),
    error: z.strictObject({ name: z.string(), message: z.string(), fix: z.string().nullable() }),
  }),
]);

export type RunResult = z.infer<typeof resultSchema>;
export type TrainingResult = z.infer<typeof trainingSchema>;
export type MeasuredResult = Extract<RunResult, { status: 'measured' }>;

const fileOf = (folder: string): string => `${folder}/result.json`;

export async function writeResult(files: Files, folder: string, result: RunResult): Promise<void> {
  await files.writeAtomic(fileOf(folder), [new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`)]);
}

/** What training found; undefined before it ended for the first time, and where it failed. */
export function trainingOf(result: RunResult | null): TrainingResult | undefined {
  return result === null || result.status === 'failed' ? undefined : result.training;
}

/** null: the run has none yet. Throws InputError if the file is damaged. */
export async function readResult(files: Files, folder: string): Promise<RunResult | null> {
  const file = fileOf(folder);
  if ((await files.kind(file)) !== 'file') return null;
  const fix = 'Remove the file: it is written again when the run is trained or measured.';
  const json = parseJson(await files.read(file, LARGEST_JSON), file, fix);
  checkJson(resultSchema, json, file, fix);
  // The value itself: a report may hold more than is checked.
  return json as RunResult;
}
