/**
 * `view.json` of a run: how people look at it, chosen in the viewer. It is no part of what was trained, nothing else writes it, and it is replaced as
 * a whole, so that it needs no lock: it can be chosen during training too.
 */
import { z } from 'zod';
import { normalised, type Vec3 } from '../geometry/vector.ts';
import { checkJson, parseJson } from '../io/checked-json.ts';
import type { Files } from '../io/files.ts';

export const VIEW_FILE = 'view.json';
const VERSION = 1;
/** Bytes. */
const LARGEST = 4096;

const finite = z.number().finite();

/** [3] world, of any length but 0; becomes a unit vector. */
export const directionSchema = z
  .tuple([finite, finite, finite])
  .refine((direction) => Number.isFinite(Math.hypot(...direction)) && Math.hypot(...direction) > 1e-6, 'not a direction')
  .transform((direction): Vec3 => normalised(direction));

const viewSchema = z.strictObject({ version: z.literal(VERSION), up: directionSchema });

/** The way that is up, [3] world, as somebody chose it; null: nobody has. Throws InputError if the file is damaged. */
export async function readChosenUp(files: Files, folder: string): Promise<Vec3 | null> {
  const path = `${folder}/${VIEW_FILE}`;
  if ((await files.kind(path)) === 'missing') return null;
  const fix = 'Remove the file, and choose again in the viewer.';
  return checkJson(viewSchema, parseJson(await files.read(path, LARGEST), path, fix), path, fix).up;
}

/** Throws StorageError. */
export async function saveChosenUp(files: Files, folder: string, up: Vec3): Promise<void> {
  await files.writeAtomic(`${folder}/${VIEW_FILE}`, [new TextEncoder().encode(`${JSON.stringify({ version: VERSION, up })}\n`)]);
}
