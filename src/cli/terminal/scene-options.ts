/** Options of the commands that open a scene. */
import { Option, type Command } from 'commander';
import { FORMATS } from '../../../datasets/index.ts';
import { InputError } from '../../base/errors.ts';
import { suggest } from '../../base/nearest-name.ts';
import type { MovedScene } from '../../jobs/run-scenes.ts';

const NAMES = FORMATS.map(({ name }) => name);

/** For a scene that is given itself. */
export function formatOption(): Option {
  return new Option('--format <name>', `read the scene as ${NAMES.join(', ')} (default: the first whose files are there)`);
}

export interface MovedSceneOptions {
  readonly scene?: string;
  readonly format?: string;
  readonly sceneFormat?: string;
}

/**
 * For the scene of a run.
 *
 * @param flag where --format means something else
 */
export function addSceneOptions(command: Command, flag: '--format' | '--scene-format' = '--format'): Command {
  return command
    .optionsGroup('Scene:')
    .option('--scene <folder>', 'where the scene lies now, if it was moved')
    .option(`${flag} <name>`, `its format there, if it is another than in training: ${NAMES.join(', ')}`);
}

/** What `addSceneOptions` was given, checked. */
export function movedScene({ scene, format, sceneFormat }: MovedSceneOptions): MovedScene {
  return { scene, sceneFormat: checkFormat(sceneFormat ?? format) };
}

/** @throws InputError unless it is the name of a format, or undefined */
export function checkFormat(name: string | undefined): string | undefined {
  if (name === undefined || NAMES.includes(name)) return name;
  throw new InputError(`--format ${name}: unknown`, suggest(name, NAMES));
}
