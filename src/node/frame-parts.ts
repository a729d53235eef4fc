/**
 * Results whose cameras several processes share. The parts of FOLDER are FOLDER.parts/I-of-N: `images/` and `part.json`, which says what was measured,
 * and of what. Each is complete or not there, so that it may be made again as often as one likes; who joins them puts their images into place.
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { NamedCamera } from '../../renderer/paths/camera-path.ts';
import { InputError } from '../base/errors.ts';
import type { Part } from '../eval/part.ts';
import { checkJson, parseJson } from '../io/checked-json.ts';
import { toHex } from '../io/sha256.ts';
import { whileLocked } from '../run/folder-lock.ts';
import { VERSION } from '../run/version.ts';
import { lockFolder } from './lock-folder.ts';
import { nodeFiles } from './node-files.ts';
import { moveInto, replaceFolder } from './replace-folder.ts';

/** What all parts of a result have in common. */
export interface Whole<T> {
  /** Where the result goes. */
  readonly folder: string;
  readonly about: Readonly<Record<string, string | number>>;
  /** What a part says. */
  readonly content: z.ZodType<T>;
}

export const partsFolder = (folder: string): string => `${resolve(folder)}.parts`;
const partFolder = (folder: string, { index, of }: Part): string => `${partsFolder(folder)}/${index + 1}-of-${of}`;
const imagesOf = (folder: string, part: Part): string => `${partFolder(folder, part)}/images`;
const allParts = (of: number): Part[] => Array.from({ length: of }, (_, index) => ({ index, of }));

/** Tells results apart by what they are computed from. @param checkpoint its file @param skipMask its file */
export async function aboutOf(
  checkpoint: string,
  skipMask: string | undefined,
  cameras: readonly Pick<NamedCamera, 'name' | 'camToWorld' | 'intrinsics'>[],
): Promise<Whole<unknown>['about']> {
  const seen = cameras.map(({ name, camToWorld, intrinsics }) => ({ name, camToWorld: Array.from(camToWorld), intrinsics }));
  const hash = createHash('sha256').update(JSON.stringify(seen)).digest('hex');
  return {
    version: VERSION,
    cameras: cameras.length,
    'sha256 of cameras': hash,
    'sha256 of checkpoint': toHex(await nodeFiles.hash(checkpoint)),
    'sha256 of skip mask': skipMask === undefined ? 'none' : toHex(await nodeFiles.hash(skipMask)),
  };
}

/**
 * Makes a part, in the place of one that is there.
 *
 * @param make writes images into the folder it is given
 * @throws LockedError while another process makes the same part
 */
export async function makePart<T>({ folder, about }: Whole<T>, part: Part, make: (images: string) => Promise<T>): Promise<string> {
  const own = partFolder(folder, part);
  await whileLocked(lockFolder, `${own}.lock`, ({ confirm }) =>
    replaceFolder(
      nodeFiles,
      own,
      async (unfinished) => {
        const content = await make(`${unfinished}/images`);
        const json = JSON.stringify({ schema: 1, about: { ...about, parts: part.of }, content }, null, 2);
        await nodeFiles.writeAtomic(`${unfinished}/part.json`, [new TextEncoder().encode(`${json}\n`)]);
      },
      confirm,
    ),
  );
  return own;
}

/** What all parts say, in their order. Throws InputError if one is missing, or is of something else. */
export async function readParts<T>({ folder, about, content }: Whole<T>, of: number): Promise<T[]> {
  const partSchema = z.strictObject({ schema: z.literal(1), about: z.record(z.string(), z.union([z.string(), z.number()])), content });
  const found: T[] = [];
  for (const part of allParts(of)) {
    const file = `${partFolder(folder, part)}/part.json`;
    const again = `Give the command with --part ${part.index + 1}/${of}.`;
    if ((await nodeFiles.kind(file)) !== 'file') throw new InputError(`${partFolder(folder, part)}: this part is missing`, again);
    const read = checkJson(partSchema, parseJson(await nodeFiles.read(file), file, again), file, again);
    const expected = Object.entries({ ...about, parts: of }).find(([key, value]) => read.about[key] !== value);
    if (expected !== undefined)
      throw new InputError(`${file}: ${expected[0]}: expected ${expected[1]}, found ${read.about[expected[0]]}`, again);
    found.push(read.content);
  }
  return found;
}

/** Where the images of camera i are, of so many parts. */
export function imagesOfCamera({ folder }: Whole<unknown>, of: number, i: number): string {
  return imagesOf(folder, { index: i % of, of });
}

/** Moves the images of all parts into `target`. */
export async function moveImages({ folder }: Whole<unknown>, of: number, target: string): Promise<void> {
  await nodeFiles.makeFolder(target);
  for (const part of allParts(of)) {
    const images = imagesOf(folder, part);
    // Where joining fails from here on, the part is missing, and said to be.
    await nodeFiles.remove(`${partFolder(folder, part)}/part.json`);
    // A part may have no camera.
    if ((await nodeFiles.kind(images)) === 'folder') await moveInto(nodeFiles, images, target);
  }
}
