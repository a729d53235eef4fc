/**
 * What a format has to provide. A format only knows its files: it finds cameras and image paths. Loading pixels, downscaling, depth range, the
 * kind of space and the fingerprint are shared by all formats (open-scene.ts).
 */
import type { Box } from '../src/geometry/box.ts';
import type { Intrinsics, Size } from '../src/geometry/intrinsics.ts';
import type { Files } from '../src/io/files.ts';
import type { SpaceKind } from '../src/spaces/space.ts';
import type { PointCloud } from './ply.ts';
import type { DepthRange, SplitName } from './scene-data.ts';

export interface Detection {
  readonly found: boolean;
  /** What was found, or what was looked for in vain: shown to the user. */
  readonly reason: string;
}

export interface LoadOptions {
  /** What image sizes will be divided by: a format may find smaller copies of the images (`storedFactor`). */
  readonly downscale: number;
  /** Where the files give no splits: of the views in order, 0, holdout, 2 holdout, ... are kept for testing. 0: none. */
  readonly holdout: number;
}

export interface SceneFormat {
  /** Short name, e.g. "blender". */
  readonly name: string;
  /**
   * Looks at names; reads no more than it takes to tell formats apart whose files lie in one folder.
   *
   * @param named the user says that it is this format
   */
  detect(path: string, files: Files, named?: boolean): Promise<Detection>;
  /** Reads the cameras of all splits. Throws InputError where the files are not what the format demands. */
  load(path: string, files: Files, options: LoadOptions): Promise<PosedScene>;
}

/** What a camera says twice and not the same: the key that is taken, and a sentence. */
export type Contradiction = readonly [key: string, said: string];

/** A camera and where its picture lies; pixels not loaded yet. */
export interface PosedImage {
  /** Unique in its split, usable as a file name. */
  readonly name: string;
  readonly imagePath: string;
  /** A picture of the same size, black where pixels mean nothing. */
  readonly maskPath?: string;
  /** [16] row-major rigid motion */
  readonly camToWorld: Float64Array;
  /** The size that the intrinsics are for, where the format gives one; of the stored image only the shape is the same. */
  readonly shape?: { readonly width: number; readonly height: number };
  /** z-depths between which the view's contents lie, for formats that record it by view. */
  readonly depthRange?: DepthRange;
  /** Intrinsics in pixels of the stored image, whose size the format need not know beforehand. */
  intrinsics(width: number, height: number): Intrinsics;
  /** For formats that can say a thing twice. @param size of the stored image; null: not known */
  contradictions?(size: Size | null): readonly Contradiction[];
}

export interface PosedScene {
  readonly splits: Readonly<Partial<Record<SplitName, readonly PosedImage[]>>>;
  /** What is odd but not fatal. */
  readonly warnings: readonly string[];
  /** How much smaller than the originals the images at `imagePath` are. Default 1. */
  readonly storedFactor?: number;
  /** Images of a split may differ in size. Default false. */
  readonly mixedSizes?: boolean;
  /** z-depth range, for formats that record it. */
  readonly depthRange?: DepthRange;
  /** World box of the scene, for formats that record it. */
  readonly box?: Box;
  /** World places on surfaces. */
  readonly points?: PointCloud;
  /** For formats that know. */
  readonly space?: SpaceKind;
}

/** A scene in the world of its field (world-frame.ts). */
export interface PlacedScene extends Omit<PosedScene, 'points'> {
  /** [P,3] world places on surfaces. */
  readonly points?: Float32Array;
  /** By how much each of their coordinates may be wrong. Default 0. */
  readonly pointSlack?: number;
}

export const SPLIT_NAMES: readonly SplitName[] = ['train', 'val', 'test'];
