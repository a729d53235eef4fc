/** What a viewer page needs of the place where its scene lies: a server with its API, or a baked scene in the page itself. */
import type { FrameSource } from '../src/frames/frame-source.ts';
import type { CameraView } from '../src/server/run-views.ts';
import type { RunDetails } from './api.ts';

export interface SceneHost {
  readonly run: RunDetails;
  /** What draws the pictures where the page's GPU does not, for people. */
  readonly draws: string;
  /** Draws a run: this one, or one that it is compared with. */
  open(run: string): FrameSource;
  /** The baked scene of a run, for the page's GPU. Throws Refusal where there is none, TypeError where no server answers. */
  scene(run: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Address of a camera's photo, or null.
   *
   * @param width pixels; default: as stored
   */
  photo(view: CameraView, width?: number): string | null;
  /** @param learned called when training changed the field */
  watchTraining(learned: () => void): void;
}
