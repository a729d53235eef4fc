/**
 * What is looked at, and what has to be drawn for it: coarse pictures while the view moves, full ones when it stands still, which is when the
 * address of the page follows.
 */
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import type { WantedPicture } from '../src/frames/frame-source.ts';
import type { Pictures } from './pictures.ts';
import type { StageCamera } from './stage-camera.ts';
import { colourOf, type ViewState } from './view-state.ts';

/** Milliseconds without movement after which the view stands still. */
const STILL = 160;

export interface CycleListener {
  /** Other pictures have been asked for. */
  asked(): void;
  /** The view stands still. */
  still(): void;
}

export class ViewCycle {
  private readonly stage: HTMLElement;
  private readonly state: ViewState;
  private readonly camera: StageCamera;
  private readonly pictures: Pictures;
  private readonly listener: CycleListener;
  private stillTimer = 0;

  /** @param stage its `data-state` says how far the pictures are: moving, refining, full */
  constructor(stage: HTMLElement, state: ViewState, camera: StageCamera, pictures: Pictures, listener: CycleListener) {
    this.stage = stage;
    this.state = state;
    this.camera = camera;
    this.pictures = pictures;
    this.listener = listener;
  }

  /** @param moving more changes will follow at once */
  ask(moving: boolean): void {
    clearTimeout(this.stillTimer);
    this.stage.dataset.state = moving ? 'moving' : 'refining';
    this.pictures.want(this.wanted(this.camera.navigation.camToWorld, this.camera.intrinsics()), moving);
    this.listener.asked();
    if (moving) {
      this.stillTimer = window.setTimeout(() => {
        this.ask(false);
      }, STILL);
      return;
    }
    this.shown();
    this.listener.still();
  }

  /** A picture has come. */
  shown(): void {
    if (this.stage.dataset.state === 'refining' && this.pictures.complete) this.stage.dataset.state = 'full';
  }

  /** The picture that is set, of any camera. */
  wanted(camToWorld: readonly number[], intrinsics: Intrinsics): WantedPicture {
    const { output, background, crop } = this.state;
    return { camera: { camToWorld, intrinsics }, output, background: colourOf(background), crop };
  }
}
