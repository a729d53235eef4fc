/** The stage: what is looked at, through which camera, and the pictures of it. */
import type { Pose } from '../renderer/paths/camera-key.ts';
import type { CropBox } from '../src/frames/crop-occupancy.ts';
import type { RayProbe } from '../src/frames/ray-probe.ts';
import { isSurface } from '../renderer/surface.ts';
import { cameraRays, type Camera } from '../src/geometry/camera.ts';
import type { CameraView } from '../src/jobs/run-views.ts';
import { byId } from './elements.ts';
import { say } from './messages.ts';
import type { PartPlan } from './part-plan.ts';
import { PictureSources } from './picture-sources.ts';
import { Pictures } from './pictures.ts';
import { titleOf } from './run-header.ts';
import type { SceneHost } from './scene-host.ts';
import { ScenePhoto } from './scene-photo.ts';
import { StageCamera } from './stage-camera.ts';
import { StageLayout } from './stage-layout.ts';
import { StageScene } from './stage-scene.ts';
import { drawStill, type StillOptions } from './still.ts';
import { ViewCycle } from './view-cycle.ts';
import { colourOf, stateUrl, type ViewState } from './view-state.ts';

/** A pixel of the view. */
export interface PixelAt {
  readonly camera: Camera;
  readonly pixel: readonly [x: number, y: number];
  readonly probe: () => Promise<RayProbe>;
}

export interface StageViewListener {
  /** Pictures have come, or have other colours. */
  shown(): void;
  /** A camera of the scene is looked through; null: none any more. */
  chosen(view: CameraView | null): void;
  /** The camera has another field of view. */
  zoomed(): void;
  /** The address says anew what is seen. */
  kept(): void;
}

export class StageView {
  readonly camera: StageCamera;
  readonly pictures: Pictures;
  readonly scene: StageScene;
  private readonly stage: HTMLElement;
  private readonly host: SceneHost;
  private readonly state: ViewState;
  private readonly listener: StageViewListener;
  private readonly layout: StageLayout;
  private readonly cycle: ViewCycle;
  private readonly sources: PictureSources;
  private readonly photo: ScenePhoto;

  constructor(stage: HTMLElement, host: SceneHost, state: ViewState, listener: StageViewListener) {
    this.stage = stage;
    this.host = host;
    this.state = state;
    this.listener = listener;
    this.layout = new StageLayout(stage);
    this.camera = new StageCamera(stage, this.layout, host.run.cameras, state, () => {
      this.moved();
    });
    this.photo = new ScenePhoto(host, () => {
      this.showPhoto();
    });
    this.sources = new PictureSources(host, state.draw, (description) => {
      byId('drawn').textContent = description;
    });
    this.scene = new StageScene(stage, this.camera.navigation.camera, this.sources.device, {
      lost: () => {
        this.redraw();
        this.ask(false);
      },
      failed: (reason) => {
        byId('lacking').textContent = reason;
      },
    });
    this.pictures = new Pictures(byId('layers'), this.scene, this.layout, state, {
      shown: () => {
        listener.shown();
        this.cycle.shown();
      },
      problem: say,
    });
    this.cycle = new ViewCycle(stage, state, this.camera, this.pictures, {
      asked: () => {
        this.showPhoto();
        this.scene.draw();
      },
      still: () => {
        this.keepAddress();
      },
    });
  }

  /** Where the address of the page says, else at the best camera of the scene. */
  begin(): void {
    const { camToWorld, fov } = this.state;
    this.arrange();
    this.reset();
    if (camToWorld !== null) this.go({ camToWorld, fov });
    void this.photo.preview((photo) => {
      this.pictures.preview(photo, this.camera.intrinsics());
    });
    new ResizeObserver(() => {
      this.resize();
      this.ask(false);
    }).observe(this.stage);
  }

  get pose(): Pose {
    return { camToWorld: this.camera.navigation.camToWorld, fov: this.state.fov };
  }

  /** @param moving more changes will follow at once */
  ask(moving: boolean): void {
    this.cycle.ask(moving);
  }

  /** The same view of something that changed. */
  redraw(): void {
    this.pictures.redraw();
  }

  /** The parts that are set: run, the run beside it, photo, what distinguishes the runs. */
  arrange(): void {
    const { host, state } = this;
    const { layout } = state;
    const beside = host.run.related.find(({ id }) => id === state.beside);
    const drawn = beside ? [host.run, beside] : [host.run];
    const sources = this.sources.of(drawn.map(({ id }) => id));
    const parts: PartPlan[] = drawn.map((run, i) => ({ kind: 'run', title: titleOf(run), source: sources[i] }));
    if (state.photo) parts.push({ kind: 'photo', title: 'photo' });
    if (beside && (layout === 'difference' || layout === 'ratio'))
      parts.push({ kind: 'contrast', title: layout === 'ratio' ? 'ratio, first to second' : 'first − second', contrast: layout });
    this.layout.wipes = layout === 'wipe';
    this.pictures.show(parts);
    this.resize();
    if (state.photo) void this.photo.load();
    this.ask(false);
  }

  go({ camToWorld, fov }: Pose): void {
    this.camera.pose(camToWorld);
    this.setFov(fov);
  }

  /** Looks through a camera of the scene, with its whole photo in sight. */
  jump(view: CameraView): void {
    this.camera.lookThrough(view);
    this.listener.zoomed();
    this.moved();
    this.choose(view);
    if (this.state.photo) void this.photo.load();
  }

  /** To the best camera of the scene. */
  reset(): void {
    const { run } = this.host;
    const first = run.cameras.views[run.first];
    if (first !== undefined) {
      this.jump(first);
      return;
    }
    this.camera.standSomewhere();
    this.moved();
  }

  setFov(degrees: number): void {
    this.camera.fov = degrees;
    this.listener.zoomed();
    this.moved();
  }

  setFly(on: boolean): void {
    this.camera.navigation.fly = on;
    this.state.fly = on;
    this.keepAddress();
  }

  /** Upright by what the state says, else by the run. @param own the run's, [3] */
  turnUpright(own: readonly number[]): void {
    this.camera.navigation.up = this.state.up ?? own;
    this.moved();
  }

  setCrop(crop: CropBox | null): void {
    this.state.crop = crop;
    this.scene.lines.showCrop(crop);
    this.ask(true);
  }

  /** The middle of the first picture, as a place of the stage. */
  get middle(): [x: number, y: number] {
    const [{ left, top, width, height }] = this.layout.panes;
    return [left + width / 2, top + height / 2];
  }

  /** The pixel at a place of the stage, and how to follow its ray; null where no run is drawn. */
  pixelAt(x: number, y: number): PixelAt | null {
    const at = this.pictures.runAt(x, y);
    if (at === null) return null;
    const { pane, source } = at;
    const intrinsics = this.camera.intrinsics();
    const { background, crop } = this.state;
    const along = (share: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    const pixel = [along((x - pane.left) / pane.width, intrinsics.width), along((y - pane.top) / pane.height, intrinsics.height)] as const;
    const camera = { camToWorld: this.camera.navigation.camToWorld, intrinsics };
    return { camera, pixel, probe: () => source.probe({ camera, pixel, background: colourOf(background), crop }) };
  }

  /** Orbits about what is seen at a place of the stage, if anything is. */
  async orbitAbout(x: number, y: number): Promise<void> {
    const at = this.pixelAt(x, y);
    if (at === null) return;
    const stood = this.state.camToWorld;
    const { depth, opacity } = await at.probe();
    // Somebody has moved on since.
    if (this.state.camToWorld !== stood || !isSurface(opacity)) return;
    const { origins, directions } = cameraRays(at.camera, at.pixel[1] * at.camera.intrinsics.width + at.pixel[0], 1);
    const length = Math.hypot(...directions);
    this.camera.navigation.lookAt(Array.from(origins, (from, axis) => from + (directions[axis] / length) * depth));
  }

  /** Marks a place of the stage until the view moves; null: none. */
  markRay(at: { readonly x: number; readonly y: number } | null): void {
    const mark = byId('ray-mark');
    mark.hidden = at === null;
    if (at !== null) Object.assign(mark.style, { left: `${at.x}px`, top: `${at.y}px` });
  }

  /** Draws all parts of the view at full quality. */
  draw(canvas: HTMLCanvasElement, pose: Pose, options: StillOptions): Promise<void> {
    const { layout, state, pictures, cycle } = this;
    const region = pictures.region.bind(pictures);
    const wanted = cycle.wanted.bind(cycle);
    return drawStill(canvas, pose, { parts: pictures.plans, region, layout, state, photo: this.photo.photo, wanted }, options);
  }

  /** What is set, so that a link or a reload shows the same. */
  keepAddress(): void {
    const { run } = this.host;
    history.replaceState(history.state, '', stateUrl(run.id, this.state, run.background));
    this.listener.kept();
  }

  /** Somebody moved the camera. */
  private moved(): void {
    this.markRay(null);
    if (this.photo.view !== null) this.choose(null);
    this.state.camToWorld = this.camera.navigation.camToWorld;
    this.ask(true);
  }

  private choose(view: CameraView | null): void {
    this.photo.view = view;
    this.listener.chosen(view);
  }

  private showPhoto(): void {
    this.pictures.showPhoto(this.photo.photo, this.photo.missing, this.camera.intrinsics());
  }

  /** To the size of the stage, unless it is not there to be seen. */
  private resize(): void {
    if (this.stage.clientWidth === 0 || this.stage.clientHeight === 0) return;
    this.camera.resize();
    this.pictures.place();
    this.scene.resize();
    this.placeStatistics();
  }

  /** Where no picture lies, if there is such a place: else over the first. */
  private placeStatistics(): void {
    const { free } = this.layout;
    const statistics = byId('statistics');
    statistics.classList.toggle('aside', free !== null);
    Object.assign(statistics.style, { left: free && `${free.left}px`, top: free && `${free.top}px` });
  }
}
