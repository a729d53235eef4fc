/** The colour maps of the pictures, and what they stand for. */
import { COLOUR_MAPS } from '../renderer/colour-maps.ts';
import { valueAt } from '../src/math/value-scale.ts';
import type { ColourStyle } from '../src/frames/frame-content.ts';
import { element } from './elements.ts';
import { written } from '../src/frames/quantities.ts';

const STEPS = 16;

/** A map with the numbers of its ends and middle. */
export interface LegendEntry {
  readonly title: string;
  readonly style: ColourStyle;
  /** Unit of the values; those of a ratio are written as factors. */
  readonly unit: string;
}

/** @param entries none: nothing to explain */
export function showLegend(place: HTMLElement, entries: readonly LegendEntry[]): void {
  place.hidden = entries.length === 0;
  place.replaceChildren(
    ...entries.map((entry) => {
      const bar = element('div', { className: 'bar' });
      bar.style.background = `linear-gradient(to right, ${coloursOf(entry.style).join(', ')})`;
      const numbers = numbersOf(entry).map((text) => element('span', { textContent: text }));
      return element('div', { className: 'entry' }, element('p', { textContent: entry.title }), bar, ...numbers);
    }),
  );
}

/** CSS colours of the map at even steps. */
export function coloursOf({ map, inverted }: ColourStyle): string[] {
  return Array.from({ length: STEPS + 1 }, (_, i) => `rgb(${COLOUR_MAPS[map](inverted ? 1 - i / STEPS : i / STEPS).join(' ')})`);
}

/** At the beginning, the middle and the end. */
export function numbersOf({ style: { scale }, unit }: LegendEntry): string[] {
  return [0, 0.5, 1].map((share) => {
    const value = valueAt(scale, share);
    return unit === '×' ? `${written(2 ** value, '')} ×` : written(value, unit, scale.high);
  });
}
