/** `metrics.jsonl` of a run: a line for every two seconds of training (StepMetrics). */
import { z } from 'zod';
import type { StepMetrics } from '../base/events.ts';
import { InputError } from '../base/errors.ts';
import { checkJson, parseJson } from '../io/checked-json.ts';
import type { Files } from '../io/files.ts';

/** Bytes: some weeks of training. */
const LARGEST = 2 ** 28;
/** Bytes that hold some lines. */
const LAST_LINES = 2 ** 15;

/** PSNR of no error at all is infinite, which JSON writes as null. */
const measured = z.number().nullable();
const lineSchema = z.object({
  stage: z.enum(['coarse', 'fine']),
  step: z.number(),
  steps: z.number(),
  progress: z.number(),
  seconds: z.number(),
  secondsLeft: measured,
  raysPerSecond: measured,
  samplesPerRay: measured,
  loss: z.number(),
  psnr: measured,
  firingRates: z.array(z.number()).nullable(),
  neuron: z.string().nullable().optional(),
  bits: z.object({ weights: z.array(z.number()), spikes: z.array(z.number()), repeats: z.array(z.number()).optional() }).optional(),
});

export interface MetricsFile {
  readonly metrics: StepMetrics[];
  /** The first line that is none, and what is wrong with it; null where all are whole. */
  readonly problem: string | null;
}

/** Reads the lines that are whole; one that is being written is left for the next time. No file is no line. */
export async function readMetrics(files: Files, path: string): Promise<MetricsFile> {
  if ((await files.kind(path)) === 'missing') return { metrics: [], problem: null };
  const lines = wholeLines(await files.read(path, LARGEST));
  const metrics: StepMetrics[] = [];
  let problem: string | null = null;
  lines.forEach((line, i) => {
    try {
      metrics.push(parseLine(line, `${path}: line ${i + 1}`));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problem ??= error.message;
    }
  });
  return { metrics, problem };
}

/** The last line that is whole and right; null: there is none among the last. The rest of the file is not read. */
export async function lastMetrics(files: Files, path: string): Promise<StepMetrics | null> {
  if ((await files.kind(path)) === 'missing') return null;
  const { bytes, read } = await files.parts(path);
  for (const line of wholeLines(await read(Math.max(0, bytes - LAST_LINES), LAST_LINES)).reverse()) {
    try {
      return parseLine(line, path);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return null;
}

function parseLine(line: string, where: string): StepMetrics {
  const json = parseJson(line, where);
  checkJson(lineSchema, json, where);
  return json as StepMetrics;
}

/** Drops lines written after the moment of a checkpoint, and a last line that a killed process left unfinished. */
export async function trimMetrics(files: Files, path: string, seconds: number): Promise<void> {
  if ((await files.kind(path)) !== 'file') return;
  const kept = wholeLines(await files.read(path, LARGEST)).filter((line) => secondsOf(line) <= seconds);
  await files.writeAtomic(path, [new TextEncoder().encode(kept.map((line) => `${line}\n`).join(''))]);
}

function wholeLines(content: Uint8Array): string[] {
  return new TextDecoder().decode(content).split('\n').slice(0, -1);
}

/** Infinity for a damaged line. */
function secondsOf(line: string): number {
  try {
    const { seconds } = JSON.parse(line) as Partial<StepMetrics>;
    return typeof seconds === 'number' ? seconds : Infinity;
  } catch {
    return Infinity;
  }
}
