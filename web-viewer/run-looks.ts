/** How several runs are told apart: each has the same colour, dash and mark in every chart of a page. */
import { element } from './elements.ts';

export interface RunLook {
  readonly colour: string;
  readonly dash: 'solid' | 'dashed' | 'dotted';
  readonly mark: 'circle' | 'diamond' | 'triangle';
}

/** At least three to one against the page's ground. */
const ON_LIGHT = ['#1f6fb4', '#c8590a', '#2a8a3e', '#b3263a', '#7a4fb5', '#8a5a3c', '#c0399a', '#5b6673'];
const ON_DARK = ['#6cb2f2', '#ffa25c', '#6fd088', '#ff8080', '#bd9cf2', '#d0a183', '#f291d4', '#b4bfcc'];
const DASHES = ['solid', 'dashed', 'dotted'] as const;
const MARKS = ['circle', 'diamond', 'triangle'] as const;

/** Of the run at a place in the order that all charts of a page have; different for the first 24. */
export function lookOf(place: number, light: boolean): RunLook {
  const colours = light ? ON_LIGHT : ON_DARK;
  const round = Math.floor(place / colours.length) % DASHES.length;
  return { colour: colours[place % colours.length], dash: DASHES[round], mark: MARKS[round] };
}

/** What the colours of the charts mean: a list of the runs' names, in the order of their looks. */
export function runKeys(names: readonly string[], light: boolean): HTMLElement {
  return element(
    'ul',
    { className: 'run-keys', label: 'Colours of the runs' },
    ...names.map((name, i) => {
      const { colour, dash } = lookOf(i, light);
      const line = element('span');
      line.style.borderTop = `3px ${dash} ${colour}`;
      return element('li', {}, line, name);
    }),
  );
}
