/**
 * The registry of dataset formats, and the two functions everything else uses: `detectFormat` and `openScene`. A new format is one file that
 * exports a `SceneFormat`, and one line here.
 */
import { InputError } from '../src/base/errors.ts';
import { nearestName } from '../src/base/nearest-name.ts';
import type { Files } from '../src/io/files.ts';
import { isImageName } from './image-names.ts';
import { blendedMvsFormat } from './load-blendedmvs.ts';
import { blenderFormat } from './load-blender.ts';
import { colmapFormat } from './load-colmap.ts';
import { llffFormat } from './load-llff.ts';
import { nerfstudioFormat } from './load-nerfstudio.ts';
import { nsvfFormat } from './load-nsvf.ts';
import { tanksTemplesFormat } from './load-tanks-temples.ts';
import { type OpenOptions, openWith } from './open-scene.ts';
import type { SceneData } from './scene-data.ts';
import type { LoadOptions, PosedScene, SceneFormat } from './scene-format.ts';
import { joinPath } from './scene-paths.ts';

/** Asked in this order; the first that finds its files is taken. */
export const FORMATS: readonly SceneFormat[] = [
  blenderFormat,
  llffFormat,
  nerfstudioFormat,
  colmapFormat,
  nsvfFormat,
  blendedMvsFormat,
  tanksTemplesFormat,
];

/** The format of a scene folder and why. Throws InputError listing what was looked for and what the folder holds if none fits. */
export async function detectFormat(path: string, files: Files, named?: string): Promise<{ format: string; reason: string }> {
  const { format, reason } = await findFormat(path, files, named);
  return { format: format.name, reason };
}

/** Opens a scene folder of any known format. Throws InputError if it is not usable; `SceneData.warnings` holds what is odd but usable. */
export async function openScene(path: string, options: OpenOptions & { readonly format?: string }): Promise<SceneData> {
  const { format } = await findFormat(path, options.files, options.format);
  return openWith(format, path, options);
}

/** The cameras of all splits and where their pictures lie; no picture is read. Throws InputError as `openScene` does. */
export async function openCameras(path: string, files: Files, options: LoadOptions, named?: string): Promise<PosedScene> {
  const { format } = await findFormat(path, files, named);
  return format.load(path, files, options);
}

/** @param named the format it is said to have; undefined: the first whose files are there */
async function findFormat(path: string, files: Files, named?: string): Promise<{ format: SceneFormat; reason: string }> {
  const kind = await files.kind(path);
  if (kind === 'missing') {
    const near = await nearestFolder(path, files);
    throw new InputError(
      `${path}: expected a scene folder, found nothing there`,
      near === null ? 'Check the path.' : `Did you mean ${near}?`,
    );
  }
  if (kind === 'file') throw new InputError(`${path}: expected a scene folder, found a file`, 'Give the folder that holds the scene.');
  const lookedFor: string[] = [];
  for (const format of FORMATS) {
    if (named !== undefined && format.name !== named) continue;
    const { found, reason } = await format.detect(path, files, named !== undefined);
    if (found) return { format, reason };
    lookedFor.push(`${format.name}: ${reason}`);
  }
  const below = named === undefined ? await sceneBelow(path, files, 2) : null;
  throw new InputError(
    `${path}: expected a scene of ${named === undefined ? 'a known format' : `the format ${named}`} (looked for ${lookedFor.join('; ')}), found ${contents(await files.list(path))}`,
    named === undefined
      ? below === null
        ? 'Give the folder that directly holds one of these files.'
        : `Did you mean ${below}?`
      : 'Leave --format out, and the format is found out.',
  );
}

/** The first folder below that is a scene, looking `depth` folders deep; not into those of hundreds of files. */
async function sceneBelow(path: string, files: Files, depth: number): Promise<string | null> {
  if (depth === 0) return null;
  const names = (await files.list(path)).filter((name) => !name.startsWith('.') && !isImageName(name)).slice(0, MOST_LOOKED_INTO);
  for (const name of names) {
    const folder = joinPath(path, name);
    if ((await files.kind(folder)) !== 'folder') continue;
    for (const format of FORMATS) if ((await format.detect(folder, files)).found) return folder;
    const below = await sceneBelow(folder, files, depth - 1);
    if (below !== null) return below;
  }
  return null;
}

const MOST_LOOKED_INTO = 32;

async function nearestFolder(path: string, files: Files): Promise<string | null> {
  const parts = path.replace(/\/+$/, '').split('/');
  const name = parts.pop() ?? '';
  const parent = parts.length === 0 ? '.' : parts.join('/') || '/';
  if ((await files.kind(parent)) !== 'folder') return null;
  const near = nearestName(name, await files.list(parent));
  return near === undefined ? null : joinPath(parent, near);
}

function contents(names: readonly string[]): string {
  if (names.length === 0) return 'an empty folder';
  const more = names.length > 12 ? ` and ${names.length - 12} more` : '';
  return names.slice(0, 12).join(', ') + more;
}

export type { OpenOptions };
