/** JSON of the program's own files: nothing is believed before it is checked, and every failure names the file and the key. */
import type { z } from 'zod';
import { InputError } from '../base/errors.ts';

/** Bytes that are read of such a file at most. */
export const LARGEST_JSON = 2 ** 28;

/** Throws InputError if it is no JSON. */
export function parseJson(content: Uint8Array | string, file: string, fix?: string): unknown {
  try {
    return JSON.parse(typeof content === 'string' ? content : new TextDecoder().decode(content));
  } catch (cause) {
    throw new InputError(`${file}: expected JSON: ${(cause as Error).message}`, fix, { cause });
  }
}

/** The value as the schema has it. Throws InputError with the first thing that is wrong. */
export function checkJson<T>(schema: z.ZodType<T>, value: unknown, file: string, fix?: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw new InputError(`${file}: ${path.length === 0 ? 'content' : path.join('.')}: ${message}`, fix);
}
