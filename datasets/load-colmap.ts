/**
 * COLMAP reconstructions: sparse/0 with cameras, images and points3D as .bin or .txt (the largest, where there are several models), and the photos in
 * images (or smaller copies in images_2, images_4, images_8). A pose takes world points to camera points, x right, y down, z forward:
 *
 *     p_cam = R(q) p + t        =>      camToWorld = [R^T diag(1, -1, -1) | -R^T t]
 *
 * Every 8th image in the order of names is for testing (`holdout`). The points say where the scene lies.
 */
import { InputError } from '../src/base/errors.ts';
import type { Files } from '../src/io/files.ts';
import { colmapBinary } from './colmap-binary.ts';
import { type ColmapCamera, colmapIntrinsics } from './colmap-camera.ts';
import type { ColmapImage, ColmapReader } from './colmap-model.ts';
import { colmapText } from './colmap-text.ts';
import { holdOut } from './hold-out.ts';
import { findImageFolder } from './image-folders.ts';
import { missingWarnings } from './missing-images.ts';
import { type PointCloud, readPly } from './ply.ts';
import { SceneFiles, some } from './scene-files.ts';
import type { PosedImage, PosedScene, SceneFormat } from './scene-format.ts';
import { joinPath, viewNames } from './scene-paths.ts';

/** Where programs and people put models inside the scene: in numbered folders below these, or in them; the first that has any. */
const MODEL_FOLDERS = ['sparse', 'colmap/sparse', ''];

const READERS: readonly ColmapReader[] = [colmapBinary, colmapText];

interface Model {
  /** Inside the scene. */
  readonly folder: string;
  readonly reader: ColmapReader;
}

export const colmapFormat: SceneFormat = {
  name: 'colmap',

  async detect(path, files) {
    const [model] = await findModels(path, files);
    const looked = 'cameras.bin and images.bin in sparse/0, colmap/sparse/0, or beside the images';
    return model === undefined
      ? { found: false, reason: `${looked} (or .txt)` }
      : { found: true, reason: `found ${inside(model.folder, `cameras.${model.reader.extension}`)}` };
  },

  async load(path, files, { downscale, holdout }) {
    const { folder, reader, warnings } = await largestModel(path, files);
    const file = (name: string): string => joinPath(path, inside(folder, `${name}.${reader.extension}`));
    const cameras = byNumber(file('cameras'), reader.cameras(file('cameras'), await files.read(file('cameras'))));
    const images = reader.images(file('images'), await files.read(file('images')));
    const copies = await findImageFolder(path, 'images', downscale, files);
    const photos = new SceneFiles(joinPath(path, copies.name), files);

    const entries: { image: ColmapImage; relative: string }[] = [];
    for (const image of images) entries.push({ image, relative: await inPhotos(image.name, `${file('images')}: name`, photos) });
    entries.sort((a, b) => (a.relative < b.relative ? -1 : a.relative > b.relative ? 1 : 0));
    const names = viewNames(entries.map(({ relative }) => relative));
    const posed: PosedImage[] = [];
    const missing: string[] = [];
    for (const [i, { image, relative }] of entries.entries()) {
      const camera = cameras.get(image.camera);
      if (camera === undefined) throw unknownCamera(file('images'), image);
      const camToWorld = poseOf(file('images'), image);
      const imagePath = await photos.find(relative, true);
      if (imagePath === null) missing.push(relative);
      else posed.push({ name: names[i], imagePath, camToWorld, ...colmapIntrinsics(file('cameras'), camera) });
    }
    warnings.push(...(await missingWarnings(file('images'), missing, images.length, photos)), ...photos.warnings);
    const scaled = images.filter(({ rotation }) => Math.abs(Math.hypot(...rotation) - 1) > 1e-3).map(({ name }) => name);
    if (scaled.length > 0)
      warnings.push(
        `${scaled.length} rotations of ${folder} are no unit quaternions: taken as their directions, as COLMAP does (${some(scaled)})`,
      );
    const unposed = await photos.imagesBeside(posed.map(({ imagePath }) => imagePath));
    if (unposed.length > 0)
      warnings.push(
        `${unposed.length} photos in ${copies.name} have no pose in ${folder === '' ? 'the model' : folder} and are not used (${some(unposed)})`,
      );
    const points = await pointsIn(path, folder, reader, files);
    if (points === null) warnings.push(`${folder === '' ? 'the model' : folder} has no points (points3D): read without them`);
    return {
      splits: posed.length === 0 && images.length === 0 ? {} : holdOut(posed, holdout),
      warnings,
      storedFactor: copies.factor,
      mixedSizes: true,
      ...(points !== null && { points }),
    } satisfies PosedScene;
  },
};

/** Reconstructions that fell apart leave several models; they have no world in common. */
async function largestModel(path: string, files: Files): Promise<Model & { warnings: string[] }> {
  const counted: (Model & { images: number })[] = [];
  for (const model of await findModels(path, files)) {
    const file = joinPath(path, inside(model.folder, `images.${model.reader.extension}`));
    counted.push({ ...model, images: model.reader.imageCount(file, await files.read(file)) });
  }
  const [largest, ...others] = counted.sort((a, b) => b.images - a.images);
  const text = ({ folder, images }: (typeof counted)[number]): string =>
    `${folder === '' ? 'that of the scene folder' : folder} with ${images}`;
  const warnings =
    others.length === 0
      ? []
      : [`the reconstruction has ${counted.length} models: ${text(largest)} images is taken, left out is ${others.map(text).join(', ')}`];
  return { ...largest, warnings };
}

/** The models of the first folder that has any. */
async function findModels(path: string, files: Files): Promise<Model[]> {
  for (const base of MODEL_FOLDERS) {
    const isFolder = (await files.kind(joinPath(path, base))) === 'folder';
    const numbered = isFolder ? (await files.list(joinPath(path, base))).filter((name) => /^\d{1,4}$/.test(name)) : [];
    const folders = [...numbered.sort((a, b) => Number(a) - Number(b)).map((name) => inside(base, name)), base];
    const models = (await Promise.all(folders.map((folder) => modelIn(path, folder, files)))).filter((model) => model !== null);
    if (models.length > 0) return models;
  }
  return [];
}

function inside(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

async function modelIn(path: string, folder: string, files: Files): Promise<Model | null> {
  for (const reader of READERS) {
    const file = (name: string): string => joinPath(path, inside(folder, `${name}.${reader.extension}`));
    if ((await files.kind(file('cameras'))) === 'file' && (await files.kind(file('images'))) === 'file') return { folder, reader };
  }
  return null;
}

function byNumber(file: string, cameras: readonly ColmapCamera[]): ReadonlyMap<number, ColmapCamera> {
  const found = new Map(cameras.map((camera) => [camera.id, camera]));
  if (found.size === cameras.length) return found;
  const twice = cameras.find((camera) => found.get(camera.id) !== camera)!;
  throw new InputError(`${file}: expected each camera once, found number ${twice.id} twice`, 'Export the model again.');
}

/** The path of a photo inside the folder of photos; a reconstruction that began in the scene's own folder has that of the photos in its names. */
async function inPhotos(name: string, where: string, photos: SceneFiles): Promise<string> {
  const relative = await photos.locate(name, where);
  const [first, ...rest] = relative.split('/');
  const doubled = rest.length > 0 && first.toLowerCase() === 'images' && (await photos.find(relative, true)) === null;
  return doubled ? rest.join('/') : relative;
}

/** From the first file of the model that has any; a point cloud is what Gaussian splatting keeps in its place. Null without any. */
async function pointsIn(path: string, folder: string, reader: ColmapReader, files: Files): Promise<PointCloud | null> {
  const file = (extension: string): string => joinPath(path, inside(folder, `points3D.${extension}`));
  for (const either of [reader, ...READERS.filter((other) => other !== reader)]) {
    const found = file(either.extension);
    if ((await files.kind(found)) !== 'file') continue;
    const places = either.points(found, await files.read(found));
    if (places.length > 0) return { places, isSingle: false };
  }
  if ((await files.kind(file('ply'))) !== 'file') return null;
  const cloud = readPly(file('ply'), await files.read(file('ply')));
  return cloud.places.length > 0 ? cloud : null;
}

function unknownCamera(file: string, { name, camera }: ColmapImage): InputError {
  return new InputError(
    `${file}: ${name}: expected a camera of cameras, found number ${camera}, which it does not list`,
    'Export the model again.',
  );
}

function poseOf(file: string, { name, rotation, translation: t }: ColmapImage): Float64Array {
  const length = Math.hypot(...rotation);
  if (!(length > 1e-6 && Number.isFinite(length)))
    throw new InputError(`${file}: ${name}: expected a rotation (quaternion), found length ${length}`, 'Export the model again.');
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
