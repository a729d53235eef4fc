/** The header of a plain photo, from the first bytes of its file (src/io/plain-header.ts). */
import { InputError } from '../base/errors.ts';
import type { ImageHeader } from '../io/files.ts';
import { LOOKED_AT, plainHeaderOf } from '../io/plain-header.ts';
import { readPart } from './node-files.ts';

/** Null where the image library has to look. */
export async function plainHeader(path: string): Promise<ImageHeader | null> {
  try {
    const bytes = await readPart(path, 0, LOOKED_AT);
    return plainHeaderOf(new DataView(bytes.buffer, 0, bytes.length));
  } catch (error) {
    // The library's own attempt says why it cannot be read.
    if (error instanceof InputError) return null;
    throw error;
  }
}
