/** Some pictures missing is a warning, all of them an error: nothing could be learned, and the cause is nearly always a wrong folder. */
import { InputError } from '../src/base/errors.ts';
import { type SceneFiles, some } from './scene-files.ts';
import { baseName } from './scene-paths.ts';

/**
 * @param file that lists the images
 * @param missing paths inside the scene of those that are not there
 * @param listed how many it lists
 */
export async function missingWarnings(file: string, missing: readonly string[], listed: number, scene: SceneFiles): Promise<string[]> {
  if (missing.length === 0) return [];
  const near = await scene.nearest(missing[0]);
  const meant = near === null ? '' : `; nearest to ${missing[0]} is ${near}`;
  if (missing.length === listed) {
    throw new InputError(
      `${file}: expected images beside it, found none of the ${listed} it lists (${some(missing)}; with or without an extension${meant})`,
      'Put the images where the file says, relative to the scene folder.',
    );
  }
  return [`${missing.length} of the ${listed} images of ${baseName(file)} are missing and were left out (${some(missing)}${meant})`];
}
