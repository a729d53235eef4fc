/** Brings camera, pictures, overlay and panels together: what is looked at, and what has to be drawn for it. */
import type { Intrinsics } from '../datasets/scene-data.ts';
import type { CropBox, Frame } from '../renderer/frame-source.ts';
import { OUTPUT_MODES } from '../renderer/output-modes.ts';
import type { CameraView } from '../src/server/run-views.ts';
import { filePath, photoPath, type RunDetails } from './api.ts';
import { CamerasPanel } from './cameras-panel.ts';
import { CropPanel } from './crop-panel.ts';
import { byId, element } from './elements.ts';
import { showLegend } from './legend.ts';
import { Navigation } from './navigation.ts';
import { Overlay } from './overlay.ts';
import { download, PathPanel } from './path-panel.ts';
import { pathShape } from './path-shape.ts';
import { Pictures, type Part, type Photo } from './pictures.ts';
import { ServerSource } from './server-source.ts';
import { SettingsPanel } from './settings-panel.ts';
import { watchPointer } from './stage-pointer.ts';
import { Statistics } from './statistics.ts';
import { TrainingPanel } from './training-panel.ts';
import { colourOf, readState, stateUrl, type ViewState } from './view-state.ts';

/** Milliseconds without movement after which the view stands still. */
const STILL = 160;
/** Share of the distance to the scene that a frustum is long. */
const FRUSTUM = 0.06;
/** Where to stand if nothing is known of the scene. */
const SOMEWHERE = [1, 0, 0, 0, 0, 0, -1, -4, 0, 1, 0, 0, 0, 0, 0, 1];
const SOME_DISTANCE = 4;

/** The line over the picture: what is wrong, or nothing. */
export function say(problem: string | null): void {
  byId('status').textContent = problem ?? '';
  byId('status').classList.toggle('problem', problem !== null);
}

export class ViewerPage {
  private readonly stage: HTMLElement;
  private readonly run: RunDetails;
  private readonly state: ViewState;
  private readonly navigation: Navigation;
  private readonly pictures: Pictures;
  private readonly overlay: Overlay | null;
  private readonly cameras: CamerasPanel;
  private readonly path: PathPanel;
  private readonly settings: SettingsPanel;
  private readonly statistics = new Statistics(byId('statistics'));
  /** Metres from the first camera to what the cameras look at. */
  private readonly radius: number;
  private stillTimer = 0;
  /** The camera of the scene that is looked through, and its photo. */
  private view: CameraView | null = null;
  private photo: Photo | null = null;

  constructor(stage: HTMLElement, run: RunDetails) {
    this.stage = stage;
    this.run = run;
    this.state = readState(location.search, run.background);
    const { centre, up, views, problem } = run.cameras;
    this.radius = views.length > 0 && centre !== null ? distance(positionOf(views[0].camToWorld), centre) : SOME_DISTANCE;
    this.navigation = new Navigation(stage, up, () => {
      this.moved();
    });
    this.navigation.camera.near = this.radius / 200;
    this.navigation.camera.far = this.radius * 50;
    this.pictures = new Pictures(byId('layers'), {
      shown: (part, frame, full) => {
        this.shown(part, frame, full);
      },
      problem: say,
      divided: () => {
        this.ask(true);
      },
    });
    this.overlay = this.openOverlay();
    const showFrustums = (): void => {
      this.showFrustums();
    };
    this.cameras = new CamerasPanel(run.id, views, problem, showFrustums, (view) => {
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
      current: () => ({ camToWorld: this.navigation.camToWorld, fov: this.state.fov }),
      show: ({ camToWorld, fov }) => {
        this.navigation.pose(camToWorld);
        this.setFov(fov);
        this.moved();
      },
      changed: (keys) => this.overlay?.showPath(...pathShape(keys), this.radius * FRUSTUM),
      problem: say,
      size: () => this.size(),
    });
    new CropPanel(this.state.crop, this.cropBounds(), (crop) => {
      this.crop(crop);
    });
    this.overlay?.showCrop(this.state.crop);
    new TrainingPanel(run.id, {
      learned: () => {
        this.pictures.redraw();
      },
    });
    stage.addEventListener('keydown', (event) => {
      this.key(event);
    });
    watchPointer(stage, {
      down: () => {
        this.path.stop();
      },
      under: (x, y) => this.overlay?.cameraAt(x, y) ?? null,
      hover: (index, x, y) => {
        this.cameras.hover(index, x, y);
      },
      click: (index) => {
        this.jump(this.cameras.views[index]);
      },
    });
    this.begin();
  }

  /** WebGL may be missing; the pictures do not need it. */
  private openOverlay(): Overlay | null {
    try {
      return new Overlay(this.stage, this.navigation.camera);
    } catch {
      byId('source').textContent = 'This browser has no WebGL 2: cameras, crop box and path are not drawn. ';
      return null;
    }
  }

  private begin(): void {
    const { run, state } = this;
    byId('name').textContent = run.name;
    document.title = `${run.name} – SpikeRay`;
    byId('facts').textContent = factsOf(run);
    byId('source').textContent += 'Pictures are drawn by the server, on its wasm backend.';
    byId('reports').replaceChildren(...reportLinks(run));
    const { camToWorld, fov } = state;
    this.resize();
    this.reset();
    if (camToWorld !== null) {
      this.navigation.pose(camToWorld, this.radius);
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

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const mode = OUTPUT_MODES[Number(event.key) - 1];
    if (mode !== undefined) this.settings.setOutput(mode);
    const actions: Readonly<Record<string, () => void>> = {
      f: () => {
        this.setFly(!this.navigation.fly);
      },
      r: () => {
        this.reset();
      },
      p: () => void this.downloadPicture(),
      h: () => {
        this.settings.togglePanel();
      },
      '?': () => {
        byId<HTMLDialogElement>('help').showModal();
      },
      '[': () => {
        this.cameras.step(-1);
      },
      ']': () => {
        this.cameras.step(1);
      },
      k: () => {
        byId('path-add').click();
      },
      ' ': () => {
        this.path.toggle();
      },
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  /** Somebody moved the camera. */
  private moved(): void {
    if (this.view !== null) this.mark(null);
    this.state.camToWorld = this.navigation.camToWorld;
    this.ask(true);
  }

  /** Pictures of what is looked at now; if it moves, coarse ones until it stands still. */
  private ask(moving: boolean): void {
    clearTimeout(this.stillTimer);
    this.stage.dataset.state = moving ? 'moving' : 'refining';
    const { output, background, crop } = this.state;
    const intrinsics = this.intrinsics();
    const camera = { camToWorld: this.navigation.camToWorld, intrinsics };
    this.pictures.want({ camera, output, background: colourOf(background), crop }, moving);
    this.showPhoto();
    this.overlay?.draw();
    if (moving)
      this.stillTimer = window.setTimeout(() => {
        this.ask(false);
      }, STILL);
    else {
      if (this.pictures.complete) this.stage.dataset.state = 'full';
      history.replaceState(null, '', stateUrl(this.run.id, this.state, this.run.background));
    }
  }

  private shown(part: number, frame: Frame, full: boolean): void {
    this.overlay?.hideBehind(part, frame, this.pictures.region(part));
    if (part === 0) {
      this.statistics.show(frame, this.run.neuron);
      showLegend(byId('legend'), frame.range);
    }
    if (full && this.stage.dataset.state === 'refining' && this.pictures.complete) this.stage.dataset.state = 'full';
  }

  /** Run, the run beside it, photo. */
  private arrange(): void {
    const { run, state } = this;
    const titled = ({ name, neuron }: { name: string; neuron: string }): string => `${name} (${neuron === 'relu' ? 'ANN' : neuron})`;
    const parts: Part[] = [{ title: titled(run), source: new ServerSource(run.id) }];
    const beside = run.related.find(({ id }) => id === state.beside);
    if (beside) parts.push({ title: titled(beside), source: new ServerSource(beside.id) });
    if (state.photo) parts.push({ title: 'photo', source: null });
    for (let part = 0; part < this.pictures.count; part++) this.overlay?.hideBehind(part, null, this.pictures.region(part));
    this.pictures.show(parts);
    if (state.photo && this.view !== null) void this.loadPhoto(this.view);
    this.ask(false);
  }

  /** Looks through a camera of the scene, with its whole photo in sight. */
  private jump(view: CameraView): void {
    this.path.stop();
    this.navigation.pose(view.camToWorld, this.radius);
    const { width, height } = this.stage.getBoundingClientRect();
    const { intrinsics } = view;
    const tall = Math.max(intrinsics.height / intrinsics.fy, (intrinsics.width / intrinsics.fx) * (height / width));
    this.setFov((Math.atan(tall / 2) * 360) / Math.PI);
    this.moved();
    this.mark(view);
    if (this.state.photo) void this.loadPhoto(view);
  }

  private mark(view: CameraView | null): void {
    this.view = view;
    this.photo = null;
    this.cameras.mark(view);
    this.showFrustums();
  }

  private async loadPhoto(view: CameraView): Promise<void> {
    const response = await fetch(photoPath(this.run.id, view.split, view.index)).catch(() => null);
    if (!response?.ok || this.view !== view) return;
    const image = await createImageBitmap(await response.blob());
    if (this.view !== view) return;
    this.photo = { image, intrinsics: view.intrinsics };
    this.showPhoto();
  }

  private showPhoto(): void {
    this.pictures.showPhoto(this.photo, this.view !== null, this.intrinsics(), this.state.background);
  }

  private reset(): void {
    const [first] = this.run.cameras.views;
    if (first !== undefined) {
      this.jump(first);
      return;
    }
    this.navigation.pose(SOMEWHERE, SOME_DISTANCE);
    this.moved();
  }

  private crop(crop: CropBox | null): void {
    this.state.crop = crop;
    this.overlay?.showCrop(crop);
    this.ask(true);
  }

  private setFly(on: boolean): void {
    this.navigation.fly = on;
    this.settings.showFly(on);
  }

  private setFov(degrees: number): void {
    this.navigation.fov = degrees;
    this.state.fov = this.navigation.camera.fov;
    this.settings.showFov(this.state.fov);
  }

  private showFrustums(): void {
    const shown = this.settings.frustums ? this.cameras.views : [];
    this.overlay?.showCameras(shown, this.radius * FRUSTUM, shown.length > 0 ? this.cameras.marked : null);
  }

  private resize(): void {
    const { width, height } = this.stage.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    this.navigation.camera.aspect = width / height;
    this.navigation.camera.updateProjectionMatrix();
    this.overlay?.resize(width, height);
    this.ask(false);
  }

  /** Pixels of the whole picture. */
  private size(): { width: number; height: number } {
    const { width, height } = this.stage.getBoundingClientRect();
    const { resolution } = this.state;
    return { width: Math.max(1, Math.round(width * resolution)), height: Math.max(1, Math.round(height * resolution)) };
  }

  private intrinsics(): Intrinsics {
    const { width, height } = this.size();
    const focal = height / 2 / Math.tan((this.state.fov * Math.PI) / 360);
    return { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2 };
  }

  /** How far the crop box can reach: around what the cameras look at. */
  private cropBounds(): { min: number[]; max: number[] } {
    const centre = this.run.cameras.centre ?? [0, 0, 0];
    const half = this.radius / 2;
    return { min: centre.map((x) => x - half), max: centre.map((x) => x + half) };
  }

  private async downloadPicture(): Promise<void> {
    const { width, height } = this.size();
    const blob = await new Promise<Blob | null>((resolve) => {
      this.pictures.picture(width, height).toBlob(resolve);
    });
    if (blob !== null) download(blob, `${this.run.name.replaceAll('/', '-')}-${this.state.output}.png`);
  }
}

function factsOf({ scene, neuron, trained, quality }: RunDetails): string {
  const facts = [scene.name, neuron === 'relu' ? 'ReLU (ANN)' : `${neuron} neurons`];
  if (trained) facts.push(`${trained.stage} step ${trained.step}`);
  if (quality) facts.push(`${quality.psnr.toFixed(2)} dB on ${quality.split}`);
  if (quality?.millijoules) facts.push(`${quality.millijoules.toFixed(1)} mJ an image`);
  return facts.join(' · ');
}

function reportLinks({ id, reports }: RunDetails): HTMLElement[] {
  if (reports.length === 0) return [element('li', { textContent: 'None yet: `spikeray energy` writes one.' })];
  return reports.map((path) =>
    element('li', {}, element('a', { href: filePath(id, path), target: '_blank', rel: 'noopener', textContent: path })),
  );
}

function positionOf(m: readonly number[]): number[] {
  return [m[3], m[7], m[11]];
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}
