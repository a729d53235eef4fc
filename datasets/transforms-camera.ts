/**
 * The camera of a transforms.json, for all frames or for one: focal lengths in pixels (fl_x, fl_y) or fields of view in radians (camera_angle_x,
 * camera_angle_y), principal point (cx, cy), the size they are for (w, h), and distortion (k1..k4, p1, p2; src/geometry/lens.ts). All of it is scaled
 * to the size of the stored image.
 */
import type { Distortion, Intrinsics } from '../src/geometry/intrinsics.ts';
import { z } from 'zod';
import { InputError } from '../src/base/errors.ts';
import { valueError } from './read-json.ts';
import type { PosedImage } from './scene-format.ts';

const positive = z.number({ error: 'a positive number' }).positive({ error: 'a positive number' }).optional();
const coefficient = z.number({ error: 'a number' }).optional();
const ANGLE = 'an angle in radians between 0 and pi (a field of view)';
const angle = z.number({ error: ANGLE }).gt(0, { error: ANGLE }).lt(Math.PI, { error: ANGLE }).optional();

export const cameraKeys = {
  camera_model: z.string({ error: 'the name of a camera model' }).optional(),
  is_fisheye: z.boolean({ error: 'true or false' }).optional(),
  fl_x: positive,
  fl_y: positive,
  camera_angle_x: angle,
  camera_angle_y: angle,
  cx: coefficient,
  cy: coefficient,
  w: positive,
  h: positive,
  k1: coefficient,
  k2: coefficient,
  k3: coefficient,
  k4: coefficient,
  p1: coefficient,
  p2: coefficient,
};

export type CameraKeys = z.infer<z.ZodObject<typeof cameraKeys>>;

const MODELS = ['OPENCV', 'PINHOLE', 'SIMPLE_PINHOLE', 'SIMPLE_RADIAL', 'RADIAL', 'PERSPECTIVE'];

/** How much the two sides of an image may be scaled differently: copies are rounded to whole pixels. */
const ROUNDING = 0.02;

/**
 * @param where the frame, for messages
 * @param factor how much smaller the stored images are than those that the file speaks of, where it does not give their size
 */
export function cameraOf(file: string, where: string, keys: CameraKeys, factor: number): PosedImage['intrinsics'] {
  checkModel(file, keys);
  if (keys.fl_x === undefined && keys.camera_angle_x === undefined) {
    throw valueError(file, 'fl_x', 'a focal length in pixels (or camera_angle_x), for all frames or in each', `none for ${where}`);
  }
  const distortion = distortionOf(keys);
  return (width, height): Intrinsics => {
    const [w, h] = [keys.w ?? width * factor, keys.h ?? height * factor];
    const [sx, sy] = [width / w, height / h];
    if (Math.abs(sx / sy - 1) > ROUNDING + 1 / Math.min(width, height)) {
      throw new InputError(
        `${file}: ${where}: expected an image of the shape ${w}x${h} (w, h), found one of ${width}x${height}`,
        'Give w and h of the images as they are, or undo the cropping: intrinsics cannot be scaled from one shape to another.',
      );
    }
    const fx = keys.fl_x ?? focalOf(w, keys.camera_angle_x!);
    const fy = keys.fl_y ?? (keys.camera_angle_y === undefined ? fx : focalOf(h, keys.camera_angle_y));
    const { cx = w / 2, cy = h / 2 } = keys;
    return { width, height, fx: fx * sx, fy: fy * sy, cx: cx * sx, cy: cy * sy, ...(distortion && { distortion }) };
  };
}

function checkModel(file: string, { camera_model: model, is_fisheye: isFisheye }: CameraKeys): void {
  const found = isFisheye === true ? 'is_fisheye' : model !== undefined && !MODELS.includes(model) ? `camera_model "${model}"` : null;
  if (found === null) return;
  throw new InputError(
    `${file}: expected a perspective camera (camera_model ${MODELS.join(', ')}), found ${found}`,
    'Undistort the images to a perspective camera first, for example with `colmap image_undistorter`.',
  );
}

/** Undefined for a pinhole. */
function distortionOf({ k1 = 0, k2 = 0, k3 = 0, k4 = 0, p1 = 0, p2 = 0 }: CameraKeys): Distortion | undefined {
  return [k1, k2, k3, k4, p1, p2].every((value) => value === 0) ? undefined : { k1, k2, k3, k4, p1, p2 };
}

function focalOf(size: number, fieldOfView: number): number {
  return (0.5 * size) / Math.tan(0.5 * fieldOfView);
}
