/** Frames that an earlier `render` or `eval` left in a folder: some would stay beside the new ones where those are fewer. */
import type { Files } from '../io/files.ts';
import { FILM_FORMATS } from './film-formats.ts';

/** Every frame has an image of this ending, whatever its name. */
const MARK = '.depth.png';
const FRAME_ENDINGS = ['.png', MARK, '.depth-colour.png', '.opacity.png', '.error.png'];
const OF_ALL = [
  ...['colour', 'depth', 'opacity'].flatMap((name) => ['webp', ...FILM_FORMATS].map((ending) => `${name}.${ending}`)),
  'metrics.json',
];

/** Removes frames, animations and measurements; other files stay. */
export async function removeFrames(files: Files, folder: string): Promise<void> {
  if ((await files.kind(folder)) !== 'folder') return;
  const names = (await files.list(folder)).filter((name) => name.endsWith(MARK)).map((name) => name.slice(0, -MARK.length));
  const frames = names.flatMap((name) => FRAME_ENDINGS.map((ending) => name + ending));
  for (const file of [...frames, ...OF_ALL]) await files.remove(`${folder}/${file}`);
}
