/**
 * The folder layout of Neural Sparse Voxel Fields (Liu et al. 2020), in which Synthetic-NSVF, BlendedMVS and Tanks and Temples are published:
 *
 *     rgb/S_NAME.png      S = 0: train, 1: val (or test, where there is no 2), 2: test
 *     pose/S_NAME.txt     camToWorld, 4 rows of 4 numbers, the camera looking along +Z with +Y down
 *     intrinsics.txt      "f cx cy 0." on the first line and "height width" that it is for on the last, or a 4x4 matrix with
 *                         fx, fy, cx, cy in it
 *     bbox.txt            xmin ymin zmin xmax ymax zmax and the size of a voxel; may be missing
 */
import type { Intrinsics, Size } from '../src/geometry/intrinsics.ts';
import type { Box } from '../src/geometry/box.ts';
import { InputError } from '../src/base/errors.ts';
import type { Files } from '../src/io/files.ts';
import { parseRigidMotion } from '../src/geometry/rigid-motion.ts';
import { decimal } from './decimal.ts';
import { listImages } from './image-folders.ts';
import { checkShape } from './image-shape.ts';
import { valueError } from './read-json.ts';
import type { SplitName } from './scene-data.ts';
import { some } from './scene-files.ts';
import type { PosedImage, PosedScene } from './scene-format.ts';
import { joinPath, viewNames } from './scene-paths.ts';

const LONGEST_TEXT = 65_536;

/** What the names in a scene folder tell about this layout. */
export interface NsvfNames {
  readonly isNsvf: boolean;
  /** Whether there are images of a third split. */
  readonly hasThree: boolean;
  readonly hasTrajectory: boolean;
}

export async function nsvfNames(path: string, files: Files): Promise<NsvfNames> {
  const is = async (name: string, kind: 'file' | 'folder'): Promise<boolean> => (await files.kind(joinPath(path, name))) === kind;
  const isNsvf = (await is('rgb', 'folder')) && (await is('pose', 'folder')) && (await is('intrinsics.txt', 'file'));
  const images = isNsvf ? await listImages(joinPath(path, 'rgb'), files) : [];
  return { isNsvf, hasThree: images.some((name) => name.startsWith('2_')), hasTrajectory: await is('test_traj.txt', 'file') };
}

export async function loadNsvfFolder(path: string, files: Files): Promise<PosedScene> {
  const names = await listImages(joinPath(path, 'rgb'), files);
  const last = names.some((name) => name.startsWith('2_')) ? 2 : 1;
  const camera = await readCamera(joinPath(path, 'intrinsics.txt'), files);
  const shown = viewNames(names);
  const splits: Partial<Record<SplitName, PosedImage[]>> = {};
  const poses = new Set(await files.list(joinPath(path, 'pose')));
  for (const [i, name] of names.entries()) {
    const split = splitOf(joinPath(path, `rgb/${name}`), name, last);
    const pose = poseName(name);
    if (!poses.has(pose)) {
      throw new InputError(
        `${joinPath(path, `pose/${pose}`)}: expected the pose of rgb/${name}, found nothing`,
        'Add the pose, or remove the image.',
      );
    }
    const camToWorld = await readPose(joinPath(path, `pose/${pose}`), files);
    (splits[split] ??= []).push({ name: shown[i], imagePath: joinPath(path, `rgb/${name}`), camToWorld, ...camera });
  }
  for (const name of names) poses.delete(poseName(name));
  const box = await readBox(joinPath(path, 'bbox.txt'), files);
  return { splits, warnings: lonelyPoses([...poses]), space: 'bounded', ...(box && { box }) };
}

function poseName(image: string): string {
  return `${image.replace(/\.[^.]*$/, '')}.txt`;
}

/** @param poses files in pose/ that belong to no image */
function lonelyPoses(poses: readonly string[]): string[] {
  const missing = poses.filter((name) => /^[012]_.*\.txt$/.test(name)).sort();
  return missing.length === 0 ? [] : [`${missing.length} poses have no photo in rgb and were left out (${some(missing)})`];
}

function splitOf(file: string, name: string, last: number): SplitName {
  const split = /^([012])_/.exec(name)?.[1];
  if (split === undefined) {
    throw new InputError(
      `${file}: expected a name that begins with 0_ (train), 1_ or 2_, found "${name}"`,
      'Rename the image and its pose.',
    );
  }
  return Number(split) === 0 ? 'train' : Number(split) === last ? 'test' : 'val';
}

async function readCamera(file: string, files: Files): Promise<Pick<PosedImage, 'intrinsics' | 'shape'>> {
  const lines = await readNumbers(file, files);
  const isMatrix = lines.length >= 3 && lines.slice(0, 3).every((line) => line.length === 4);
  const [first] = lines;
  if (!isMatrix && (first === undefined || first.length < 3))
    throw valueError(
      file,
      'line 1',
      'a focal length and a principal point, or the first of 4 rows of 4 numbers',
      `${first?.length ?? 0} numbers`,
    );
  const [fx, fy, cx, cy] = isMatrix ? [lines[0][0], lines[1][1], lines[0][2], lines[1][2]] : [first[0], first[0], first[1], first[2]];
  if (!(fx > 0 && fy > 0)) throw valueError(file, 'line 1', 'a positive focal length', `${fx} and ${fy}`);
  if (isMatrix && lines[0][1] !== 0)
    throw valueError(file, 'line 1', 'no skew (0 as second number)', String(lines[0][1]), 'Resample the images to square axes.');
  const shape = isMatrix ? undefined : sizeOf(lines.at(-1)!);
  const intrinsics = (width: number, height: number): Intrinsics => {
    const size = { width, height };
    if (shape !== undefined) checkShape(`${file}: last line`, size, shape);
    const [sx, sy] = shape === undefined ? [1, 1] : [width / shape.width, height / shape.height];
    return { ...size, fx: fx * sx, fy: fy * sy, cx: cx * sx, cy: cy * sy };
  };
  return { intrinsics, ...(shape && { shape }) };
}

/** "height width"; other lines have other counts of numbers. */
function sizeOf(numbers: readonly number[]): Size | undefined {
  const [height, width] = numbers;
  return numbers.length === 2 && height > 0 && width > 0 ? { width, height } : undefined;
}

async function readPose(file: string, files: Files): Promise<Float64Array> {
  const matrix = parseRigidMotion(await readNumbers(file, files));
  if (!(matrix instanceof Float64Array)) throw valueError(file, matrix.at, matrix.expected, matrix.found);
  for (let axis = 0; axis < 3; axis++) {
    matrix[axis * 4 + 1] *= -1;
    matrix[axis * 4 + 2] *= -1;
  }
  return matrix;
}

async function readBox(file: string, files: Files): Promise<Box | undefined> {
  if ((await files.kind(file)) !== 'file') return undefined;
  const numbers = (await readNumbers(file, files)).flat();
  const [x0, y0, z0, x1, y1, z1] = numbers;
  if (numbers.length < 6 || !(x1 > x0 && y1 > y0 && z1 > z0))
    throw valueError(file, '', 'the six sides of a box, minima before maxima', numbers.slice(0, 7).join(' ') || 'nothing');
  return { min: [x0, y0, z0], max: [x1, y1, z1] };
}

/** The numbers of each line that is not empty. */
async function readNumbers(file: string, files: Files): Promise<number[][]> {
  const bytes = await files.read(file);
  if (bytes.length > LONGEST_TEXT) throw valueError(file, '', 'a few lines of numbers', `${bytes.length} bytes`);
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.flatMap((text, i) => {
    const words = text.trim().split(/[\s,]+/).filter((word) => word !== ''); // prettier-ignore
    if (words.length === 0) return [];
    const numbers = words.map(decimal);
    const bad = numbers.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw valueError(file, `line ${i + 1}`, 'finite numbers', `"${words[bad].slice(0, 40)}"`);
    return [numbers];
  });
}
