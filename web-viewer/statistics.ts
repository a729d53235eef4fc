/** Figures of the picture that is shown. */
import type { FrameFacts } from '../src/frames/frame-source.ts';
import { shareRows } from './ann-shares.ts';
import { element } from './elements.ts';

/** Frames of the last two seconds make the rate. */
const WINDOW = 2000;

export class Statistics {
  private readonly place: HTMLElement;
  private times: number[] = [];

  constructor(place: HTMLElement) {
    this.place = place;
  }

  show({ width, height, statistics, seconds, step }: FrameFacts, neuron: string): void {
    const now = performance.now();
    this.times = [...this.times.filter((time) => now - time < WINDOW), now];
    const { rays, samples, spikes, millijoules, shareOfAnn } = statistics;
    const rows: [string, string][] = [
      ['size', `${width} × ${height}`],
      ['drawn in', `${(seconds * 1000).toFixed(0)} ms`],
      ['frames a second', (this.times.length / (WINDOW / 1000)).toFixed(1)],
      ['samples a ray', (samples / rays).toFixed(1)],
      [neuron === 'relu' ? 'active ReLUs' : 'spikes', short(spikes)],
    ];
    if (millijoules !== null) rows.push(['energy', `${millijoules.toPrecision(3)} mJ`]);
    if (shareOfAnn !== null && neuron !== 'relu') rows.push(...shareRows(shareOfAnn));
    rows.push(['step', String(step)]);
    this.place.replaceChildren(
      ...rows.flatMap(([name, value]) => [element('dt', { textContent: name }), element('dd', { textContent: value })]),
    );
  }
}

function short(count: number): string {
  return Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}
