/**
 * What every loader produces: posed images, ready for training.
 *
 * Camera convention: right-handed world, the camera looks along its -Z with +Y up, `camToWorld` is 4x4 row-major, a rigid motion. Pixel
 * (i, j), column i and row j from the top left, has its centre at (i + 0.5, j + 0.5).
 */
export interface Intrinsics {
  readonly width: number;
  readonly height: number;
  /** Focal lengths and principal point, pixels. */
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

export interface View {
  /** Name shown to people and used for output files, e.g. "r_12". */
  readonly name: string;
  /** [16] row-major */
  readonly camToWorld: Float64Array;
  readonly intrinsics: Intrinsics;
  /** [height, width, 4] uint8, straight alpha, sRGB as stored. */
  readonly rgba: Uint8Array;
}

export type SplitName = 'train' | 'val' | 'test';
export type Background = 'white' | 'black' | 'random';

export interface SceneData {
  readonly name: string;
  /** e.g. "blender" */
  readonly format: string;
  readonly splits: Readonly<Partial<Record<SplitName, readonly View[]>>>;
  /** Range of z-depth along camera rays in which the scene lies, metres; NaN only where a range was optional and none was found. */
  readonly near: number;
  readonly far: number;
  /** True when images carry real transparency (some alpha < 255). */
  readonly hasAlpha: boolean;
  /** Hash over poses, intrinsics and image bytes: tells whether a scene changed since a checkpoint. */
  readonly fingerprint: string;
  /** What is odd but not fatal: images missing, sizes unusual. Shown to the user. */
  readonly warnings: readonly string[];
}
