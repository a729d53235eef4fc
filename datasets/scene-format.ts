/**
 * What a format has to provide. A format only knows its files: it finds cameras and image paths. Loading pixels, downscaling, depth range and
 * fingerprint are shared by all formats (open-scene.ts).
 */
import type { Files } from '../src/io/files.ts';
import type { Intrinsics, SplitName } from './scene-data.ts';

export interface Detection {
  readonly found: boolean;
  /** What was found, or what was looked for in vain: shown to the user. */
  readonly reason: string;
}

export interface SceneFormat {
  /** Short name, e.g. "blender". */
  readonly name: string;
  /** Looks at names only, reads nothing. */
  detect(path: string, files: Files): Promise<Detection>;
  /** Reads the cameras of all splits. Throws InputError where the files are not what the format demands. */
  load(path: string, files: Files): Promise<PosedScene>;
}

/** A camera and where its picture lies; pixels not loaded yet. */
export interface PosedImage {
  /** Unique in its split, usable as a file name. */
  readonly name: string;
  readonly imagePath: string;
  /** [16] row-major rigid motion */
  readonly camToWorld: Float64Array;
  /** Intrinsics in pixels of the stored image, whose size the format need not know beforehand. */
  intrinsics(width: number, height: number): Intrinsics;
}

export interface PosedScene {
  readonly splits: Readonly<Partial<Record<SplitName, readonly PosedImage[]>>>;
  /** What is odd but not fatal. */
  readonly warnings: readonly string[];
  /** z-depth range, for formats that record it. */
  readonly depthRange?: { readonly near: number; readonly far: number };
}

export const SPLIT_NAMES: readonly SplitName[] = ['train', 'val', 'test'];
