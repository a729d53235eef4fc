/**
 * What every loader produces: posed images, ready for training, in a world near the origin.
 *
 * Camera convention: right-handed world, the camera looks along its -Z with +Y up, `camToWorld` is 4x4 row-major, a rigid motion. Pixel
 * (i, j), column i and row j from the top left, has its centre at (i + 0.5, j + 0.5).
 */
import type { Vec3 } from '../src/geometry/vector.ts';
import type { SceneSpace } from '../src/spaces/space.ts';
import type { Intrinsics } from '../src/geometry/intrinsics.ts';

export interface View {
  /** Name shown to people and used for output files, e.g. "r_12". */
  readonly name: string;
  /** [16] row-major */
  readonly camToWorld: Float64Array;
  readonly intrinsics: Intrinsics;
  /** [height, width, 4] uint8, straight alpha, sRGB as stored. */
  readonly rgba: Uint8Array;
  /** [height, width] 1 where the pixel may be trained on and measured; without it, everywhere. */
  readonly mask?: Uint8Array;
  /** z-depth of the nearest and farthest things in this view, where the format records it; metres. */
  readonly depthRange?: DepthRange;
}

export interface DepthRange {
  readonly near: number;
  readonly far: number;
}

/** Where the world of a field lies in the coordinates of the scene's file: p_file = centre + p_world / scale (world-frame.ts). */
export interface WorldFrame {
  readonly centre: Vec3;
  /** A power of two. */
  readonly scale: number;
}

export type SplitName = 'train' | 'val' | 'test';
export type Background = 'white' | 'black' | 'random';

export type NamedPose = Pick<View, 'name' | 'camToWorld'>;

export interface SceneData {
  readonly name: string;
  /** e.g. "blender" */
  readonly format: string;
  readonly splits: Readonly<Partial<Record<SplitName, readonly View[]>>>;
  /** Cameras of all splits, those whose pixels were not wanted included. */
  readonly poses: Readonly<Partial<Record<SplitName, readonly NamedPose[]>>>;
  /** null: the world is that of the file. Everything else here is in this world. */
  readonly frame: WorldFrame | null;
  /** Range of z-depth along camera rays in which the scene lies, metres; NaN only where a range was optional and none was found. */
  readonly near: number;
  readonly far: number;
  readonly space: SceneSpace;
  /** [P,3] places on surfaces, from structure from motion, world; null where the scene has none. */
  readonly points: Float32Array | null;
  /** True when images carry real transparency (some alpha < 255). */
  readonly hasAlpha: boolean;
  /** Hash over poses, intrinsics and image bytes: tells whether a scene changed since a checkpoint. */
  readonly fingerprint: string;
  /** What is odd but not fatal: images missing, sizes unusual. Shown to the user. */
  readonly warnings: readonly string[];
}
