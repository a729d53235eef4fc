/**
 * The format of the NeRF synthetic scenes (Mildenhall et al. 2020), as written from Blender:
 *
 *     transforms_{train,val,test}.json   { camera_angle_x, frames: [{ file_path, transform_matrix }] }
 *
 * camera_angle_x is the horizontal field of view in radians; with image width W the focal length is fx = fy = W / (2 tan(angle / 2)) and the
 * principal point is the image centre. transform_matrix is camToWorld, the camera looking along -Z with +Y up: our own convention, so poses
 * are taken as they are. Other keys ("rotation", ...) mean nothing to a reconstruction and are ignored.
 */
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import { z } from 'zod';
import type { Files } from '../src/io/files.ts';
import { parseRigidMotion } from '../src/geometry/rigid-motion.ts';
import { missingWarnings } from './missing-images.ts';
import { readJson, valueError } from './read-json.ts';
import type { SplitName } from './scene-data.ts';
import { SPLIT_NAMES, type PosedImage, type SceneFormat } from './scene-format.ts';
import { findImage, joinPath, normaliseRelative, viewNames } from './scene-paths.ts';

const ANGLE = 'an angle in radians between 0 and pi (the horizontal field of view)';

const transformsSchema = z.object(
  {
    camera_angle_x: z.number({ error: ANGLE }).gt(0, { error: ANGLE }).lt(Math.PI, { error: ANGLE }),
    frames: z.array(
      z.object(
        { file_path: z.string({ error: 'the path of an image' }), transform_matrix: z.unknown().optional() },
        { error: 'an object with file_path and transform_matrix' },
      ),
      { error: 'a list of frames' },
    ),
  },
  { error: 'an object with camera_angle_x and frames' },
);

export const blenderFormat: SceneFormat = {
  name: 'blender',

  async detect(path, files) {
    const present = await presentSplits(path, files);
    if (present.length === 0) return { found: false, reason: SPLIT_NAMES.map(fileName).join(', ') };
    return { found: true, reason: `found ${present.map(fileName).join(', ')}` };
  },

  async load(path, files) {
    const splits: Partial<Record<SplitName, PosedImage[]>> = {};
    const warnings: string[] = [];
    for (const split of await presentSplits(path, files)) {
      const loaded = await loadSplit(path, split, files);
      warnings.push(...loaded.warnings);
      if (loaded.images.length > 0) splits[split] = loaded.images;
    }
    return { splits, warnings, space: 'bounded' };
  },
};

async function loadSplit(folder: string, split: SplitName, files: Files): Promise<{ images: PosedImage[]; warnings: string[] }> {
  const file = joinPath(folder, fileName(split));
  const transforms = await readJson(file, transformsSchema, files);
  const relative = transforms.frames.map((frame, i) => normaliseRelative(frame.file_path, `${file}: frames[${i}].file_path`));
  const names = viewNames(relative);
  const images: PosedImage[] = [];
  const missing: string[] = [];
  for (const [i, frame] of transforms.frames.entries()) {
    const matrix = parseRigidMotion(frame.transform_matrix);
    if (!(matrix instanceof Float64Array)) {
      throw valueError(file, `frames[${i}].transform_matrix${matrix.at}`, matrix.expected, matrix.found);
    }
    const imagePath = await findImage(folder, relative[i], files);
    if (imagePath === null) missing.push(relative[i]);
    else images.push({ name: names[i], imagePath, camToWorld: matrix, intrinsics: pinhole(transforms.camera_angle_x) });
  }
  return { images, warnings: splitWarnings(file, split, transforms.frames.length, missing) };
}

function splitWarnings(file: string, split: SplitName, listed: number, missing: readonly string[]): string[] {
  return listed === 0 ? [`${file} lists no frames; the scene has no ${split} split`] : missingWarnings(file, missing, listed);
}

function pinhole(angleX: number): PosedImage['intrinsics'] {
  return (width, height): Intrinsics => {
    const focal = (0.5 * width) / Math.tan(0.5 * angleX);
    return { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2 };
  };
}

async function presentSplits(path: string, files: Files): Promise<SplitName[]> {
  const kinds = await Promise.all(SPLIT_NAMES.map((split) => files.kind(joinPath(path, fileName(split)))));
  return SPLIT_NAMES.filter((_, i) => kinds[i] === 'file');
}

function fileName(split: SplitName): string {
  return `transforms_${split}.json`;
}
