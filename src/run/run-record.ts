/** `config.json` of a run: what was trained, on what, how. Resolved and validated; every later command reads the run from here. */
import { z } from 'zod';
import { BACKEND_NAMES } from '../backends/select-backend.ts';
import { parseConfig } from '../config/resolve-config.ts';
import type { Config } from '../config/schema.ts';
import { InputError } from '../base/errors.ts';
import { checkJson, parseJson } from '../io/checked-json.ts';

const RUN_VERSION = 1;
/** Bytes. */
export const LARGEST_RECORD = 2 ** 20;

const recordSchema = z.object({
  version: z.number().int().min(1),
  spikeray: z.string(),
  node: z.string(),
  created: z.string(),
  scene: z.object({
    path: z.string(),
    name: z.string(),
    format: z.string(),
    fingerprint: z.string(),
    /** Where the world of the run lies in the coordinates of the scene's file; null: it is theirs. */
    frame: z
      .object({ centre: z.tuple([z.number(), z.number(), z.number()]), scale: z.number().positive() })
      .nullable()
      .default(null),
  }),
  backend: z.object({
    name: z.enum(BACKEND_NAMES),
    description: z.string(),
    threads: z.number().int().min(1).nullable(),
    /** As given with --gpu. */
    gpu: z.string().nullable().default(null),
  }),
  /** The checkpoint of the ANN that teaches, as it was when training began; null: none, or its training is not over. */
  teacher: z.object({ checkpoint: z.string(), sha256: z.string() }).nullable().default(null),
  config: z.unknown(),
});

export type RunRecord = Omit<z.infer<typeof recordSchema>, 'version' | 'config'> & { readonly config: Config };

export function encodeRecord(record: RunRecord): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ version: RUN_VERSION, ...record }, null, 2)}\n`);
}

/** Throws InputError naming `file` and the key that is wrong. */
export function decodeRecord(bytes: Uint8Array, file: string): RunRecord {
  const fix = 'Restore the file, or train again.';
  const { version, config, ...rest } = checkJson(recordSchema, parseJson(bytes, file, fix), file, fix);
  if (version > RUN_VERSION)
    throw new InputError(
      `${file}: version ${version} is newer than this program, which reads versions up to ${RUN_VERSION}`,
      'Use the SpikeRay that wrote it, or a newer one.',
    );
  return { ...rest, config: parseConfig(config, file) };
}
