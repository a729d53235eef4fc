/** What was found of a scene: its facts, what is odd and what mends it, its cameras in 3-D with their photos. */
import { byId, element } from '../elements.ts';
import { messageOf } from '../messages.ts';
import { plainTable } from '../plain-table.ts';
import type { CameraStage } from './camera-stage.ts';
import type { Inspected, ViewPhoto } from './studio-messages.ts';

/** Settings that a problem names with their values. */
const SETTING = /--set ([\w.]+)=([\w.-]+)/g;

export class Findings {
  private readonly place = byId('cameras');
  private readonly strip = byId('thumbnails');
  private readonly mend: (key: string, value: string) => void;
  private inspected: Inspected | null = null;
  /** Of null: it could not be loaded. */
  private stage: Promise<CameraStage | null> | null = null;

  /** @param mend changes a setting */
  constructor(mend: (key: string, value: string) => void) {
    this.mend = mend;
    // What draws in 3-D is loaded when it is in sight.
    new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) this.open();
    }).observe(this.place);
  }

  show(inspected: Inspected): void {
    const { found, splits: table, facts, drawing, photos, views } = inspected;
    this.clear();
    this.inspected = inspected;
    const splits = Object.entries(found.splits).map(
      ([split, { views: count, width, height }]) => `${split} ${count} views of ${width}x${height}`,
    );
    byId('facts').textContent = `${found.format} format, ${found.space.kind}: ${splits.join(', ')}`;
    const [heads, ...rows] = table;
    byId('found').replaceChildren(
      plainTable('Splits of the scene', heads, rows),
      element('dl', {}, ...facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)])),
    );
    const problems = found.problems.map((text) => element('li', {}, text, ...this.mendings(text)));
    byId('problems').replaceChildren(...problems);
    byId('no-problems').hidden = problems.length > 0;
    const picture = byId<HTMLImageElement>('drawing');
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(new Blob([drawing], { type: 'image/svg+xml' }));
    this.strip.replaceChildren(...photos.map((photo) => this.thumbnail(photo, views.views[photo.view].name)));
    byId('inspected').hidden = false;
    if (isInSight(this.place)) this.open();
  }

  hide(): void {
    this.clear();
    byId('inspected').hidden = true;
  }

  private clear(): void {
    const { stage } = this;
    this.stage = null;
    this.inspected = null;
    void stage?.then((shown) => {
      shown?.dispose();
    });
    this.place.replaceChildren();
    byId('camera-told').textContent = '';
  }

  private open(): void {
    const { inspected, place } = this;
    if (inspected === null || this.stage !== null) return;
    const { views, photos } = inspected;
    if (views.views.length === 0) return;
    this.stage = import('./camera-stage.ts')
      .then(
        ({ CameraStage: Stage }) =>
          new Stage(
            place,
            views,
            photos,
            (view) => void this.goTo(view),
            (reason) => {
              byId('camera-told').textContent = reason;
            },
          ),
      )
      .catch((error: unknown) => {
        this.stage = null;
        byId('camera-told').textContent = messageOf(error);
        return null;
      });
  }

  private async goTo(view: number): Promise<void> {
    const { inspected } = this;
    this.open();
    const stage = await this.stage;
    if (inspected === null || inspected !== this.inspected || !stage) return;
    stage.goTo(view);
    const { split, name } = inspected.views.views[view];
    byId('camera-told').textContent = `${name} (${split})`;
    for (const button of this.strip.querySelectorAll('button'))
      button.setAttribute('aria-pressed', String(button.dataset.view === String(view)));
  }

  private thumbnail({ view, width, height, rgba }: ViewPhoto, name: string): HTMLLIElement {
    const canvas = element('canvas', { width, height });
    canvas.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), 0, 0);
    const button = element(
      'button',
      { type: 'button', title: name, label: `Go to the photo ${name}`, data: { view: String(view) } },
      canvas,
    );
    button.addEventListener('click', () => void this.goTo(view));
    return element('li', {}, button);
  }

  private mendings(problem: string): HTMLButtonElement[] {
    return [...problem.matchAll(SETTING)].map(([, key, value]) => {
      const button = element('button', { type: 'button', textContent: `Set ${key} to ${value}` });
      button.addEventListener('click', () => {
        this.mend(key, value);
      });
      return button;
    });
  }
}

function isInSight(place: HTMLElement): boolean {
  const { top, bottom } = place.getBoundingClientRect();
  return place.checkVisibility() && bottom > 0 && top < innerHeight;
}
