/**
 * Downscaling by area averaging: an output pixel is the mean of a k x k block. Colours are averaged premultiplied,
 *
 *     a = mean(a_i)      rgb = sum(a_i rgb_i) / sum(a_i)
 *
 * because compositing the mean over a background then equals the mean of the composited pixels, for every background. Averaging straight
 * colours instead would bleed the invisible colour of transparent pixels into the outline. A block without any alpha becomes 0 0 0 0.
 * Columns and rows on the right and below that fill no block are left out, so the principal point stays where it is from the top left.
 */
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import { InputError } from '../src/base/errors.ts';
import type { Image8 } from '../src/io/files.ts';
import type { View } from './scene-data.ts';

export function downscaleImage(image: Image8, factor: number): Image8 {
  if (factor === 1) return image;
  const width = Math.floor(image.width / factor);
  const height = Math.floor(image.height / factor);
  const rgba = new Uint8Array(width * height * 4);
  const source = image.rgba;
  for (let row = 0, out = 0; row < height; row++) {
    for (let column = 0; column < width; column++, out += 4) {
      let red = 0;
      let green = 0;
      let blue = 0;
      let alpha = 0;
      for (let y = 0; y < factor; y++) {
        let at = ((row * factor + y) * image.width + column * factor) * 4;
        for (let x = 0; x < factor; x++, at += 4) {
          const a = source[at + 3];
          red += source[at] * a;
          green += source[at + 1] * a;
          blue += source[at + 2] * a;
          alpha += a;
        }
      }
      if (alpha === 0) continue;
      rgba[out] = Math.round(red / alpha);
      rgba[out + 1] = Math.round(green / alpha);
      rgba[out + 2] = Math.round(blue / alpha);
      rgba[out + 3] = Math.round(alpha / (factor * factor));
    }
  }
  return { width, height, rgba };
}

/** [height, width] of 0 or 1: a block counts where all of its pixels do. */
export function downscaleMask(mask: Uint8Array, { width, height }: { width: number; height: number }, factor: number): Uint8Array {
  if (factor === 1) return mask;
  const columns = Math.floor(width / factor);
  const rows = Math.floor(height / factor);
  const out = new Uint8Array(columns * rows).fill(1);
  for (let i = 0; i < mask.length; i++) {
    const column = Math.floor((i % width) / factor);
    const row = Math.floor(Math.floor(i / width) / factor);
    if (mask[i] === 0 && column < columns && row < rows) out[row * columns + column] = 0;
  }
  return out;
}

/** Pixel (i, j) keeps its viewing ray: everything measured in pixels shrinks by the factor. */
export function downscaleIntrinsics(intrinsics: Intrinsics, factor: number): Intrinsics {
  const { width, height, fx, fy, cx, cy } = intrinsics;
  return {
    ...intrinsics,
    width: Math.floor(width / factor),
    height: Math.floor(height / factor),
    fx: fx / factor,
    fy: fy / factor,
    cx: cx / factor,
    cy: cy / factor,
  };
}

export function downscaleView(view: View, factor: number): View {
  if (factor === 1) return view;
  const { intrinsics, rgba, mask } = view;
  return {
    ...view,
    intrinsics: downscaleIntrinsics(intrinsics, factor),
    rgba: downscaleImage({ ...intrinsics, rgba }, factor).rgba,
    ...(mask && { mask: downscaleMask(mask, intrinsics, factor) }),
  };
}

/** Throws InputError unless something is left of an image, whose name is `what`. */
export function checkDownscale(width: number, height: number, factor: number, what: string): void {
  if (Number.isInteger(factor) && factor >= 1 && factor <= Math.min(width, height)) return;
  throw new InputError(
    `--downscale: expected a whole number up to ${Math.min(width, height)}, for images of ${width}x${height} (${what}), found ${factor}`,
    'Use a smaller one.',
  );
}
