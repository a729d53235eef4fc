/** The picture of a field that is being trained: mouse, fingers and keys turn it, and training draws it between its steps. */
import type { Camera } from '../../src/geometry/camera.ts';
import type { CameraView, RunViews } from '../../src/jobs/run-views.ts';
import { byId, element } from '../elements.ts';
import type { StageCamera } from '../stage-camera.ts';
import { GrowingPause } from '../growing-pause.ts';
import { StageLayout } from '../stage-layout.ts';
import { readState } from '../view-state.ts';
import { InSight } from './in-sight.ts';
import type { Picture } from './studio-messages.ts';

/** Pixels across; a training should not wait for it. */
const PICTURE = 240;

/** How much smaller the pictures are that come while somebody turns it: the first is there at once. */
const MOVING = [4, 1];

export class FieldOrbit {
  private readonly draw: (camera: Camera, scales: readonly number[]) => void;
  private readonly canvas = byId<HTMLCanvasElement>('live');
  private readonly sight = new InSight(this.canvas.closest('figure')!, () => {
    this.ask();
  });
  private camera: StageCamera | null = null;
  /** Pictures that were asked for and have not come. */
  private awaited = 0;
  private requests = 0;
  private readonly pause = new GrowingPause();
  private module: Promise<{ readonly StageCamera: typeof StageCamera }> | null = null;

  /** @param draw asks for a picture, in sizes one after the other */
  constructor(draw: (camera: Camera, scales: readonly number[]) => void) {
    this.draw = draw;
  }

  /** Loads what turns it; what could not be loaded is asked for again. */
  prepare(): void {
    this.module ??= import('../stage-camera.ts');
    this.module.catch(() => {
      this.module = null;
    });
  }

  async begin(views: RunViews): Promise<void> {
    this.prepare();
    const { StageCamera } = await this.module!;
    // A new one: nothing of an earlier training listens to it.
    const stage = element('div', {
      className: 'live-stage',
      tabIndex: 0,
      label: 'The field as it is learned. Drag, or use the arrow keys, to turn it; plus and minus zoom.',
    });
    stage.setAttribute('role', 'application');
    this.canvas.parentElement!.replaceWith(stage);
    stage.append(this.canvas);
    const layout = new StageLayout(stage);
    const state = { ...readState('', [1, 1, 1]), resolution: PICTURE / Math.max(1, layout.size.width) };
    const camera = new StageCamera(stage, layout, views, state, () => {
      this.ask(MOVING);
    });
    camera.resize();
    camera.standSomewhere();
    this.camera = camera;
  }

  lookThrough(view: CameraView): void {
    this.camera?.lookThrough(view);
    this.ask();
  }

  /** The field has learned: another picture, unless one is on its way. */
  refresh(): void {
    if (this.awaited === 0) this.ask();
  }

  /** For the view as it is now, if somebody sees it; the newest request counts. */
  ask(scales: readonly number[] = [1]): void {
    const { camera } = this;
    if (camera === null || !this.sight.isSeen) return;
    this.awaited = scales.length;
    this.requests++;
    const camToWorld = Float64Array.from(camera.navigation.camToWorld);
    this.draw({ camToWorld, intrinsics: camera.intrinsics() }, scales);
  }

  /** It could not be drawn: it is asked for again, unless another was meanwhile. */
  async failed(): Promise<void> {
    const { requests } = this;
    await this.pause.pass();
    if (requests === this.requests) this.ask();
  }

  show({ width, height, step, rgb }: Picture): void {
    this.pause.reset();
    this.awaited = Math.max(0, this.awaited - 1);
    const { canvas } = this;
    canvas.width = width;
    canvas.height = height;
    canvas.dataset.step = String(step);
    const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let i = 0, at = 0; at < pixels.length; i += 3, at += 4) pixels.set(rgb.subarray(i, i + 3), at);
    canvas.getContext('2d')!.putImageData(new ImageData(pixels, width, height), 0, 0);
  }
}
