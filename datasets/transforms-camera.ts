/**
 * The camera of a transforms.json in every dialect (Blender, instant-ngp, nerfstudio), for all frames or for one: focal lengths in pixels (fl_x,
 * fl_y) or fields of view (camera_angle_x, camera_angle_y in radians; x_fov, y_fov in degrees), principal point (cx, cy), the size they are for
 * (w, h), and distortion (k1..k4, p1, p2, or all six as distortion_params; src/geometry/lens.ts). All of it is scaled to the size of the stored image.
 * What a frame gives goes before what the file gives; its focal lengths replace those of the file however either writes them.
 */
import { z } from 'zod';
import { InputError } from '../src/base/errors.ts';
import type { Distortion, Intrinsics, Size } from '../src/geometry/intrinsics.ts';
import { checkShape } from './image-shape.ts';
import { valueError } from './read-json.ts';
import type { Contradiction, PosedImage } from './scene-format.ts';

const positive = z.number({ error: 'a positive number' }).positive({ error: 'a positive number' }).optional();
const coefficient = z.number({ error: 'a number' }).optional();
const ANGLE = 'an angle in radians between 0 and pi (a field of view)';
const angle = z.number({ error: ANGLE }).gt(0, { error: ANGLE }).lt(Math.PI, { error: ANGLE }).optional();
const DEGREES = 'an angle in degrees between 0 and 180 (a field of view)';
const degrees = z.number({ error: DEGREES }).gt(0, { error: DEGREES }).lt(180, { error: DEGREES }).optional();

export const cameraKeys = {
  camera_model: z.string({ error: 'the name of a camera model' }).optional(),
  fl_x: positive,
  fl_y: positive,
  camera_angle_x: angle,
  camera_angle_y: angle,
  x_fov: degrees,
  y_fov: degrees,
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
  distortion_params: z
    .array(z.number({ error: 'a number' }), { error: '6 numbers: k1 k2 k3 k4 p1 p2' })
    .length(6, { error: '6 numbers: k1 k2 k3 k4 p1 p2' })
    .optional(),
};

export type CameraKeys = z.infer<z.ZodObject<typeof cameraKeys>>;

const MODELS = ['OPENCV', 'PINHOLE', 'SIMPLE_PINHOLE', 'SIMPLE_RADIAL', 'RADIAL', 'PERSPECTIVE'];

const UNDISTORT = 'Undistort the images to a perspective camera first, for example with `colmap image_undistorter`.';
const PIXELS = 'Give fl_x, fl_y, cx, cy in pixels and k1, k2, p1, p2 instead.';
const BAKE = 'Write it into the images as transparency, or leave the key out.';

/** Keys of other programs that change the picture and mean nothing here: what they stand for and how to do without. Zeros and false are off. */
const REFUSED: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ...entries(['is_fisheye', 'fisheye_crop_radius'], 'a fisheye lens', UNDISTORT),
  ...entries(['ftheta_p0', 'ftheta_p1', 'ftheta_p2', 'ftheta_p3', 'ftheta_p4'], 'an f-theta lens', UNDISTORT),
  ...entries(['equirectangular', 'latlong'], 'a panorama', UNDISTORT),
  ...entries(['orthographic'], 'parallel projection', 'Take or render the images with a perspective camera.'),
  ...entries(['rolling_shutter'], 'a rolling shutter', 'Leave the key out if the images are of one moment each.'),
  ...entries(['transform_matrix_start', 'transform_matrix_end'], 'a camera that moves during exposure', 'Give one transform_matrix.'),
  ...entries(['k5', 'k6', 'p3', 'p4', 's1', 's2', 's3', 's4', 'b1', 'b2', 'xi', 'skew'], 'a lens of more coefficients', UNDISTORT),
  ...entries(['K', 'intrinsic', 'intrinsics', 'intrinsic_matrix', 'camera_intrinsics', 'camera_matrix'], 'a matrix of intrinsics', PIXELS),
  ...entries(['focal', 'focal_length', 'fov', 'fov_x', 'fov_y', 'fx', 'fy'], 'a focal length under another name', PIXELS),
  ...entries(['shift_x', 'shift_y', 'lens_shift_x', 'lens_shift_y', 'principal_point'], 'a shifted lens', PIXELS),
  ...entries(['white_transparent', 'black_transparent'], 'a colour that counts as transparent', BAKE),
  ...entries(['sharpen'], 'sharpening', 'Sharpen the images themselves, or leave the key out.'),
  ...entries(['from_mitsuba'], "Mitsuba's axes", 'Turn the first and third column of each transform_matrix round and leave the key out.'),
};

function entries(keys: readonly string[], what: string, fix: string): Record<string, readonly [string, string]> {
  return Object.fromEntries(keys.map((key) => [key, [what, fix] as const]));
}

/** Focal lengths and fields of view that are both given may differ by this share. */
const AGREEMENT = 0.01;

/** @throws InputError naming the first key of `keys` that changes the picture in a way that cannot be followed */
export function refuseOtherCameras(file: string, where: string, keys: Readonly<Record<string, unknown>>): void {
  for (const key of Object.keys(keys)) {
    const refused = Object.hasOwn(REFUSED, key) ? REFUSED[key] : undefined;
    if (refused === undefined || isOff(keys[key])) continue;
    const [what, fix] = refused;
    throw new InputError(`${file}: expected a perspective camera (${MODELS.join(', ')}), found ${where}${key}: ${what}`, fix);
  }
}

/** Whether it is a key of cameras that `refuseOtherCameras` looks at. */
export function isOtherCameraKey(key: string): boolean {
  return Object.hasOwn(REFUSED, key);
}

/** Also a matrix of nothing; deeper lists are something. */
function isOff(value: unknown): boolean {
  const isEmpty = (item: unknown): boolean => (Array.isArray(item) ? item.every(isNothing) : isNothing(item));
  return Array.isArray(value) ? value.every(isEmpty) : isNothing(value);
}

function isNothing(value: unknown): boolean {
  return value === false || value === 0 || value === null || value === undefined || value === '';
}

/**
 * @param where the frame, for messages
 * @param factor how much smaller the stored images are than those that the file speaks of, where it does not give their size
 */
export function cameraOf(
  file: string,
  where: string,
  ofAll: CameraKeys,
  ofFrame: CameraKeys,
  factor: number,
): Pick<PosedImage, 'intrinsics' | 'shape' | 'contradictions'> {
  const keys = mergeCameras(ofAll, ofFrame);
  checkModel(file, keys);
  if (keys.fl_x === undefined && keys.camera_angle_x === undefined && keys.x_fov === undefined) {
    throw valueError(file, 'fl_x', 'a focal length in pixels (or camera_angle_x), for all frames or in each', `none for ${where}`);
  }
  const distortion = distortionOf(keys);
  const intrinsics = (width: number, height: number): Intrinsics => {
    const [w, h] = [keys.w ?? width * factor, keys.h ?? height * factor];
    const [sx, sy] = [width / w, height / h];
    checkShape(`${file}: ${where} (w, h)`, { width, height }, { width: w, height: h });
    const fx = keys.fl_x ?? focalOf(w, angleX(keys)!);
    const across = angleY(keys);
    const fy = keys.fl_y ?? (across === undefined ? fx : focalOf(h, across));
    const { cx = w / 2, cy = h / 2 } = keys;
    return { width, height, fx: fx * sx, fy: fy * sy, cx: cx * sx, cy: cy * sy, ...(distortion && { distortion }) };
  };
  const { w, h } = keys;
  return {
    intrinsics,
    contradictions: (size) => contradictions(keys, size && { width: w ?? size.width * factor, height: h ?? size.height * factor }),
    ...(w !== undefined && h !== undefined && { shape: { width: w, height: h } }),
  };
}

/** @param image that the keys speak of; null: only what they say of it is known */
function contradictions(keys: CameraKeys, image: Size | null): Contradiction[] {
  const { fl_x: fx, fl_y: fy, w, h } = keys;
  return [
    ...twoFocals(
      fx,
      { focal: 'fl_x', angle: keys.camera_angle_x === undefined ? 'x_fov' : 'camera_angle_x', side: 'w' },
      angleX(keys),
      w,
      image?.width,
    ),
    ...twoFocals(
      fy,
      { focal: 'fl_y', angle: keys.camera_angle_y === undefined ? 'y_fov' : 'camera_angle_y', side: 'h' },
      angleY(keys),
      h,
      image?.height,
    ),
    ...twoAngles(keys),
    ...twoLenses(keys),
  ];
}

/**
 * @param across radians
 * @param written the side of the image that the file gives
 * @param side else that of the photo
 */
function twoFocals(
  focal: number | undefined,
  keys: Readonly<Record<'focal' | 'angle' | 'side', string>>,
  across: number | undefined,
  written: number | undefined,
  side = written,
): Contradiction[] {
  if (focal === undefined || side === undefined || across === undefined) return [];
  const other = focalOf(side, across);
  if (Math.abs(other / focal - 1) <= AGREEMENT) return [];
  const said = `${keys.focal} is ${focal.toPrecision(5)}, ${keys.angle} makes it ${other.toPrecision(5)}: ${keys.focal} is taken`;
  const meant = Math.round((side * focal) / other);
  return [
    [
      keys.focal,
      written === undefined ? `${said}; if it is for images whose side is ${meant} and not ${side}, say so with ${keys.side}` : said,
    ],
  ];
}

function twoAngles(keys: CameraKeys): Contradiction[] {
  const found: Contradiction[] = [];
  for (const [radians, inDegrees] of [
    ['camera_angle_x', 'x_fov'],
    ['camera_angle_y', 'y_fov'],
  ] as const) {
    const [taken, other] = [keys[radians], keys[inDegrees]];
    if (taken === undefined || other === undefined) continue;
    const turned = (taken * 180) / Math.PI;
    if (Math.abs(other / turned - 1) > AGREEMENT)
      found.push([radians, `${radians} is ${turned.toPrecision(5)} degrees, ${inDegrees} ${other.toPrecision(5)}: ${radians} is taken`]);
  }
  return found;
}

/** Coefficients that a model has; the others have all of them. */
const COEFFICIENTS: Readonly<Record<string, readonly string[]>> = {
  PINHOLE: [],
  SIMPLE_PINHOLE: [],
  SIMPLE_RADIAL: ['k1'],
  RADIAL: ['k1', 'k2'],
};

function twoLenses(keys: CameraKeys): Contradiction[] {
  const { distortion_params: list, camera_model: model = '' } = keys;
  const found: Contradiction[] = [];
  const differs = LENS.find((key, i) => list !== undefined && keys[key] !== undefined && keys[key] !== list[i]);
  if (differs !== undefined)
    found.push(['distortion_params', `${differs} is ${keys[differs]}, distortion_params have another: distortion_params are taken`]);
  const name = model.toUpperCase();
  if (!Object.hasOwn(COEFFICIENTS, name)) return found;
  const more = LENS.find((key, i) => !COEFFICIENTS[name].includes(key) && (list?.[i] ?? keys[key] ?? 0) !== 0);
  if (more !== undefined) found.push(['camera_model', `camera_model ${model} has no ${more}: it is taken all the same`]);
  return found;
}

const FOCAL: readonly (keyof CameraKeys)[] = ['fl_x', 'fl_y', 'camera_angle_x', 'camera_angle_y', 'x_fov', 'y_fov'];
const LENS: readonly ('k1' | 'k2' | 'k3' | 'k4' | 'p1' | 'p2')[] = ['k1', 'k2', 'k3', 'k4', 'p1', 'p2'];

function mergeCameras(ofAll: CameraKeys, ofFrame: CameraKeys): CameraKeys {
  const own = (key: keyof CameraKeys): boolean => ofFrame[key] !== undefined;
  const replaced = new Set<keyof CameraKeys>([
    ...(FOCAL.some(own) ? FOCAL : []),
    ...(LENS.some(own) ? (['distortion_params'] as const) : []),
    ...(own('distortion_params') ? LENS : []),
  ]);
  const merged: Record<string, unknown> = {};
  for (const key of Object.keys(cameraKeys) as (keyof CameraKeys)[]) {
    const value = ofFrame[key] ?? (replaced.has(key) ? undefined : ofAll[key]);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

function checkModel(file: string, { camera_model: model }: CameraKeys): void {
  if (model === undefined || MODELS.includes(model.toUpperCase())) return;
  throw new InputError(
    `${file}: expected a perspective camera (camera_model ${MODELS.join(', ')}), found camera_model "${model}"`,
    UNDISTORT,
  );
}

/** Undefined for a pinhole. */
function distortionOf({ distortion_params: list, ...keys }: CameraKeys): Distortion | undefined {
  const [k1 = 0, k2 = 0, k3 = 0, k4 = 0, p1 = 0, p2 = 0] = list ?? [keys.k1, keys.k2, keys.k3, keys.k4, keys.p1, keys.p2];
  return [k1, k2, k3, k4, p1, p2].every((value) => value === 0) ? undefined : { k1, k2, k3, k4, p1, p2 };
}

/** Radians. */
function angleX({ camera_angle_x: angle, x_fov: fov }: CameraKeys): number | undefined {
  return angle ?? (fov === undefined ? undefined : (fov * Math.PI) / 180);
}

function angleY({ camera_angle_y: angle, y_fov: fov }: CameraKeys): number | undefined {
  return angle ?? (fov === undefined ? undefined : (fov * Math.PI) / 180);
}

function focalOf(size: number, fieldOfView: number): number {
  return (0.5 * size) / Math.tan(0.5 * fieldOfView);
}
