/** Frames that an earlier `render` left in a folder: of a longer path some would stay beside the new ones. */
import { InputError } from '../base/errors.ts';
import type { Files } from '../io/files.ts';

/** Every frame has an image of this ending, whatever its name. */
const MARK = '.depth.png';
const FRAME_ENDINGS = ['.png', MARK, '.depth-colour.png', '.opacity.png'];
const ANIMATIONS = ['colour.webp', 'depth.webp', 'opacity.webp'];

/** @throws InputError if the folder may not be written into: to be asked before anything is computed */
export async function checkRenderFolder(files: Files, folder: string, force: boolean): Promise<void> {
  const kind = await files.kind(folder);
  if (kind === 'missing') return;
  if (kind === 'file') throw new InputError(`${folder}: expected a folder for the frames, found a file`, 'Choose another with --out.');
  if (force || (await files.list(folder)).length === 0) return;
  throw new InputError(`${folder}: the output folder is in use`, 'Choose another with --out, or replace the frames in it with --force.');
}

/** Removes frames and animations; other files stay. */
export async function removeFrames(files: Files, folder: string): Promise<void> {
  if ((await files.kind(folder)) !== 'folder') return;
  const names = (await files.list(folder)).filter((name) => name.endsWith(MARK)).map((name) => name.slice(0, -MARK.length));
  const frames = names.flatMap((name) => FRAME_ENDINGS.map((ending) => name + ending));
  for (const file of [...frames, ...ANIMATIONS]) await files.remove(`${folder}/${file}`);
}
