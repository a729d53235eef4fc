/** The camera of the scene that is looked through, and its photo. */
import type { CameraView } from '../src/server/run-views.ts';
import type { Photo } from './pictures.ts';
import type { SceneHost } from './scene-host.ts';

export class ScenePhoto {
  private readonly host: SceneHost;
  private readonly came: () => void;
  private chosen: CameraView | null = null;
  private loaded: Photo | null = null;

  /** @param came called when the photo is there */
  constructor(host: SceneHost, came: () => void) {
    this.host = host;
    this.came = came;
  }

  /** null: none is looked through. */
  get view(): CameraView | null {
    return this.chosen;
  }

  set view(view: CameraView | null) {
    this.chosen = view;
    this.loaded = null;
  }

  get photo(): Photo | null {
    return this.loaded;
  }

  async load(): Promise<void> {
    const view = this.chosen;
    const path = view && this.host.photo(view);
    if (view === null || path === null) return;
    const response = await fetch(path).catch(() => null);
    if (!response?.ok || this.chosen !== view) return;
    const image = await createImageBitmap(await response.blob());
    if (this.chosen !== view) return;
    this.loaded = { image, intrinsics: view.intrinsics };
    this.came();
  }
}
