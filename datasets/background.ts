/**
 * Compositing of straight-alpha pixels over a background, on sRGB values as stored (no linearisation), as in the NeRF papers:
 *
 *     out = rgb/255 * a + background * (1 - a),      a = alpha/255
 */
import type { Background, View } from './scene-data.ts';

export type Colour = readonly [number, number, number];

/** The colours of the fixed backgrounds. 'random' has none: training draws a colour per ray, evaluation uses white. */
export function backgroundColour(background: Background): Colour {
  return background === 'black' ? [0, 0, 0] : [1, 1, 1];
}

/** Writes pixel `pixelIndex` of `rgba` [P,4] composited over `background` (0..1) to `out` [...,3] as pixel `outIndex`. */
export function compositePixel(rgba: Uint8Array, pixelIndex: number, background: Colour, out: Float32Array, outIndex: number): void {
  const from = pixelIndex * 4;
  const to = outIndex * 3;
  const alpha = rgba[from + 3] / 255;
  const rest = 1 - alpha;
  const scale = alpha / 255;
  out[to] = rgba[from] * scale + background[0] * rest;
  out[to + 1] = rgba[from + 1] * scale + background[1] * rest;
  out[to + 2] = rgba[from + 2] * scale + background[2] * rest;
}

/** A whole view composited: [height, width, 3] in 0..1. */
export function compositeView(view: View, background: Colour): Float32Array {
  const pixels = view.rgba.length / 4;
  const out = new Float32Array(pixels * 3);
  for (let i = 0; i < pixels; i++) compositePixel(view.rgba, i, background, out, i);
  return out;
}
