/**
 * Captures as nerfstudio and instant-ngp describe them: transforms.json with frames (file_path, transform_matrix, mask_path) and cameras for all
 * frames or one each (transforms-camera.ts). transform_matrix is camToWorld, the camera looking along -Z with +Y up: our own convention.
 *
 * Splits come from train_filenames, val_filenames and test_filenames; without them every 8th frame in the order of file names is for testing.
 * `applied_transform` says how the file's world came from that of the tool before; poses and the point cloud `ply_file_path` are in the file's
 * world already, so there is nothing to do with it. instant-ngp's `aabb_scale` s is the side of a cube in its units, p' = 0.33 p + 0.5: a scene of
 * s = 1 lies within it, a larger one may have a background.
 */
import type { Box } from '../src/geometry/box.ts';
import { z } from 'zod';
import type { Files } from '../src/io/files.ts';
import { parseRigidMotion } from '../src/geometry/rigid-motion.ts';
import { holdOut } from './hold-out.ts';
import { findImageFolder } from './image-folders.ts';
import { missingWarnings } from './missing-images.ts';
import { readPly } from './ply.ts';
import { readJson, valueError } from './read-json.ts';
import type { SplitName } from './scene-data.ts';
import { SPLIT_NAMES, type LoadOptions, type PosedImage, type PosedScene, type SceneFormat } from './scene-format.ts';
import { findImage, joinPath, normaliseRelative, viewNames } from './scene-paths.ts';
import { cameraKeys, cameraOf, type CameraKeys } from './transforms-camera.ts';

const FILE = 'transforms.json';

const names = z.array(z.string(), { error: 'a list of paths' }).optional();
const finite = z.number({ error: 'a number' });
const schema = z.object(
  {
    ...cameraKeys,
    frames: z.array(
      z.object(
        {
          ...cameraKeys,
          file_path: z.string({ error: 'the path of an image' }),
          transform_matrix: z.unknown().optional(),
          mask_path: z.string({ error: 'the path of a mask' }).optional(),
        },
        { error: 'an object with file_path and transform_matrix' },
      ),
      { error: 'a list of frames' },
    ),
    train_filenames: names,
    val_filenames: names,
    test_filenames: names,
    applied_transform: z.array(z.array(finite).length(4), { error: 'rows of 4 numbers' }).min(3).max(4).optional(),
    ply_file_path: z.string({ error: 'the path of a point cloud' }).optional(),
    aabb_scale: z.number({ error: 'a positive number' }).positive({ error: 'a positive number' }).optional(),
    scale: z.number({ error: 'a positive number' }).positive({ error: 'a positive number' }).optional(),
    offset: z.array(finite, { error: '3 numbers' }).length(3, { error: '3 numbers' }).optional(),
  },
  { error: 'an object with frames' },
);

type Transforms = z.infer<typeof schema>;

export const nerfstudioFormat: SceneFormat = {
  name: 'nerfstudio',

  async detect(path, files) {
    const found = (await files.kind(joinPath(path, FILE))) === 'file';
    return { found, reason: found ? `found ${FILE}` : FILE };
  },

  async load(path, files, options) {
    const file = joinPath(path, FILE);
    const transforms = await readJson(file, schema, files);
    const { images, relative, missing, factor } = await loadFrames(path, file, transforms, files, options);
    const { box, isBounded } = ngpBox(transforms);
    return {
      splits: splitsOf(file, transforms, images, relative, options.holdout),
      warnings: missingWarnings(file, missing, transforms.frames.length),
      storedFactor: factor,
      mixedSizes: true,
      points: await loadPoints(path, file, transforms, files),
      ...(isBounded && { box, space: 'bounded' }),
    } satisfies PosedScene;
  },
};

interface Frames {
  /** In the order of their paths. */
  readonly images: PosedImage[];
  /** Path of each as the file gives it. */
  readonly relative: string[];
  readonly missing: string[];
  readonly factor: number;
}

async function loadFrames(path: string, file: string, transforms: Transforms, files: Files, { downscale }: LoadOptions): Promise<Frames> {
  const frames = transforms.frames
    .map((frame, i) => ({ frame, where: `frames[${i}]`, relative: normaliseRelative(frame.file_path, `${file}: frames[${i}].file_path`) }))
    .sort((a, b) => (a.relative < b.relative ? -1 : a.relative > b.relative ? 1 : 0));
  const folders = await copiesOf(path, frames[0]?.relative, downscale, files);
  const shown = viewNames(frames.map(({ relative }) => relative));
  const found: Frames = { images: [], relative: [], missing: [], factor: folders.factor };
  for (const [i, { frame, where, relative }] of frames.entries()) {
    const camToWorld = poseOf(file, `${where}.transform_matrix`, frame.transform_matrix);
    const intrinsics = cameraOf(file, where, { ...cameraPart(transforms), ...cameraPart(frame) }, folders.factor);
    const imagePath = await findImage(path, folders.rename(relative), files);
    if (imagePath === null) {
      found.missing.push(relative);
      continue;
    }
    const maskPath =
      frame.mask_path === undefined ? undefined : await findMask(path, file, `${where}.mask_path`, frame.mask_path, folders, files);
    found.images.push({ name: shown[i], imagePath, camToWorld, intrinsics, ...(maskPath !== undefined && { maskPath }) });
    found.relative.push(relative);
  }
  return found;
}

interface Copies {
  readonly factor: number;
  rename(relative: string): string;
}

/** Where copies of the images for this downscaling lie: images_4/x.png for images/x.png, and likewise for masks. */
async function copiesOf(path: string, first: string | undefined, downscale: number, files: Files): Promise<Copies> {
  const whole: Copies = { factor: 1, rename: (relative) => relative };
  const base = first?.includes('/') ? first.slice(0, first.indexOf('/')) : undefined;
  if (base === undefined || downscale === 1) return whole;
  const { factor } = await findImageFolder(path, base, downscale, files);
  return factor === 1 ? whole : { factor, rename: (relative) => relative.replace(/^[^/]+/, (folder) => `${folder}_${factor}`) };
}

async function findMask(path: string, file: string, key: string, written: string, { rename }: Copies, files: Files): Promise<string> {
  const relative = rename(normaliseRelative(written, `${file}: ${key}`));
  const found = await findImage(path, relative, files);
  if (found !== null) return found;
  throw valueError(file, key, 'a mask that exists', `"${relative}", which does not`, 'Put the mask there, or leave mask_path out.');
}

/** 4 rows, or 3 without the constant last one. */
function poseOf(file: string, key: string, value: unknown): Float64Array {
  const matrix = parseRigidMotion(Array.isArray(value) && value.length === 3 ? [...(value as unknown[]), [0, 0, 0, 1]] : value);
  if (matrix instanceof Float64Array) return matrix;
  throw valueError(file, `${key}${matrix.at}`, matrix.expected, matrix.found);
}

/** The camera keys that are given: those of a frame go before those of all. */
function cameraPart(keys: CameraKeys): CameraKeys {
  return Object.fromEntries(
    Object.keys(cameraKeys).flatMap((key) =>
      key in keys && keys[key as keyof CameraKeys] !== undefined ? [[key, keys[key as keyof CameraKeys]]] : [],
    ),
  );
}

function splitsOf(
  file: string,
  transforms: Transforms,
  images: readonly PosedImage[],
  relative: readonly string[],
  holdout: number,
): PosedScene['splits'] {
  const lists = SPLIT_NAMES.filter((split) => transforms[`${split}_filenames`] !== undefined);
  if (lists.length === 0) return images.length === 0 ? {} : holdOut(images, holdout);
  const splits: Partial<Record<SplitName, PosedImage[]>> = {};
  const known = new Set(transforms.frames.map(({ file_path }) => normaliseRelative(file_path, file)));
  for (const split of lists) {
    const key = `${split}_filenames` as const;
    const wanted = transforms[key]!.map((name, i) => normaliseRelative(name, `${file}: ${key}[${i}]`));
    const stranger = wanted.findIndex((name) => !known.has(name));
    if (stranger >= 0) throw valueError(file, `${key}[${stranger}]`, 'the file_path of a frame', `"${wanted[stranger]}"`);
    const chosen = new Set(wanted);
    const members = images.filter((_, i) => chosen.has(relative[i]));
    if (members.length > 0) splits[split] = members;
  }
  return splits;
}

async function loadPoints(
  path: string,
  file: string,
  { ply_file_path: written }: Transforms,
  files: Files,
): Promise<Float32Array | undefined> {
  if (written === undefined) return undefined;
  const ply = joinPath(path, normaliseRelative(written, `${file}: ply_file_path`));
  const points = readPly(ply, await files.read(ply));
  return points.length > 0 ? points : undefined;
}

/** instant-ngp's cube in the world of the file. */
function ngpBox({ aabb_scale: side, scale = 0.33, offset = [0.5, 0.5, 0.5] }: Transforms): { box?: Box; isBounded: boolean } {
  if (side === undefined) return { isBounded: false };
  const at = (sign: number, axis: number): number => (0.5 + (sign * side) / 2 - offset[axis]) / scale;
  const corner = (sign: number): Box['min'] => [at(sign, 0), at(sign, 1), at(sign, 2)];
  return { box: { min: corner(-1), max: corner(1) }, isBounded: side <= 1 };
}
