/**
 * SHA-256 over what a training run depends on: format, and per training image its pose, intrinsics and file bytes. It does not depend on
 * the folder's name, nor on downscaling, which is part of the run's config.
 */
import type { Files } from '../src/io/files.ts';
import { sha256, toHex } from '../src/io/sha256.ts';
import type { Intrinsics } from './scene-data.ts';

export interface FingerprintEntry {
  readonly camToWorld: Float64Array;
  readonly intrinsics: Intrinsics;
  /** SHA-256 of the image file, [32] */
  readonly imageHash: Uint8Array;
}

/** Hexadecimal, 64 digits. */
export async function fingerprint(format: string, entries: readonly FingerprintEntry[]): Promise<string> {
  // Text, so that the result depends on neither the byte order of the machine nor the layout of an object.
  const lines = entries.map(({ camToWorld, intrinsics: k, imageHash }) =>
    [...camToWorld, k.width, k.height, k.fx, k.fy, k.cx, k.cy, toHex(imageHash)].join(' '),
  );
  return toHex(await sha256(new TextEncoder().encode([format, ...lines].join('\n'))));
}

export async function hashFile(path: string, files: Files): Promise<Uint8Array> {
  return sha256(await files.read(path));
}
