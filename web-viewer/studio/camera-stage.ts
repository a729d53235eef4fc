/** The cameras of a scene in 3-D, each with its photo, which mouse, fingers and keys turn; a click on a photo goes there. */
import { Vector3 } from 'three';
import type { RunViews } from '../../src/jobs/run-views.ts';
import { lookAt } from '../../src/geometry/look-at.ts';
import { combine, normalised, type Vec3 } from '../../src/geometry/vector.ts';
import { element } from '../elements.ts';
import { StageCamera } from '../stage-camera.ts';
import { StageLayout } from '../stage-layout.ts';
import { StageScene } from '../stage-scene.ts';
import { readState } from '../view-state.ts';
import type { ViewPhoto } from './studio-messages.ts';

/** Share of the distance to the scene that a frustum is long. */
const FRUSTUM = 0.14;
/** Degrees. */
const FIELD_OF_VIEW = 50;
/** Pixels within which a press is a click. */
const STILL = 4;

export class CameraStage {
  readonly stage = element('div', {
    className: 'camera-stage',
    tabIndex: 0,
    label: 'The cameras of the scene. Drag, or use the arrow keys, to turn them; plus and minus zoom; a click on a photo goes there.',
  });
  private readonly views: RunViews;
  private readonly camera: StageCamera;
  private readonly scene: StageScene;
  private readonly size: ResizeObserver;

  /**
   * @param place where it is to be
   * @param chosen a view was gone to
   * @param failed nothing can be shown, and why
   */
  constructor(
    place: HTMLElement,
    views: RunViews,
    photos: readonly ViewPhoto[],
    chosen: (view: number) => void,
    failed: (reason: string) => void,
  ) {
    const { stage } = this;
    this.views = views;
    stage.setAttribute('role', 'application');
    place.replaceChildren(stage);
    const layout = new StageLayout(stage);
    const state = { ...readState('', [1, 1, 1]), fov: FIELD_OF_VIEW };
    this.camera = new StageCamera(stage, layout, { ...views, forwardFacing: false }, state, () => {
      this.scene.draw();
    });
    this.scene = new StageScene(stage, this.camera.navigation.camera, Promise.resolve(null), { lost: () => undefined, failed });
    const photoOf = new Map(photos.map((photo) => [photo.view, photo]));
    const cameras = views.views.map((view, i) => ({ ...view, photo: photoOf.get(i) }));
    this.scene.lines.showCameras(cameras, this.camera.radius * FRUSTUM, null);
    this.size = new ResizeObserver(() => {
      this.camera.resize();
      this.scene.divide([{ pane: layout.panes[0], planes: [] }]);
      this.scene.resize();
    });
    this.size.observe(stage);
    this.camera.fov = FIELD_OF_VIEW;
    this.camera.navigation.pose(...overview(views));
    this.watchClicks(chosen);
  }

  /** Stands behind a camera, so that its photo is seen. */
  goTo(view: number): void {
    const { camToWorld: m } = this.views.views[view];
    const behind = this.camera.radius * FRUSTUM;
    const back = [m[2], m[6], m[10]];
    const pose = [...m];
    for (const axis of [0, 1, 2]) pose[axis * 4 + 3] += back[axis] * behind;
    this.camera.navigation.pose(pose, this.camera.radius + behind);
    this.scene.draw();
  }

  dispose(): void {
    this.size.disconnect();
    this.scene.dispose();
    this.stage.remove();
  }

  private watchClicks(chosen: (view: number) => void): void {
    let from: readonly [number, number] | null = null;
    this.stage.addEventListener('pointerdown', ({ offsetX, offsetY }) => {
      from = [offsetX, offsetY];
    });
    this.stage.addEventListener('click', ({ offsetX, offsetY }) => {
      if (from === null || Math.hypot(offsetX - from[0], offsetY - from[1]) > STILL) return;
      const view = this.scene.cameraAt(offsetX, offsetY);
      if (view !== null) chosen(view);
    });
  }
}

/** A pose that sees all cameras and what they look at, from a little above and aside, and how far that is away. */
function overview({ views, centre, up }: RunViews): [number[], number] {
  const positions = views.map(({ camToWorld: m }): Vec3 => [m[3], m[7], m[11]]);
  const all = centre === null ? positions : [...positions, centre];
  const middle = combine(...all.map((point): [number, Vec3] => [1 / all.length, point]));
  const radius = Math.max(1e-6, ...all.map((point) => new Vector3(...point).distanceTo(new Vector3(...middle))));
  const m = views[0].camToWorld;
  // Behind the first camera.
  const direction = normalised(combine([1, [m[2], m[6], m[10]]], [0.6, up], [0.5, [m[0], m[4], m[8]]]));
  // The ball that holds them is in sight.
  const away = radius / Math.sin((FIELD_OF_VIEW * Math.PI) / 360);
  return [[...lookAt(combine([1, middle], [away, direction]), middle, up)], away];
}
