/** What COLMAP's sparse models hold of interest here, however it is stored (colmap-binary.ts, colmap-text.ts). */
import type { ColmapCamera } from './colmap-camera.ts';

export interface ColmapImage {
  /** Path inside the folder of images. */
  readonly name: string;
  readonly camera: number;
  /** Rotation world to camera, (w, x, y, z). */
  readonly rotation: readonly number[];
  /** World to camera. */
  readonly translation: readonly number[];
}

export interface ColmapReader {
  readonly extension: 'bin' | 'txt';
  cameras(path: string, bytes: Uint8Array): ColmapCamera[];
  images(path: string, bytes: Uint8Array): ColmapImage[];
  /** How many images there are. */
  imageCount(path: string, bytes: Uint8Array): number;
  /** [P,3] world */
  points(path: string, bytes: Uint8Array): Float64Array;
}
