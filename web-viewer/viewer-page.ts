/** Brings camera, pictures, lines and panels together: what is looked at, and what has to be drawn for it. */
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import type { CropBox, ShownFrame } from '../src/frames/frame-source.ts';
import type { CameraView } from '../src/server/run-views.ts';
import { CamerasPanel } from './cameras-panel.ts';
import { CropPanel } from './crop-panel.ts';
import { byId } from './elements.ts';
import { FilmButton } from './film-button.ts';
import type { WantedPicture } from './frame-loop.ts';
import { showLegend } from './legend.ts';
import { watchKeys } from './page-keys.ts';
import { download, PathPanel } from './path-panel.ts';
import { pathShape } from './path-shape.ts';
import { PictureSources } from './picture-sources.ts';
import { Pictures, type Part } from './pictures.ts';
import { showHeader, titleOf } from './run-header.ts';
import type { SceneHost } from './scene-host.ts';
import { ScenePhoto } from './scene-photo.ts';
import { SettingsPanel } from './settings-panel.ts';
import { lensOf, StageCamera } from './stage-camera.ts';
import { StageScene } from './stage-scene.ts';
import { watchPointer } from './stage-pointer.ts';
import { Statistics } from './statistics.ts';
import { colourOf, readState, stateUrl, type ViewState } from './view-state.ts';

/** Milliseconds without movement after which the view stands still. */
const STILL = 160;
/** Share of the distance to the scene that a frustum is long. */
const FRUSTUM = 0.06;

/** The line over the picture: what is wrong, or nothing. */
export function say(problem: string | null): void {
  byId('status').textContent = problem ?? '';
  byId('status').classList.toggle('problem', problem !== null);
}

export class ViewerPage {
  private readonly stage: HTMLElement;
  private readonly host: SceneHost;
  private readonly state: ViewState;
  private readonly camera: StageCamera;
  private readonly pictures: Pictures;
  private readonly sources: PictureSources;
  private readonly scene: StageScene;
  private readonly cameras: CamerasPanel;
  private readonly path: PathPanel;
  private readonly settings: SettingsPanel;
  private readonly statistics = new Statistics(byId('statistics'));
  private readonly photo: ScenePhoto;
  private stillTimer = 0;

  constructor(stage: HTMLElement, host: SceneHost) {
    const { run } = host;
    this.stage = stage;
    this.host = host;
    this.state = readState(location.search, run.background);
    this.camera = new StageCamera(stage, run.cameras, this.state, () => {
      this.moved();
    });
    this.photo = new ScenePhoto(host, () => {
      this.showPhoto();
    });
    this.sources = new PictureSources(host, this.state.draw, (description) => {
      byId('drawn').textContent = description;
    });
    this.scene = new StageScene(stage, this.camera.navigation.camera, this.sources.device, {
      lost: () => {
        this.pictures.redraw();
        this.ask(false);
      },
      failed: (reason) => {
        byId('lacking').textContent = reason;
      },
    });
    this.pictures = new Pictures(byId('layers'), this.scene, {
      shown: (part, frame, full) => {
        this.shown(part, frame, full);
      },
      problem: say,
      divided: () => {
        this.ask(true);
      },
    });
    const showFrustums = (): void => {
      this.showFrustums();
    };
    this.cameras = new CamerasPanel(host, showFrustums, (view) => {
      this.jump(view);
    });
    this.settings = new SettingsPanel(run, this.state, {
      ask: (moving) => {
        this.ask(moving);
      },
      arrange: () => {
        this.arrange();
      },
      setFov: (degrees) => {
        this.setFov(degrees);
        this.moved();
      },
      setFly: (on) => {
        this.setFly(on);
      },
      reset: () => {
        this.reset();
      },
      showFrustums,
      downloadPicture: () => this.downloadPicture(),
    });
    this.path = new PathPanel({
      current: () => ({ camToWorld: this.camera.navigation.camToWorld, fov: this.state.fov }),
      show: ({ camToWorld, fov }) => {
        this.camera.navigation.pose(camToWorld);
        this.setFov(fov);
        this.moved();
      },
      changed: (keys) => this.scene.lines.showPath(...pathShape(keys), this.camera.radius * FRUSTUM),
      problem: say,
      frame: run.cameras.frame,
      size: () => this.camera.size(),
    });
    new FilmButton({
      path: () => this.path.path,
      name: () => this.fileName(),
      draw: (canvas, { camToWorld, fov }, signal) => this.pictures.draw(canvas, this.wanted(camToWorld, lensOf(fov, canvas)), signal),
      problem: say,
    });
    new CropPanel(this.state.crop, this.camera.cropBounds(), (crop) => {
      this.crop(crop);
    });
    this.scene.lines.showCrop(this.state.crop);
    host.watchTraining(() => {
      this.pictures.redraw();
    });
    this.watchKeys();
    watchPointer(stage, {
      down: () => {
        this.path.stop();
      },
      under: (x, y) => this.scene.cameraAt(x, y),
      hover: (index, x, y) => {
        this.cameras.hover(index, x, y);
      },
      click: (index) => {
        this.jump(this.cameras.views[index]);
      },
    });
    this.begin();
  }

  private begin(): void {
    showHeader(this.host);
    const { camToWorld, fov } = this.state;
    this.resize();
    this.reset();
    if (camToWorld !== null) {
      this.camera.pose(camToWorld);
      this.setFov(fov);
      this.moved();
    }
    this.arrange();
    new ResizeObserver(() => {
      this.resize();
    }).observe(this.stage);
    say(null);
    byId('status').textContent = 'Opening the field …';
  }

  private watchKeys(): void {
    const { settings, cameras, path } = this;
    watchKeys(
      this.stage,
      (mode) => {
        settings.setOutput(mode);
      },
      {
        f: () => {
          this.setFly(!this.camera.navigation.fly);
        },
        r: () => {
          this.reset();
        },
        p: () => void this.downloadPicture(),
        h: () => {
          settings.togglePanel();
        },
        '?': () => {
          byId<HTMLDialogElement>('help').showModal();
        },
        '[': () => {
          cameras.step(-1);
        },
        ']': () => {
          cameras.step(1);
        },
        k: () => {
          byId('path-add').click();
        },
        ' ': () => {
          path.toggle();
        },
      },
    );
  }

  /** Somebody moved the camera. */
  private moved(): void {
    if (this.photo.view !== null) this.mark(null);
    this.state.camToWorld = this.camera.navigation.camToWorld;
    this.ask(true);
  }

  /** Pictures of what is looked at now; if it moves, coarse ones until it stands still. */
  private ask(moving: boolean): void {
    clearTimeout(this.stillTimer);
    this.stage.dataset.state = moving ? 'moving' : 'refining';
    this.pictures.want(this.wanted(this.camera.navigation.camToWorld, this.camera.intrinsics()), moving);
    this.showPhoto();
    this.scene.draw();
    if (moving)
      this.stillTimer = window.setTimeout(() => {
        this.ask(false);
      }, STILL);
    else {
      if (this.pictures.complete) this.stage.dataset.state = 'full';
      const { run } = this.host;
      history.replaceState(null, '', stateUrl(run.id, this.state, run.background));
    }
  }

  /** The picture that is set, of another camera. */
  private wanted(camToWorld: readonly number[], intrinsics: Intrinsics): WantedPicture {
    const { output, background, crop } = this.state;
    return { camera: { camToWorld, intrinsics }, output, background: colourOf(background), crop };
  }

  private shown(part: number, frame: ShownFrame, full: boolean): void {
    if (part === 0) {
      this.statistics.show(frame, this.host.run.neuron);
      showLegend(byId('legend'), frame.range);
    }
    if (full && this.stage.dataset.state === 'refining' && this.pictures.complete) this.stage.dataset.state = 'full';
  }

  /** Run, the run beside it, photo. */
  private arrange(): void {
    const { host, state } = this;
    const beside = host.run.related.find(({ id }) => id === state.beside);
    const drawn = beside ? [host.run, beside] : [host.run];
    const sources = this.sources.of(drawn.map(({ id }) => id));
    const parts: Part[] = drawn.map((run, i) => ({ title: titleOf(run), source: sources[i] }));
    if (state.photo) parts.push({ title: 'photo', source: null });
    this.pictures.show(parts);
    if (state.photo) void this.photo.load();
    this.ask(false);
  }

  /** Looks through a camera of the scene, with its whole photo in sight. */
  private jump(view: CameraView): void {
    this.path.stop();
    this.camera.lookThrough(view);
    this.settings.showFov(this.camera.fov);
    this.moved();
    this.mark(view);
    if (this.state.photo) void this.photo.load();
  }

  private mark(view: CameraView | null): void {
    this.photo.view = view;
    this.cameras.mark(view);
    this.showFrustums();
  }

  private showPhoto(): void {
    const { view, photo } = this.photo;
    this.pictures.showPhoto(photo, view !== null, this.camera.intrinsics(), this.state.background);
  }

  private reset(): void {
    const [first] = this.host.run.cameras.views;
    if (first !== undefined) {
      this.jump(first);
      return;
    }
    this.camera.standSomewhere();
    this.moved();
  }

  private crop(crop: CropBox | null): void {
    this.state.crop = crop;
    this.scene.lines.showCrop(crop);
    this.ask(true);
  }

  private setFly(on: boolean): void {
    this.camera.navigation.fly = on;
    this.settings.showFly(on);
  }

  private setFov(degrees: number): void {
    this.camera.fov = degrees;
    this.settings.showFov(this.camera.fov);
  }

  private showFrustums(): void {
    const shown = this.settings.frustums ? this.cameras.views : [];
    this.scene.lines.showCameras(shown, this.camera.radius * FRUSTUM, shown.length > 0 ? this.cameras.marked : null);
  }

  private resize(): void {
    if (!this.camera.resize()) return;
    this.scene.resize();
    this.ask(false);
  }

  private async downloadPicture(): Promise<void> {
    const { width, height } = this.camera.size();
    const blob = await this.scene.image(width, height);
    if (blob !== null) download(blob, `${this.fileName()}.png`);
  }

  private fileName(): string {
    return `${this.host.run.name.replaceAll('/', '-')}-${this.state.output}`;
  }
}
