/** Some pictures missing is a warning, all of them an error: nothing could be learned, and the cause is nearly always a wrong folder. */
import { InputError } from '../src/base/errors.ts';
import { baseName } from './scene-paths.ts';

/**
 * @param file that lists the images
 * @param missing relative paths of those that are not there
 * @param listed how many it lists
 */
export function missingWarnings(file: string, missing: readonly string[], listed: number): string[] {
  if (missing.length === 0) return [];
  const examples = missing.slice(0, 3).join(', ') + (missing.length > 3 ? ', …' : '');
  if (missing.length === listed) {
    throw new InputError(
      `${file}: expected images beside it, found none of the ${listed} it lists (${examples}; with or without .png, .jpg, .jpeg, .webp)`,
      'Put the images where the file says, relative to the scene folder.',
    );
  }
  return [`${missing.length} of the ${listed} images of ${baseName(file)} are missing and were left out (${examples})`];
}
