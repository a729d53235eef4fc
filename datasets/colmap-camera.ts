/** COLMAP's camera models (src/colmap/sensor/models.h) as our intrinsics. Pixel (0.5, 0.5) is the middle of the first, as here. */
import { InputError } from '../src/base/errors.ts';
import type { Distortion, Intrinsics } from '../src/geometry/intrinsics.ts';
import { checkShape } from './image-shape.ts';
import type { PosedImage } from './scene-format.ts';

export interface ColmapCamera {
  readonly id: number;
  readonly model: string;
  readonly width: number;
  readonly height: number;
  /** In the order of the model. */
  readonly parameters: readonly number[];
}

type Model = { readonly name: string } & (
  | { /** What the parameters are. */ readonly parameters: readonly (keyof Lens)[] }
  /** Models that are no perspective with radial and tangential distortion. */
  | { readonly parameters?: undefined; /** How many parameters the model has. */ readonly count: number }
);

interface Lens extends Distortion {
  readonly f: number;
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** By their number in binary files. */
export const COLMAP_MODELS: readonly Model[] = [
  { name: 'SIMPLE_PINHOLE', parameters: ['f', 'cx', 'cy'] },
  { name: 'PINHOLE', parameters: ['fx', 'fy', 'cx', 'cy'] },
  { name: 'SIMPLE_RADIAL', parameters: ['f', 'cx', 'cy', 'k1'] },
  { name: 'RADIAL', parameters: ['f', 'cx', 'cy', 'k1', 'k2'] },
  { name: 'OPENCV', parameters: ['fx', 'fy', 'cx', 'cy', 'k1', 'k2', 'p1', 'p2'] },
  { name: 'OPENCV_FISHEYE', count: 8 },
  { name: 'FULL_OPENCV', count: 12 },
  { name: 'FOV', count: 5 },
  { name: 'SIMPLE_RADIAL_FISHEYE', count: 4 },
  { name: 'RADIAL_FISHEYE', count: 5 },
  { name: 'THIN_PRISM_FISHEYE', count: 12 },
  { name: 'RAD_TAN_THIN_PRISM_FISHEYE', count: 16 },
];

const UNDISTORT = 'Run `colmap image_undistorter` and use what it writes: images and a PINHOLE model.';

/** The error for a model whose number is not in the list. */
export function newModel(file: string, id: number, code: number): InputError {
  return new InputError(
    `${file}: camera ${id}: expected a camera model from 0 to ${COLMAP_MODELS.length - 1}, found ${code}: a lens of a COLMAP newer than this list, or a damaged file`,
    UNDISTORT,
  );
}

/** Names of a model's parameters. Throws InputError for models that are not supported, by their names. */
function modelParameters(file: string, id: number, model: string): readonly (keyof Lens)[] {
  const parameters = COLMAP_MODELS.find(({ name }) => name === model)?.parameters;
  if (parameters !== undefined) return parameters;
  const supported = COLMAP_MODELS.flatMap(({ name, parameters: known }) => (known === undefined ? [] : name));
  throw new InputError(`${file}: camera ${id}: expected a camera of model ${supported.join(', ')}, found ${model}`, UNDISTORT);
}

/** @throws InputError if the parameters make no camera, or one of a model that is not supported */
export function colmapIntrinsics(
  file: string,
  { id, model, width: w, height: h, parameters }: ColmapCamera,
): Pick<PosedImage, 'intrinsics' | 'shape'> {
  const lens: Partial<Record<keyof Lens, number>> = Object.fromEntries(
    modelParameters(file, id, model).map((name, i) => [name, parameters[i]]),
  );
  const { f = NaN, fx = f, fy = f, cx = NaN, cy = NaN, k1 = 0, k2 = 0, p1 = 0, p2 = 0 } = lens;
  if (!(w > 0 && h > 0 && fx > 0 && fy > 0) || ![fx, fy, cx, cy, k1, k2, p1, p2].every(Number.isFinite)) {
    throw new InputError(
      `${file}: camera ${id}: expected a positive size and focal length and finite parameters, found ${w}x${h}, ${parameters.join(' ')}`,
      'Reconstruct the scene again, or leave that camera out.',
    );
  }
  const isPinhole = k1 === 0 && k2 === 0 && p1 === 0 && p2 === 0;
  const distortion: Distortion = { k1, k2, k3: 0, k4: 0, p1, p2 };
  const shape = { width: w, height: h };
  const intrinsics = (width: number, height: number): Intrinsics => {
    checkShape(`${file}: camera ${id}`, { width, height }, shape);
    const [sx, sy] = [width / w, height / h];
    return { width, height, fx: fx * sx, fy: fy * sy, cx: cx * sx, cy: cy * sy, ...(!isPinhole && { distortion }) };
  };
  return { intrinsics, shape };
}
