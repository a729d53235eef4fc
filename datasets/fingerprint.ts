/**
 * SHA-256 over what a training run depends on: format, and per training image its pose, intrinsics and file bytes. It does not depend on
 * the folder's name, nor on downscaling, which is part of the run's config.
 */
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import { sha256, toHex } from '../src/io/sha256.ts';

export interface FingerprintEntry {
  readonly camToWorld: Float64Array;
  readonly intrinsics: Intrinsics;
  /** SHA-256 of the image file, and of the mask's where there is one, [32] each */
  readonly hashes: readonly Uint8Array[];
}

/** Hexadecimal, 64 digits. */
export async function fingerprint(format: string, entries: readonly FingerprintEntry[]): Promise<string> {
  // Text, so that the result depends on neither the byte order of the machine nor the layout of an object.
  const lines = entries.map(({ camToWorld, intrinsics: k, hashes }) =>
    [...camToWorld, k.width, k.height, k.fx, k.fy, k.cx, k.cy, ...lensOf(k), ...hashes.map(toHex)].join(' '),
  );
  return toHex(await sha256(new TextEncoder().encode([format, ...lines].join('\n'))));
}

function lensOf({ distortion }: Intrinsics): number[] {
  if (distortion === undefined) return [];
  const { k1, k2, k3, k4, p1, p2 } = distortion;
  return [k1, k2, k3, k4, p1, p2];
}
