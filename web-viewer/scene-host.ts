/** What a viewer page needs of the place where its scene lies: a server with its API, or a baked scene in the page itself. */
import type { Vec3 } from '../src/geometry/vector.ts';
import type { CameraView } from '../src/jobs/run-views.ts';
import type { RunDetails } from './api.ts';
import type { PictureHost } from './picture-sources.ts';

/** What is told of a run that is being trained. */
export interface TrainingListener {
  /** The field has changed. */
  learned(): void;
  /** Training has come so far. */
  trained(to: { readonly stage: string; readonly step: number }): void;
}

export interface SceneHost extends PictureHost {
  readonly run: RunDetails;
  /**
   * Address of a camera's photo, or null.
   *
   * @param width pixels; default: as stored
   */
  photo(view: CameraView, width?: number): string | null;
  /** Saves which way is up, [3] world, with the run; null: nothing can be saved here. Throws Refusal, Unreachable. */
  readonly saveUp: ((up: Vec3) => Promise<void>) | null;
  watchTraining(listener: TrainingListener): void;
}
