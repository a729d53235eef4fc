/**
 * COLMAP reconstructions: sparse/0 with cameras, images and points3D as .bin or .txt, and the photos in images (or smaller copies in images_2,
 * images_4, images_8). A pose takes world points to camera points, x right, y down, z forward:
 *
 *     p_cam = R(q) p + t        =>      camToWorld = [R^T diag(1, -1, -1) | -R^T t]
 *
 * Every 8th image in the order of names is for testing (`holdout`). The points say where the scene lies.
 */
import { InputError } from '../src/base/errors.ts';
import type { Files } from '../src/io/files.ts';
import { colmapBinary } from './colmap-binary.ts';
import { colmapIntrinsics } from './colmap-camera.ts';
import type { ColmapImage, ColmapReader } from './colmap-model.ts';
import { colmapText } from './colmap-text.ts';
import { holdOut } from './hold-out.ts';
import { findImageFolder } from './image-folders.ts';
import { missingWarnings } from './missing-images.ts';
import type { PosedImage, PosedScene, SceneFormat } from './scene-format.ts';
import { findImage, joinPath, normaliseRelative, viewNames } from './scene-paths.ts';

/** Where programs put the model inside the scene, in the order asked. */
const MODEL_FOLDERS = ['sparse/0', 'sparse', 'colmap/sparse/0'];

export const colmapFormat: SceneFormat = {
  name: 'colmap',

  async detect(path, files) {
    const model = await findModel(path, files);
    const looked = MODEL_FOLDERS.map((folder) => `${folder}/cameras.bin`).join(' or ');
    return model === null
      ? { found: false, reason: `${looked} (or .txt)` }
      : { found: true, reason: `found ${model.folder}/cameras.${model.reader.extension}` };
  },

  async load(path, files, { downscale, holdout }) {
    const { folder, reader } = (await findModel(path, files))!;
    const file = (name: string): string => joinPath(path, `${folder}/${name}.${reader.extension}`);
    const cameras = reader.cameras(file('cameras'), await files.read(file('cameras')));
    const intrinsics = new Map(cameras.map((camera) => [camera.id, colmapIntrinsics(file('cameras'), camera)]));
    const images = reader.images(file('images'), await files.read(file('images')));
    const photos = await findImageFolder(path, 'images', downscale, files);

    const entries = images
      .map((image) => ({ image, relative: normaliseRelative(image.name, `${file('images')}: name`) }))
      .sort((a, b) => (a.relative < b.relative ? -1 : a.relative > b.relative ? 1 : 0));
    const names = viewNames(entries.map(({ relative }) => relative));
    const posed: PosedImage[] = [];
    const missing: string[] = [];
    for (const [i, { image, relative }] of entries.entries()) {
      const camera = intrinsics.get(image.camera);
      if (camera === undefined) throw unknownCamera(file('images'), image);
      const camToWorld = poseOf(file('images'), image);
      const imagePath = await findPhoto(joinPath(path, photos.name), relative, files);
      if (imagePath === null) missing.push(relative);
      else posed.push({ name: names[i], imagePath, camToWorld, intrinsics: camera });
    }
    const hasPoints = (await files.kind(file('points3D'))) === 'file';
    const points = hasPoints ? reader.points(file('points3D'), await files.read(file('points3D'))) : new Float32Array(0);
    return {
      splits: posed.length === 0 && images.length === 0 ? {} : holdOut(posed, holdout),
      warnings: missingWarnings(file('images'), missing, images.length),
      storedFactor: photos.factor,
      mixedSizes: true,
      ...(points.length > 0 && { points }),
    } satisfies PosedScene;
  },
};

async function findModel(path: string, files: Files): Promise<{ folder: string; reader: ColmapReader } | null> {
  for (const folder of MODEL_FOLDERS) {
    for (const reader of [colmapBinary, colmapText]) {
      const file = (name: string): string => joinPath(path, `${folder}/${name}.${reader.extension}`);
      if ((await files.kind(file('cameras'))) === 'file' && (await files.kind(file('images'))) === 'file') return { folder, reader };
    }
  }
  return null;
}

/** Copies may be of another kind than the originals: images_4/x.png for images/x.JPG. */
async function findPhoto(folder: string, relative: string, files: Files): Promise<string | null> {
  return (await findImage(folder, relative, files)) ?? findImage(folder, relative.replace(/\.[A-Za-z]+$/, ''), files);
}

function unknownCamera(file: string, { name, camera }: ColmapImage): InputError {
  return new InputError(
    `${file}: ${name}: expected a camera of cameras, found number ${camera}, which it does not list`,
    'Export the model again.',
  );
}

function poseOf(file: string, { name, rotation, translation: t }: ColmapImage): Float64Array {
  const length = Math.hypot(...rotation);
  if (!(Math.abs(length - 1) < 1e-3)) {
    throw new InputError(`${file}: ${name}: expected a rotation (unit quaternion), found length ${length}`, 'Export the model again.');
  }
  const [w, x, y, z] = rotation.map((value) => value / length);
  // Rows of R: the axes of the camera (right, down, forward) in the world.
  const right = [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)];
  const down = [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)];
  const forward = [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)];
  const rows = [0, 1, 2].flatMap((axis) => {
    const place = -(right[axis] * t[0] + down[axis] * t[1] + forward[axis] * t[2]);
    return [right[axis], -down[axis], -forward[axis], place];
  });
  return Float64Array.of(...rows, 0, 0, 0, 1);
}
