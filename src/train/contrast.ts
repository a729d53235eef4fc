/** How much a picture changes around a pixel: where it does there is more to learn. */
import type { Colour } from '../../datasets/background.ts';
import type { View } from '../../datasets/scene-data.ts';

/** Contrast from which on more of it changes nothing: a fifth of lego's pixels have more. */
export const FULL_CONTRAST = 0.08;

/** Pixels between those that are looked at, which are three by three. */
const APART = 2;

/**
 * Standard deviation of the brightness (mean of red, green and blue, 0..1, over `background`) of pixel `pixel` and eight around it; those beyond the
 * edges are the nearest within.
 */
export function contrastAt({ rgba, intrinsics: { width, height } }: View, pixel: number, background: Colour): number {
  const behind = (background[0] + background[1] + background[2]) / 3;
  const row = Math.floor(pixel / width);
  const column = pixel - row * width;
  let sum = 0;
  let squares = 0;
  for (let dy = -APART; dy <= APART; dy += APART) {
    const y = Math.min(Math.max(row + dy, 0), height - 1);
    for (let dx = -APART; dx <= APART; dx += APART) {
      const x = Math.min(Math.max(column + dx, 0), width - 1);
      const at = 4 * (y * width + x);
      const alpha = rgba[at + 3] / 255;
      const brightness = ((rgba[at] + rgba[at + 1] + rgba[at + 2]) / 765) * alpha + behind * (1 - alpha);
      sum += brightness;
      squares += brightness * brightness;
    }
  }
  return Math.sqrt(Math.max(0, squares / 9 - (sum / 9) ** 2));
}

/** The chance that a drawn pixel is kept, where one without contrast is with the chance `flat`. */
export function drawChance(contrast: number, flat: number): number {
  return flat + (1 - flat) * Math.min(1, contrast / FULL_CONTRAST);
}
