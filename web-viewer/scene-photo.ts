/** The camera of the scene that is looked through, and its photo. */
import type { CameraView } from '../src/jobs/run-views.ts';
import { ask } from './api.ts';
import { messageOf } from './messages.ts';
import type { Photo } from './photo-image.ts';
import type { SceneHost } from './scene-host.ts';

/** Pixels of the photo that is shown until the field's first picture comes. */
const PREVIEW = 320;

export class ScenePhoto {
  private readonly host: SceneHost;
  private readonly came: () => void;
  private chosen: CameraView | null = null;
  private loaded: Photo | null = null;
  private problem: string | null = null;

  /** @param came called when the photo is there, or known not to come */
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
    this.problem = null;
  }

  get photo(): Photo | null {
    return this.loaded;
  }

  /** Why there is no photo, for people. */
  get missing(): string {
    if (this.chosen === null) return 'photo: go to a camera of the scene';
    return this.problem ?? 'loading the photo …';
  }

  async load(): Promise<void> {
    const view = this.chosen;
    const path = view && this.host.photo(view);
    if (view === null || path === null) return;
    try {
      const photo = await fetchPhoto(path, view);
      if (this.chosen !== view) return;
      this.loaded = photo;
    } catch (error) {
      if (this.chosen !== view) return;
      this.problem = `no photo: ${messageOf(error)}`;
    }
    this.came();
  }

  /** A small photo of the view that is looked through, while it is. */
  async preview(show: (photo: Photo) => void): Promise<void> {
    const view = this.chosen;
    const path = view && this.host.photo(view, PREVIEW);
    if (view === null || path === null) return;
    // Without it the stage is empty for a while: nothing is lost, and what hinders it hinders the pictures too, which say so.
    const photo = await fetchPhoto(path, view).catch(() => null);
    if (photo !== null && this.chosen === view) show(photo);
  }
}

async function fetchPhoto(path: string, { intrinsics }: CameraView): Promise<Photo> {
  const image = await createImageBitmap(await (await ask(path)).blob());
  const scale = image.width / intrinsics.width;
  const { width, height, fx, fy, cx, cy } = intrinsics;
  const own = [width, height, fx, fy, cx, cy].map((value) => value * scale);
  return { image, intrinsics: { width: own[0], height: own[1], fx: own[2], fy: own[3], cx: own[4], cy: own[5] } };
}
