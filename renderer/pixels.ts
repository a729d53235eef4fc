/** From floating-point images to what image files hold. */
import type { PixelBuffer } from '../src/io/files.ts';
import type { ColourMap } from './colour-maps.ts';
import { shareOf, type ValueScale } from '../src/math/value-scale.ts';

/** Levels that a colour map is tabulated at. */
const LEVELS = 1024;

/** rgb [height,width,3] in 0..1, rounded to the nearest of 256 levels. */
export function toPixels(rgb: Float32Array, width: number, height: number): PixelBuffer {
  // Storing cuts the fraction off. `Uint8Array.from` with a function takes many times as long.
  const data = new Uint8Array(rgb.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(1, Math.max(0, rgb[i])) * 255 + 0.5;
  return { width, height, channels: 3, data };
}

/** values [height,width] as colours of a map. */
export function mapPixels(values: Float32Array, width: number, height: number, map: ColourMap, scale: ValueScale): PixelBuffer {
  const data = new Uint8Array(values.length * 3);
  const table = Uint8Array.from({ length: LEVELS * 3 }, (_, i) => map(Math.floor(i / 3) / (LEVELS - 1))[i % 3]);
  for (let i = 0; i < values.length; i++) {
    const level = Math.min(LEVELS - 1, Math.max(0, Math.round(shareOf(scale, values[i]) * (LEVELS - 1))));
    for (let c = 0; c < 3; c++) data[i * 3 + c] = table[level * 3 + c];
  }
  return { width, height, channels: 3, data };
}

/** A depth image in 16 bits: value * metresPerUnit is the depth; 65535 stands for this and more. */
export interface Depth16 {
  readonly data: Uint16Array;
  readonly metresPerUnit: number;
}

/** The finest of 0.1 mm, 1 mm, 1 cm, ... with which `farthest` metres fit in 16 bits. */
export function depthUnit(farthest: number): number {
  let unitsPerMetre = 10_000;
  while (farthest * unitsPerMetre > 65535) unitsPerMetre /= 10;
  return 1 / unitsPerMetre;
}

export function toDepth16(depth: Float32Array, metresPerUnit: number): Depth16 {
  const data = new Uint16Array(depth.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(65535, Math.round(depth[i] / metresPerUnit));
  return { data, metresPerUnit };
}

/** depth [height,width] as colours, faded to white where the view sees through. Images that are compared need one scale. */
export function depthPixels(
  depth: Float32Array,
  opacity: Float32Array,
  width: number,
  height: number,
  map: ColourMap,
  scale: ValueScale,
): PixelBuffer {
  const pixels = mapPixels(depth, width, height, map, scale);
  for (let i = 0; i < pixels.data.length; i++) {
    const cover = Math.min(1, Math.max(0, opacity[Math.floor(i / 3)]));
    pixels.data[i] = Math.round(255 + (pixels.data[i] - 255) * cover);
  }
  return pixels;
}
