/** Figures of the pictures that are shown, a column for each run, whose whole view is counted. */
import { ANN_SHARES, shareText } from '../src/energy/ann-shares.ts';
import type { ShownFrame } from '../src/frames/frame-source.ts';
import { element } from './elements.ts';
import { written } from '../src/frames/quantities.ts';

/** Frames of the last two seconds make the rate. */
const WINDOW = 2000;

export interface RunFrame {
  readonly title: string;
  readonly frame: ShownFrame;
}

type Row = readonly [name: string, value: (frame: ShownFrame) => string | null];

export class Statistics {
  private readonly place: HTMLElement;
  private times: number[] = [];
  private newest: ShownFrame | null = null;

  /** @param place a table */
  constructor(place: HTMLElement) {
    this.place = place;
  }

  show(runs: readonly RunFrame[]): void {
    if (runs.length === 0) return;
    const rate = this.rateOf(runs[0].frame);
    const all: readonly Row[] =
      runs.length === 1 ? [...DRAWING, ['frames a second', () => rate], ...COST, ENERGY, ...REST] : [...COST, ...REST];
    const rows = all.map(([name, value]) => [name, ...runs.map(({ frame }) => value(frame) ?? '–')]);
    const titles = runs.length === 1 ? [] : [element('tr', {}, element('td'), ...runs.map(({ title }) => cell('th', title, 'col')))];
    const known = rows.filter(([, ...values]) => values.some((value) => value !== '–'));
    this.place.replaceChildren(
      ...titles,
      ...known.map(([name, ...values]) => element('tr', {}, cell('th', name, 'row'), ...values.map((value) => cell('td', value)))),
    );
  }

  /** Rate of the first run's frames; null while the view stands still. */
  private rateOf(frame: ShownFrame): string | null {
    const now = performance.now();
    if (frame !== this.newest) this.times = [...this.times.filter((time) => now - time < WINDOW), now];
    this.newest = frame;
    return this.times.length < 2 ? null : (this.times.length / (WINDOW / 1000)).toFixed(1);
  }
}

/** What one run alone shows: beside another there is less room. */
const DRAWING: readonly Row[] = [
  ['size', ({ width, height }) => `${width} × ${height}`],
  ['drawn in', ({ seconds }) => `${(seconds * 1000).toFixed(0)} ms`],
];
const ENERGY: Row = ['energy', ({ statistics: { millijoules } }) => (millijoules === null ? null : written(millijoules / 1000, 'J'))];

const COST: readonly Row[] = [
  ['network', ({ statistics: { neuron } }) => neuron && (neuron === 'relu' ? 'ANN (ReLU)' : neuron)],
  ['samples a ray', ({ statistics: { samples, rays } }) => (samples / rays).toFixed(1)],
  ['spikes', ({ statistics: { neuron, spikes } }) => (neuron === null || neuron === 'relu' ? null : short(spikes))],
  ['active ReLUs', ({ statistics: { neuron, spikes } }) => (neuron === 'relu' ? short(spikes) : null)],
];

const SHARES: readonly Row[] = ANN_SHARES.map(({ share, short: title }) => [
  title,
  ({ statistics: { neuron, shareOfAnn } }) => (neuron === 'relu' || shareOfAnn === null ? null : shareText(shareOfAnn, share)),
]);

const REST: readonly Row[] = [
  ['energy a pixel', ({ statistics: { millijoules, rays } }) => (millijoules === null ? null : written(millijoules / 1000 / rays, 'J'))],
  ...SHARES,
  ['step', ({ step }) => String(step)],
];

function cell(tag: 'th' | 'td', text: string, scope?: string): HTMLElement {
  return element(tag, { textContent: text, ...(scope === undefined ? {} : { scope }) });
}

function short(count: number): string {
  return Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}
