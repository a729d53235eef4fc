/**
 * transforms.json, the one file that Blender, instant-ngp and nerfstudio write cameras to, each in its dialect; read the same way wherever it lies.
 * A frame has file_path, transform_matrix (camToWorld of 3 or 4 rows, the camera looking along -Z with +Y up: our own convention), mask_path and
 * keys of a camera (transforms-camera.ts), which the file may give for all frames. null is the same as no key. Keys of a camera or picture that
 * mean nothing here are refused by name, keys that nobody knows are named in a warning.
 */
import { z } from 'zod';
import { parseRigidMotion } from '../src/geometry/rigid-motion.ts';
import type { Files } from '../src/io/files.ts';
import type { Box } from '../src/geometry/box.ts';
import { missingWarnings } from './missing-images.ts';
import { type PointCloud, readPly } from './ply.ts';
import { readJson, valueError } from './read-json.ts';
import { type SceneFiles, some } from './scene-files.ts';
import type { PosedImage } from './scene-format.ts';
import { baseName, viewNames } from './scene-paths.ts';
import { cameraKeys, cameraOf, isOtherCameraKey, refuseOtherCameras } from './transforms-camera.ts';

const finite = z.number({ error: 'a number' });
const names = z.array(z.string({ error: 'a path' }), { error: 'a list of paths' }).optional();

const frameKeys = {
  ...cameraKeys,
  file_path: z.string({ error: 'the path of an image' }),
  transform_matrix: z.unknown().optional(),
  mask_path: z.string({ error: 'the path of a mask' }).optional(),
};

const fileKeys = {
  ...cameraKeys,
  train_filenames: names,
  val_filenames: names,
  test_filenames: names,
  applied_transform: z.array(z.array(finite).length(4), { error: 'rows of 4 numbers' }).min(3).max(4).optional(),
  ply_file_path: z.string({ error: 'the path of a point cloud' }).optional(),
  aabb_scale: z.number({ error: 'a positive number' }).positive({ error: 'a positive number' }).optional(),
  scale: z.number({ error: 'a positive number' }).positive({ error: 'a positive number' }).optional(),
  offset: z.array(finite, { error: '3 numbers' }).length(3, { error: '3 numbers' }).optional(),
};

const schema = z.preprocess(
  withoutNulls,
  z.looseObject(
    {
      ...fileKeys,
      frames: z.array(z.preprocess(withoutNulls, z.looseObject(frameKeys, { error: 'an object with file_path and transform_matrix' })), {
        error: 'a list of frames',
      }),
    },
    { error: 'an object with frames' },
  ),
);

/** Keys that change no picture: training options and notes of other programs. */
const HARMLESS = new Set([
  ...['frames', 'rotation', 'sharpness', 'colmap_im_id', 'aabb', 'up', 'render_aabb', 'n_extra_learnable_dims', 'applied_scale'],
  ...[
    'orientation_override',
    'auto_scale_poses_override',
    'depth_file_path',
    'depth_path',
    'depth_unit_scale_factor',
    'integer_depth_scale',
  ],
  ...['enable_depth_loading', 'enable_ray_loading', 'driver_parameters', 'light_dir', 'time', 'timestamp', 'coordinates', 'near', 'far'],
  ...[
    'ftheta_w',
    'ftheta_h',
    'ftheta_cx',
    'ftheta_cy',
    'version',
    'name',
    'id',
    'index',
    'camera_id',
    'image_id',
    'camera_label',
    'normal_path',
  ],
]);

export type Transforms = z.infer<typeof schema>;

export interface Frames {
  /** In the order of the file. */
  readonly images: PosedImage[];
  /** Path inside the scene of each, as the file gives it. */
  readonly relative: string[];
  readonly warnings: string[];
  /** Whether the file says that images differ in size. */
  readonly mixedSizes: boolean;
}

/** Where stored images lie that are smaller than those that the file speaks of. */
export interface Copies {
  readonly factor: number;
  rename(relative: string): string;
}

export const NO_COPIES: Copies = { factor: 1, rename: (relative) => relative };

/** @throws InputError where the file is not what it should be, and for keys that change the picture and are not understood */
export async function readTransforms(file: string, files: Files): Promise<Transforms> {
  const transforms = await readJson(file, schema, files);
  refuseOtherCameras(file, '', transforms);
  transforms.frames.forEach((frame, i) => {
    refuseOtherCameras(file, `frames[${i}].`, frame);
  });
  return transforms;
}

/** The path of each frame's image inside the scene, in the order of the file. */
export async function framePaths(file: string, { frames }: Transforms, scene: SceneFiles): Promise<string[]> {
  const paths: string[] = [];
  for (const [i, frame] of frames.entries()) paths.push(await scene.locate(frame.file_path, `${file}: frames[${i}].file_path`));
  return paths;
}

export async function loadFrames(
  file: string,
  transforms: Transforms,
  relative: readonly string[],
  scene: SceneFiles,
  copies: Copies = NO_COPIES,
): Promise<Frames> {
  const found: Frames = {
    images: [],
    relative: [],
    warnings: keyWarnings(file, transforms),
    mixedSizes: transforms.frames.some(({ w, h }) => w !== undefined || h !== undefined),
  };
  const missing: string[] = [];
  const shown = viewNames(relative);
  for (const [i, frame] of transforms.frames.entries()) {
    const where = `frames[${i}]`;
    const camToWorld = poseOf(file, i, frame);
    const camera = cameraOf(file, where, transforms, frame, copies.factor);
    const imagePath = await scene.find(copies.rename(relative[i]), copies.factor > 1);
    if (imagePath === null) {
      missing.push(relative[i]);
      continue;
    }
    const { mask_path: written } = frame;
    const maskPath = written === undefined ? undefined : await findMask(file, `${where}.mask_path`, written, copies, scene);
    found.images.push({ name: shown[i], imagePath, camToWorld, ...camera, ...(maskPath !== undefined && { maskPath }) });
    found.relative.push(relative[i]);
  }
  found.warnings.push(...(await missingWarnings(file, missing, transforms.frames.length, scene)));
  return found;
}

/** The points that the file names. That they are missing is a warning: they are of help, no more. */
export async function loadPoints(
  file: string,
  { ply_file_path: written }: Transforms,
  scene: SceneFiles,
  files: Files,
): Promise<{ points?: PointCloud; warnings: string[] }> {
  if (written === undefined) return { warnings: [] };
  const relative = await scene.locate(written, `${file}: ply_file_path`);
  const path = await scene.find(relative);
  if (path === null) {
    const near = await scene.nearest(relative);
    const meant = near === null ? '' : `; nearest to it is ${near}`;
    return { warnings: [`${baseName(file)} names the points ${relative} (ply_file_path), which are not there: read without them${meant}`] };
  }
  const points = readPly(path, await files.read(path));
  return points.places.length > 0 ? { points, warnings: [] } : { warnings: [`${baseName(path)} holds no points`] };
}

/** instant-ngp's cube in the world of the file. */
export function ngpBox({ aabb_scale: side, scale = 0.33, offset = [0.5, 0.5, 0.5] }: Transforms): { box: Box; isBounded: boolean } | null {
  if (side === undefined) return null;
  const at = (sign: number, axis: number): number => (0.5 + (sign * side) / 2 - offset[axis]) / scale;
  const corner = (sign: number): Box['min'] => [at(sign, 0), at(sign, 1), at(sign, 2)];
  return { box: { min: corner(-1), max: corner(1) }, isBounded: side <= 1 };
}

async function findMask(file: string, key: string, written: string, { rename }: Copies, scene: SceneFiles): Promise<string> {
  const relative = rename(await scene.locate(written, `${file}: ${key}`));
  const found = await scene.find(relative);
  if (found !== null) return found;
  const near = await scene.nearest(relative);
  const fix = `${near === null ? '' : `Nearest to it is ${near}. `}Put the mask there, or leave mask_path out.`;
  throw valueError(file, key, 'a mask that exists', `"${relative}", which does not`, fix);
}

/** 4 rows, or 3 without the constant last one. */
function poseOf(file: string, index: number, { file_path: image, transform_matrix: value }: Transforms['frames'][number]): Float64Array {
  const matrix = parseRigidMotion(Array.isArray(value) && value.length === 3 ? [...(value as unknown[]), [0, 0, 0, 1]] : value);
  if (matrix instanceof Float64Array) return matrix;
  const fix = `Correct the pose of ${image} in the file, leave frames[${index}] out, or export the scene again.`;
  throw valueError(file, `frames[${index}].transform_matrix${matrix.at}`, matrix.expected, matrix.found, fix);
}

function keyWarnings(file: string, { frames, ...ofAll }: Transforms): string[] {
  const warnings: string[] = [];
  const unknown = new Set(Object.keys(ofAll).filter((key) => !isKnown(key, fileKeys)));
  for (const frame of frames) for (const key of Object.keys(frame)) if (!isKnown(key, frameKeys)) unknown.add(`frames[].${key}`);
  if (unknown.size > 0) warnings.push(`${baseName(file)} has keys that are not known and were left out: ${some([...unknown])}`);
  const times = new Set(frames.map(({ time }) => time).filter((time) => time !== undefined));
  if (times.size > 1)
    warnings.push(`${baseName(file)}: frames have ${times.size} different times: what moves between them will be blurred`);
  return warnings;
}

function isKnown(key: string, schema: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(schema, key) || HARMLESS.has(key) || isOtherCameraKey(key);
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));
}
