/**
 * The registry of dataset formats, and the two functions everything else uses: `detectFormat` and `openScene`. A new format is one file that
 * exports a `SceneFormat`, and one line here.
 */
import { InputError } from '../src/base/errors.ts';
import type { Files } from '../src/io/files.ts';
import { blendedMvsFormat } from './load-blendedmvs.ts';
import { blenderFormat } from './load-blender.ts';
import { colmapFormat } from './load-colmap.ts';
import { llffFormat } from './load-llff.ts';
import { nerfstudioFormat } from './load-nerfstudio.ts';
import { nsvfFormat } from './load-nsvf.ts';
import { tanksTemplesFormat } from './load-tanks-temples.ts';
import { openWith, type OpenOptions } from './open-scene.ts';
import type { SceneData } from './scene-data.ts';
import type { LoadOptions, PosedScene, SceneFormat } from './scene-format.ts';

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
export async function detectFormat(path: string, files: Files): Promise<{ format: string; reason: string }> {
  const { format, reason } = await findFormat(path, files);
  return { format: format.name, reason };
}

/** Opens a scene folder of any known format. Throws InputError if it is not usable; `SceneData.warnings` holds what is odd but usable. */
export async function openScene(path: string, options: OpenOptions): Promise<SceneData> {
  const { format } = await findFormat(path, options.files);
  return openWith(format, path, options);
}

/** The cameras of all splits and where their pictures lie; no picture is read. Throws InputError as `openScene` does. */
export async function openCameras(path: string, files: Files, options: LoadOptions): Promise<PosedScene> {
  const { format } = await findFormat(path, files);
  return format.load(path, files, options);
}

async function findFormat(path: string, files: Files): Promise<{ format: SceneFormat; reason: string }> {
  const kind = await files.kind(path);
  if (kind === 'missing') throw new InputError(`${path}: expected a scene folder, found nothing there`, 'Check the path.');
  if (kind === 'file') throw new InputError(`${path}: expected a scene folder, found a file`, 'Give the folder that holds the scene.');
  const lookedFor: string[] = [];
  for (const format of FORMATS) {
    const { found, reason } = await format.detect(path, files);
    if (found) return { format, reason };
    lookedFor.push(`${format.name}: ${reason}`);
  }
  throw new InputError(
    `${path}: expected a scene of a known format (looked for ${lookedFor.join('; ')}), found ${contents(await files.list(path))}`,
    'Give the folder that directly holds one of these files.',
  );
}

function contents(names: readonly string[]): string {
  if (names.length === 0) return 'an empty folder';
  const more = names.length > 12 ? ` and ${names.length - 12} more` : '';
  return names.slice(0, 12).join(', ') + more;
}

export type { OpenOptions };
