/** The cameras of the scene: a choice of splits, thumbnails to jump to, a picture at the pointer. */
import type { CameraView } from '../src/jobs/run-views.ts';
import { byId, element, setOptions } from './elements.ts';
import type { SceneHost } from './scene-host.ts';
import { Thumbnails } from './thumbnails.ts';

const THUMBNAIL = 120;

export class CamerasPanel {
  private readonly host: SceneHost;
  private readonly all: readonly CameraView[];
  private readonly select = byId<HTMLSelectElement>('split');
  private readonly thumbnails: Thumbnails;
  private readonly hovered = byId<HTMLImageElement>('hover');
  private readonly changed: () => void;
  private readonly jump: (view: CameraView) => void;
  private chosen: CameraView | null = null;

  constructor(host: SceneHost, changed: () => void, jump: (view: CameraView) => void) {
    const { views, problem } = host.run.cameras;
    this.host = host;
    this.all = views;
    this.changed = changed;
    this.jump = jump;
    this.thumbnails = new Thumbnails(byId('thumbnails'), (i) => {
      jump(this.views[i]);
    });
    const splits = [...new Set(views.map(({ split }) => split))];
    setOptions(
      this.select,
      splits.map((split) => [split, `${split} (${views.filter((view) => view.split === split).length})`]),
    );
    this.select.disabled = splits.length < 2;
    this.select.addEventListener('change', () => {
      this.fill();
      this.changed();
    });
    if (problem !== null) byId('thumbnails').append(element('p', { textContent: `No cameras: ${problem}` }));
    else this.fill();
  }

  /** Views of the split that is shown. */
  get views(): readonly CameraView[] {
    return this.all.filter(({ split }) => split === this.select.value);
  }

  /** Place of the camera that is looked through among `views`, or null. */
  get marked(): number | null {
    const at = this.chosen === null ? -1 : this.views.indexOf(this.chosen);
    return at < 0 ? null : at;
  }

  /** The camera that is looked through; null: none any more. */
  mark(view: CameraView | null): void {
    if (view === this.chosen) return;
    this.chosen = view;
    this.thumbnails.mark(this.marked);
  }

  /** The one before or after. */
  step(by: number): void {
    const { views } = this;
    if (views.length === 0) return;
    const from = this.marked ?? (by > 0 ? -1 : 0);
    this.jump(views[(from + by + views.length) % views.length]);
  }

  /** Shows a camera's photo near a place on the stage; null: none. */
  hover(index: number | null, x: number, y: number): void {
    const photo = index === null ? null : this.host.photo(this.views[index], THUMBNAIL);
    this.hovered.hidden = photo === null;
    if (photo === null) return;
    this.hovered.src = photo;
    this.hovered.style.left = `${x + 14}px`;
    this.hovered.style.top = `${y + 14}px`;
  }

  private fill(): void {
    this.thumbnails.show(this.views.map((view) => ({ name: view.name, picture: this.host.photo(view, THUMBNAIL) })));
    this.thumbnails.mark(this.marked);
  }
}
