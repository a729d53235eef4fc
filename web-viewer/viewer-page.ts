/** The page of one run: the panels around the stage, and what they do to it and to each other. */
import type { OutputMode } from '../src/frames/output-modes.ts';
import type { CameraView } from '../src/jobs/run-views.ts';
import { CamerasPanel } from './cameras-panel.ts';
import { QUANTITIES } from './colour-scales.ts';
import { CropPanel } from './crop-panel.ts';
import { byId } from './elements.ts';
import { legendOf } from './legend-entries.ts';
import { showLegend } from './legend.ts';
import { messageOf, say, tell } from './messages.ts';
import { watchKeys } from './page-keys.ts';
import { PathPanel } from './path-panel.ts';
import { pathShape } from './path-shape.ts';
import { showHeader } from './run-header.ts';
import { RayPanel } from './ray-panel.ts';
import { SavePanel } from './save-panel.ts';
import { ScalePanel } from './scale-panel.ts';
import type { SceneHost } from './scene-host.ts';
import { SettingsPanel } from './settings-panel.ts';
import { StageView } from './stage-view.ts';
import { watchPointer } from './stage-pointer.ts';
import { offerEmbedding } from './embedding.ts';
import { Statistics } from './statistics.ts';
import { UpPanel } from './up-panel.ts';
import { readState, stateUrl, type ViewState } from './view-state.ts';

/** Where the panel lies below the stage (viewer.css). */
const NARROW = '(max-width: 560px)';
/** Share of the distance to the scene that a frustum is long. */
const FRUSTUM = 0.06;

export class ViewerPage {
  private readonly state: ViewState;
  private readonly view: StageView;
  private readonly cameras: CamerasPanel;
  private readonly path: PathPanel;
  private readonly save: SavePanel;
  private readonly settings: SettingsPanel;
  private readonly scale: ScalePanel;
  private readonly ray: RayPanel;
  private readonly statistics = new Statistics(byId('statistics'));
  /** Writes what is offered to copy anew. */
  private renewAddresses: () => void = () => undefined;

  constructor(stage: HTMLElement, host: SceneHost) {
    const { run } = host;
    const state = (this.state = readState(location.search, run.background, matchMedia(NARROW).matches));
    const view = (this.view = new StageView(stage, host, state, {
      shown: () => {
        this.shown();
      },
      chosen: (camera) => {
        this.cameras.mark(camera);
        this.showFrustums();
      },
      zoomed: () => {
        this.settings.showFov(state.fov);
      },
      kept: () => {
        this.renewAddresses();
      },
    }));
    this.cameras = new CamerasPanel(
      host,
      () => {
        this.showFrustums();
      },
      (camera) => {
        this.jump(camera);
      },
    );
    this.scale = new ScalePanel(state, () => {
      view.pictures.recolour();
      view.keepAddress();
    });
    this.settings = this.openSettings(host);
    this.path = new PathPanel({
      current: () => view.pose,
      show: (pose) => {
        view.go(pose);
      },
      changed: (keys) => view.scene.lines.showPath(...pathShape(keys), this.frustum),
      problem: say,
      frame: run.cameras.frame,
      size: () => view.camera.size(),
    });
    this.save = new SavePanel({
      pose: () => view.pose,
      path: () => this.path.path,
      size: () => view.camera.stageSize(),
      name: () => `${run.name.replaceAll('/', '-')}-${state.output}`,
      scale: () => view.pictures.styles.shared?.scale ?? null,
      draw: (canvas, pose, options) => view.draw(canvas, pose, options),
      problem: say,
    });
    this.ray = new RayPanel(run.name.replaceAll('/', '-'), () => {
      view.markRay(null);
      stage.focus({ preventScroll: true });
    });
    new CropPanel(state.crop, view.camera.cropBounds(), (crop) => {
      view.setCrop(crop);
    });
    view.scene.lines.showCrop(state.crop);
    this.openUp(host);
    this.openEmbedding(host);
    this.watchKeys(stage);
    this.watchPointer(stage);
    showHeader(run);
    document.body.classList.add('opened');
    tell('Opening the field …');
    view.begin();
    this.setFly(state.fly);
    host.watchTraining({
      learned: () => {
        view.redraw();
      },
      trained: (trained) => {
        showHeader({ ...run, trained });
      },
    });
  }

  private openSettings(host: SceneHost): SettingsPanel {
    const { view, state } = this;
    return new SettingsPanel(host.run, state, {
      setOutput: (mode) => {
        this.setOutput(mode);
      },
      ask: (moving) => {
        view.ask(moving);
      },
      arrange: () => {
        view.arrange();
      },
      setFov: (degrees) => {
        view.setFov(degrees);
      },
      setFly: (on) => {
        this.setFly(on);
      },
      reset: () => {
        view.reset();
      },
      showFrustums: () => {
        this.showFrustums();
      },
      changed: () => {
        view.keepAddress();
      },
    });
  }

  private openUp(host: SceneHost): void {
    const { view, state } = this;
    new UpPanel(host.run.cameras.up, state, {
      cameraUp: () => {
        const m = view.pose.camToWorld;
        return [m[1], m[5], m[9]];
      },
      turned: (own) => {
        view.turnUpright(own);
      },
      kept: () => {
        view.keepAddress();
      },
      save: host.saveUp,
    });
  }

  private openEmbedding({ run }: SceneHost): void {
    const { state } = this;
    // Embedded pages show no statistics; the whole page does.
    const address = (embed: boolean): string => {
      const statistics = state.statistics || (state.embed && !embed);
      return stateUrl(embed ? '' : run.id, { ...state, embed, statistics }, run.background);
    };
    const renewFrame = offerEmbedding({ name: run.name, query: () => address(true), standsAlone: run.id === '' });
    document.body.classList.toggle('embedded', state.embed);
    const open = byId<HTMLAnchorElement>('embed-open');
    open.hidden = !state.embed;
    this.renewAddresses = () => {
      open.href = address(false);
      renewFrame();
    };
    this.renewAddresses();
  }

  private watchKeys(stage: HTMLElement): void {
    const { view, settings, cameras, path, save } = this;
    watchKeys(
      stage,
      (mode) => {
        settings.setOutput(mode);
      },
      {
        f: () => {
          this.setFly(!this.state.fly);
        },
        r: () => {
          view.reset();
        },
        p: () => {
          save.download();
        },
        h: () => {
          settings.togglePanel();
        },
        i: () => {
          settings.toggleStatistics();
        },
        c: () => {
          this.followRay(...view.middle);
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

  private watchPointer(stage: HTMLElement): void {
    const { view, cameras, path } = this;
    watchPointer(stage, {
      down: () => {
        path.stop();
      },
      under: (x, y) => view.scene.cameraAt(x, y),
      hover: (index, x, y) => {
        cameras.hover(index, x, y);
      },
      click: (index, x, y) => {
        if (index === null) this.followRay(x, y);
        else this.jump(cameras.views[index]);
      },
      doubleClick: (x, y) => {
        void view.orbitAbout(x, y).catch((error: unknown) => {
          say(messageOf(error));
        });
      },
    });
  }

  /** Shows the ray of the pixel at a place of the stage; does nothing where no run is drawn. */
  private followRay(x: number, y: number): void {
    const at = this.view.pixelAt(x, y);
    if (at === null) return;
    this.view.markRay({ x, y });
    void this.ray.show(at.probe(), x > byId('stage').clientWidth / 2);
  }

  private setOutput(mode: OutputMode): void {
    this.scale.leave(mode);
    this.state.output = mode;
    this.view.ask(false);
  }

  private setFly(on: boolean): void {
    this.view.setFly(on);
    this.settings.showFly(on);
  }

  private jump(camera: CameraView): void {
    this.path.stop();
    this.view.jump(camera);
  }

  private shown(): void {
    const { pictures } = this.view;
    this.statistics.show(pictures.frames);
    this.scale.show(pictures.styles.shared, QUANTITIES[this.state.output]?.unit ?? '');
    showLegend(byId('legend'), legendOf(this.state.output, pictures.plans, pictures.styles));
  }

  /** Metres that frustums are long. */
  private get frustum(): number {
    return this.view.camera.radius * FRUSTUM;
  }

  private showFrustums(): void {
    const shown = this.settings.frustums ? this.cameras.views : [];
    this.view.scene.lines.showCameras(shown, this.frustum, shown.length > 0 ? this.cameras.marked : null);
  }
}
