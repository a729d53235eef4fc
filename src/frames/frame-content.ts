/** What a frame in memory shows: colours as they are, or values that take their colours where they are shown. */
import { COLOUR_MAPS, type ColourMapName } from '../../renderer/colour-maps.ts';
import { shareOf, type ValueScale } from '../math/value-scale.ts';

/** Values travel as they are, so that all pictures of a page can have one scale, whatever drew them. */
export type FrameContent =
  /** [height,width,3] */
  | { readonly kind: 'colours'; readonly rgb: Uint8Array }
  /** [height,width], and the scale that fits this picture. */
  | { readonly kind: 'values'; readonly values: Float32Array; readonly scale: ValueScale };

/** How values become colours. */
export interface ColourStyle {
  readonly scale: ValueScale;
  readonly map: ColourMapName;
  /** The map from its end to its beginning. */
  readonly inverted: boolean;
  /** Towards white where the view sees through. */
  readonly fades: boolean;
}

/** Levels that a map is tabulated at. */
const LEVELS = 1024;

/**
 * [height,width,4] opaque colours.
 *
 * @param opacity [height,width] 0..255
 * @param style of values; null: colours come
 */
export function colourContent(content: FrameContent, opacity: Uint8Array, style: ColourStyle | null): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(opacity.length * 4).fill(255);
  if (content.kind === 'colours') {
    const { rgb } = content;
    for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
      rgba[to] = rgb[from];
      rgba[to + 1] = rgb[from + 1];
      rgba[to + 2] = rgb[from + 2];
    }
    return rgba;
  }
  if (style === null) throw new RangeError('Values have no colours without a style.');
  const { values } = content;
  const table = tableOf(style);
  for (let i = 0; i < values.length; i++) {
    const level = Math.min(LEVELS - 1, Math.max(0, Math.round(shareOf(style.scale, values[i]) * (LEVELS - 1))));
    const cover = style.fades ? opacity[i] / 255 : 1;
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = 255 + (table[level * 3 + c] - 255) * cover;
  }
  return rgba;
}

/** [levels,3] */
function tableOf({ map, inverted }: ColourStyle): Uint8Array {
  const colour = COLOUR_MAPS[map];
  const table = new Uint8Array(LEVELS * 3);
  for (let level = 0; level < LEVELS; level++) {
    const share = level / (LEVELS - 1);
    table.set(colour(inverted ? 1 - share : share), level * 3);
  }
  return table;
}
