/** The colour map of the picture, and what its ends stand for. */
import { turbo, viridis } from '../renderer/colour-maps.ts';
import type { ValueRange } from '../src/frames/output-modes.ts';
import { element } from './elements.ts';

const STEPS = 16;

export function showLegend(place: HTMLElement, range: ValueRange | null): void {
  place.hidden = range === null;
  if (range === null) return;
  const map = range.map === 'turbo' ? turbo : viridis;
  const colours = Array.from({ length: STEPS + 1 }, (_, i) => `rgb(${map(i / STEPS).join(' ')})`);
  const bar = element('div', { className: 'bar' });
  bar.style.background = `linear-gradient(to right, ${colours.join(', ')})`;
  place.replaceChildren(
    bar,
    element('span', { textContent: written(range.low) }),
    element('span', { textContent: `${written(range.high)} ${range.unit}` }),
  );
}

function written(value: number): string {
  return value === 0 ? '0' : Number(value.toPrecision(3)).toLocaleString('en');
}
