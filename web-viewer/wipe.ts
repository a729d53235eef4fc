/** Pictures that lie over each other, each seen in its columns; what divides them is dragged, or moved by arrow keys. */
import { element } from './elements.ts';
import type { Region } from './picture-plane.ts';

/** Least share of the stage that a picture keeps. */
const LEAST = 0.08;
const KEY_STEP = 0.02;

export class Wipe {
  private readonly parent: HTMLElement;
  private readonly moved: () => void;
  /** Where picture i ends and the next begins. */
  private divisions: number[] = [];
  private dividers: HTMLElement[] = [];

  /** @param moved called when other columns are seen */
  constructor(parent: HTMLElement, moved: () => void) {
    this.parent = parent;
    this.moved = moved;
  }

  /** @param titles of the pictures, from left to right; fewer than two: nothing to wipe */
  show(titles: readonly string[]): void {
    for (const divider of this.dividers) divider.remove();
    this.divisions = titles.slice(1).map((_, i) => (i + 1) / titles.length);
    this.dividers = this.divisions.map((_, i) => this.divider(i, `Between ${titles[i]} and ${titles[i + 1]}`));
    this.parent.append(...this.dividers);
    this.place();
  }

  region(i: number): Region {
    return { left: this.divisions[i - 1] ?? 0, right: this.divisions[i] ?? 1 };
  }

  private place(): void {
    for (const [i, divider] of this.dividers.entries()) {
      divider.style.left = `${this.divisions[i] * 100}%`;
      divider.setAttribute('aria-valuenow', String(Math.round(this.divisions[i] * 100)));
    }
  }

  private divider(i: number, label: string): HTMLElement {
    const divider = element('div', { className: 'divider', tabIndex: 0, label });
    divider.setAttribute('role', 'separator');
    divider.setAttribute('aria-orientation', 'vertical');
    divider.addEventListener('pointerdown', (event) => {
      event.stopPropagation();
      divider.setPointerCapture(event.pointerId);
    });
    divider.addEventListener('pointermove', (event) => {
      if (!divider.hasPointerCapture(event.pointerId)) return;
      event.stopPropagation();
      const { left, width } = this.parent.getBoundingClientRect();
      this.divide(i, (event.clientX - left) / width);
    });
    divider.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.divide(i, this.divisions[i] + step);
    });
    return divider;
  }

  private divide(i: number, at: number): void {
    const { left } = this.region(i);
    const { right } = this.region(i + 1);
    this.divisions[i] = Math.min(right - LEAST, Math.max(left + LEAST, at));
    this.place();
    this.moved();
  }
}
