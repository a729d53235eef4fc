/** Paths written inside dataset files: relative to the scene folder, `/`-separated, and never leading out of it. */
import { InputError } from '../src/base/errors.ts';
import { withoutImageExtension } from './image-names.ts';

const DRIVE = /^[A-Za-z]:(?=\/|$)/;

export function joinPath(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

/** Last part of a path; "scene" for paths like "." that have no name of their own. */
export function baseName(path: string): string {
  const last = path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .at(-1);
  return last === undefined || last === '..' ? 'scene' : last;
}

/**
 * Normalises a path found in a dataset file: "./train/r_0" and ".\train\r_0" give "train/r_0". Absolute paths and paths that climb out of the
 * scene folder are refused: a dataset from a stranger must not be able to read other files. `where` names file and key for the message.
 */
export function normaliseRelative(written: string, where: string): string {
  const fix = 'Image paths have to be relative to the scene folder and stay inside it.';
  const path = written.replaceAll('\\', '/');
  if (path.startsWith('/') || DRIVE.test(path)) throw new InputError(`${where}: expected a relative path, found "${written}"`, fix);
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.pop() === undefined) {
      throw new InputError(`${where}: expected a path inside the scene folder, found "${written}", which leads out of it`, fix);
    }
    if (part !== '..') parts.push(part);
  }
  if (parts.length === 0 || path.includes('\0')) throw new InputError(`${where}: expected the path of an image, found "${written}"`, fix);
  return parts.join('/');
}

/**
 * The parts of a path that is absolute or climbs out of the folder, those that climb left out; null for one that stays inside. Only a drive is
 * followed by a colon and a slash: other names may have colons.
 */
export function outsideParts(written: string): string[] | null {
  const path = written.replaceAll('\\', '/');
  const isAbsolute = path.startsWith('/') || DRIVE.test(path);
  let climbs = false;
  const parts: string[] = [];
  for (const part of path.replace(DRIVE, '').split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) climbs = true;
  }
  return isAbsolute || climbs ? parts : null;
}

/**
 * One name a picture, unique and usable as a file name: the last part of its path without extension ("r_12"), or the whole path where last
 * parts repeat ("left/0001" and "right/0001" give "left_0001", "right_0001").
 */
export function viewNames(relativePaths: readonly string[]): string[] {
  const whole = relativePaths.map(withoutImageExtension);
  const last = whole.map((path) => path.slice(path.lastIndexOf('/') + 1));
  const chosen = new Set(last).size === last.length ? last : whole;
  const seen = new Map<string, number>();
  return chosen.map((path) => {
    const name = path.replace(/[^A-Za-z0-9._-]/g, '_');
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
}
