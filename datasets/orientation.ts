/**
 * Which way up a photo is. Cameras store the pixels as the sensor lies and note in EXIF how to turn them (1 to 8; 1: as they are); viewers turn
 * them, many programs that compute cameras do not. The shape that a camera is for tells which of the two its intrinsics mean; where it fits both,
 * or the format gives none, the photo is upright.
 */
import type { Size } from '../src/geometry/intrinsics.ts';
import type { Image8, ImageHeader, Orientation } from '../src/io/files.ts';
import { hasShape } from './image-shape.ts';

/** How the stored pixels have to be turned, as EXIF numbers it, and whether the shape left no doubt. */
export function orientationOf(
  { width, height, orientation }: ImageHeader,
  shape: Size | undefined,
  asked: Orientation,
): { readonly turn: number; readonly certain: boolean } {
  if (orientation === 1 || asked === 'stored') return { turn: 1, certain: true };
  if (asked === 'upright') return { turn: orientation, certain: true };
  if (shape === undefined || !swapsSides(orientation)) return { turn: orientation, certain: false };
  const [asStored, turned] = [hasShape({ width, height }, shape), hasShape({ width: height, height: width }, shape)];
  return { turn: asStored && !turned ? 1 : orientation, certain: asStored !== turned };
}

export function turnedSize({ width, height }: Size, turn: number): Size {
  return swapsSides(turn) ? { width: height, height: width } : { width, height };
}

/** Stored pixels as they are to be seen. */
export function turnImage(image: Image8, turn: number): Image8 {
  if (turn === 1) return image;
  const { width: w, height: h, rgba } = image;
  const { width, height } = turnedSize(image, turn);
  const source = new Uint32Array(rgba.slice().buffer);
  const out = new Uint32Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const [across, down] = swapsSides(turn) ? [y, x] : [x, y];
      const column = MIRRORED_COLUMNS.includes(turn) ? w - 1 - across : across;
      const row = MIRRORED_ROWS.includes(turn) ? h - 1 - down : down;
      out[at] = source[row * w + column];
    }
  }
  return { width, height, rgba: new Uint8Array(out.buffer) };
}

const MIRRORED_COLUMNS: readonly number[] = [2, 3, 7, 8];
const MIRRORED_ROWS: readonly number[] = [3, 4, 6, 7];

function swapsSides(turn: number): boolean {
  return turn >= 5;
}
