/**
 * Local Light Field Fusion (Mildenhall et al. 2019), the forward-facing scenes of NeRF: poses_bounds.npy, and pictures in images, images_4 or
 * images_8 in the order of their names. A row of poses_bounds has 17 numbers,
 *
 *     [R | t | h w f]  3x5 row-major,  near, far
 *
 * with R's columns the camera's down, right and back axes, f the focal length of an original image of h x w pixels, and the z-depths that the
 * view shows. Our axes are right, up, back: columns 1, -0, 2. Every 8th view is for testing (`holdout`).
 */
import { InputError } from '../src/base/errors.ts';
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import { rigidProblem } from '../src/geometry/rigid-motion.ts';
import type { Files } from '../src/io/files.ts';
import { holdOut } from './hold-out.ts';
import { findImageFolder, listImages } from './image-folders.ts';
import { checkShape } from './image-shape.ts';
import { colmapFormat } from './load-colmap.ts';
import { checkMatrix, type NpyArray, readNpy } from './npy.ts';
import { viewDepths } from './point-bounds.ts';
import { valueError } from './read-json.ts';
import type { LoadOptions, PosedImage, PosedScene, SceneFormat } from './scene-format.ts';
import { joinPath, viewNames } from './scene-paths.ts';
import { facesForward } from './scene-space.ts';

export const POSES_BOUNDS = 'poses_bounds.npy';
export const COLUMNS = 17;

export const llffFormat: SceneFormat = {
  name: 'llff',

  async detect(path, files, named = false) {
    const file = joinPath(path, POSES_BOUNDS);
    if ((await files.kind(file)) !== 'file') return { found: false, reason: POSES_BOUNDS };
    const { found: hasModel } = await colmapFormat.detect(path, files);
    if (named || !hasModel) return { found: true, reason: `found ${POSES_BOUNDS}` };
    // The scenes of Mip-NeRF 360 and NeRD have both: of cameras all round the reconstruction says more, and where the subject lies.
    const array = readNpy(file, await files.read(file));
    const poses = Array.from({ length: checkMatrix(file, array, COLUMNS) }, (_, i) => poseOf(rowOf(array, i)));
    return facesForward(poses)
      ? { found: true, reason: `found ${POSES_BOUNDS}, its cameras all look one way` }
      : { found: false, reason: `${POSES_BOUNDS}, whose cameras look all ways, without a COLMAP model` };
  },

  async load(path, files, options) {
    const file = joinPath(path, POSES_BOUNDS);
    const array = readNpy(file, await files.read(file));
    const rows = checkMatrix(file, array, COLUMNS);
    const { factor, paths } = await imagePaths(path, file, rows, files, options);
    const names = viewNames(paths);
    const images = paths.map((relative, i): PosedImage => {
      const { pose, ...camera } = parseRow(file, i, rowOf(array, i));
      return { name: names[i], imagePath: joinPath(path, relative), camToWorld: pose, ...camera };
    });
    const forward = facesForward(images.map(({ camToWorld }) => camToWorld));
    return {
      splits: holdOut(images, options.holdout),
      warnings: [],
      storedFactor: factor,
      depthRange: viewDepths(images) ?? undefined,
      ...(forward && { space: 'ndc' }),
    } satisfies PosedScene;
  },
};

async function imagePaths(
  path: string,
  file: string,
  rows: number,
  files: Files,
  { downscale }: LoadOptions,
): Promise<{ factor: number; paths: string[] }> {
  const { name, factor } = await findImageFolder(path, 'images', downscale, files);
  const found = await listImages(joinPath(path, name), files);
  if (found.length === rows) return { factor, paths: found.map((image) => joinPath(name, image)) };
  throw new InputError(
    `${joinPath(path, name)}: expected ${rows} images, one for each row of ${file}, found ${found.length}`,
    'Poses belong to images by their order: put back or remove images until the numbers agree.',
  );
}

function rowOf({ data }: NpyArray, index: number): Float64Array {
  return data.subarray(index * COLUMNS, (index + 1) * COLUMNS);
}

function poseOf(row: Float64Array): Float64Array {
  const pose = new Float64Array(16);
  pose[15] = 1;
  for (let axis = 0; axis < 3; axis++) {
    const [down, right, back, place] = row.subarray(axis * 5, axis * 5 + 4);
    pose.set([right, -down, back, place], axis * 4);
  }
  return pose;
}

function parseRow(
  file: string,
  index: number,
  row: Float64Array,
): { pose: Float64Array } & Pick<PosedImage, 'intrinsics' | 'shape' | 'depthRange'> {
  const bad = row.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw valueError(file, `row ${index}`, 'finite numbers', `${row[bad]} in column ${bad}`, 'Leave that view out.');
  const pose = poseOf(row);
  const problem = rigidProblem(pose);
  if (problem !== null) throw valueError(file, `row ${index}`, problem.expected, problem.found);
  const [fullHeight, fullWidth, focal] = [row[4], row[9], row[14]];
  if (!(fullHeight > 0 && fullWidth > 0 && focal > 0))
    throw valueError(file, `row ${index}`, 'a positive height, width and focal length', `${fullHeight}, ${fullWidth}, ${focal}`);
  const [near, far] = row.subarray(15);
  if (!(near > 0 && far > near)) throw valueError(file, `row ${index}`, 'bounds 0 < near < far', `${near} and ${far}`);
  const shape = { width: fullWidth, height: fullHeight };
  // One focal length for both sides, from the width: stored copies may be a pixel off in height.
  const intrinsics = (width: number, height: number): Intrinsics => {
    checkShape(`${file}: row ${index}`, { width, height }, shape);
    const scaled = (focal * width) / fullWidth;
    return { width, height, fx: scaled, fy: scaled, cx: width / 2, cy: height / 2 };
  };
  return { pose, intrinsics, shape, depthRange: { near, far } };
}
