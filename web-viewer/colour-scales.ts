/**
 * The colours of values. All pictures of a page that show one quantity share one scale: it reaches over what each of them needs, unless it is
 * locked. What distinguishes two runs has a scale of its own, about zero.
 */
import type { ColourMapName } from '../renderer/colour-maps.ts';
import type { ValueScale } from '../src/math/value-scale.ts';
import type { ColourStyle, FrameContent } from '../src/frames/frame-content.ts';
import type { OutputMode } from '../src/frames/output-modes.ts';
import type { ViewState } from './view-state.ts';

/** What values of a mode are, for people. */
export interface Quantity {
  readonly title: string;
  /** Written after a number with the prefix that it takes. */
  readonly unit: string;
  readonly map: ColourMapName;
  readonly fades: boolean;
}

/** What is measured by the modes that show no colours. */
export const QUANTITIES: Readonly<Partial<Record<OutputMode, Quantity>>> = {
  depth: { title: 'Depth', unit: 'm', map: 'turbo', fades: true },
  opacity: { title: 'Opacity', unit: '', map: 'viridis', fades: false },
  firing: { title: 'Firing rate', unit: '%', map: 'viridis', fades: false },
  energy: { title: 'Energy a pixel', unit: 'J', map: 'viridis', fades: false },
  samples: { title: 'Samples a ray', unit: '', map: 'viridis', fades: false },
};

/** The least scale that holds all of them; null: none shows values. */
export function sharedScale(contents: readonly FrameContent[]): ValueScale | null {
  const scales = contents.flatMap((content) => (content.kind === 'values' ? [content.scale] : []));
  if (scales.length === 0) return null;
  return {
    low: Math.min(...scales.map(({ low }) => low)),
    high: Math.max(...scales.map(({ high }) => high)),
    knee: scales[0].knee,
  };
}

/**
 * How the values of the mode that is set are shown; null where it shows colours.
 *
 * @param found the scale of what is shown
 */
export function styleOf({ output, map, inverted, scale }: ViewState, found: ValueScale | null): ColourStyle | null {
  const quantity = QUANTITIES[output];
  if (quantity === undefined || (scale ?? found) === null) return null;
  return { scale: (scale ?? found)!, map: map ?? quantity.map, inverted, fades: quantity.fades };
}

/** The style of a difference or ratio of two runs. */
export function contrastStyle(scale: ValueScale): ColourStyle {
  return { scale, map: scale.low < 0 ? 'coolwarm' : 'inferno', inverted: false, fades: true };
}
