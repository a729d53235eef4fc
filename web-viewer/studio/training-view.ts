/** What is seen of a training: where it stands, curves, a picture of the field; pause, stop, a screen that stays awake. */
import type { ProgressEvent, StepMetrics } from '../../src/base/events.ts';
import { byteSize, clock, percent, short } from '../../src/base/format.ts';
import type { LiveState } from '../../src/frames/live-training.ts';
import { bestView } from '../../src/geometry/best-view.ts';
import type { CameraView } from '../../src/jobs/run-views.ts';
import type { Charts } from '../charts.ts';
import { byId } from '../elements.ts';
import { doingOf, networkOf, progressOf } from '../training-text.ts';
import { FieldOrbit } from './field-orbit.ts';
import { InSight } from './in-sight.ts';
import type { StudioClient } from './studio-client.ts';
import type { StudioEvent } from './studio-messages.ts';

const TITLE = document.title;

export class TrainingView {
  private readonly pause = byId<HTMLButtonElement>('pause');
  private readonly stop = byId<HTMLButtonElement>('stop');
  private readonly camera = byId<HTMLInputElement>('camera');
  private readonly awake = byId<HTMLInputElement>('awake');
  private client: StudioClient | null = null;
  private state: LiveState | null = null;
  private metrics: StepMetrics[] = [];
  private views: readonly CameraView[] = [];
  private readonly orbit = new FieldOrbit((camera, scales) => this.client?.tell({ type: 'picture', camera, scales }));
  private charts: Promise<Charts> | null = null;
  private readonly chartsSeen = new InSight(byId('charts'), () => {
    if (this.metrics.length > 0) void this.draw();
  });
  private lock: WakeLockSentinel | null = null;
  /** While nobody saw the page. */
  private hidden: StepMetrics[] = [];
  private remark = '';
  /** How it ended, or what it waits for; null: it goes on. */
  private ended: string | null = null;

  constructor() {
    this.pause.addEventListener('click', () => {
      this.client?.tell({ type: 'pause', on: !this.state?.paused });
    });
    this.stop.addEventListener('click', () => {
      this.stop.disabled = true;
      this.client?.tell({ type: 'stop' });
    });
    this.camera.addEventListener('input', () => {
      this.look();
    });
    byId('awake-label').hidden = !('wakeLock' in navigator);
    this.awake.addEventListener('change', () => void this.keepAwake());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.returned();
    });
  }

  begin(client: StudioClient): void {
    this.client = client;
    this.state = null;
    this.metrics = [];
    this.hidden = [];
    this.remark = '';
    byId('saved').textContent = '';
    this.stop.disabled = false;
    byId('training-part').hidden = false;
    byId('training-part').scrollIntoView();
    this.ended = 'Opening the scene …';
    this.tell();
    // While the worker opens the scene, the page has nothing else to do.
    void this.draw();
    this.orbit.prepare();
    void this.keepAwake();
  }

  /** @param told how it ended */
  end(told: string): void {
    this.client = null;
    this.ended = told;
    this.tell();
    void this.keepAwake();
  }

  take(event: StudioEvent): void {
    if (event.type === 'begun') {
      const { views } = event.views;
      this.views = views;
      this.camera.max = String(views.length - 1);
      this.camera.value = String(bestView(views.map(({ camToWorld }) => camToWorld), event.views.centre, event.views.up)); // prettier-ignore
      void this.orbit.begin(event.views).then(() => {
        this.look();
      });
    } else if (event.type === 'state') {
      this.state = event.state;
      this.ended = null;
      this.tell();
      // A picture may have been given up for want of a field.
      this.orbit.ask();
    } else if (event.type === 'picture') {
      if (event.picture === null) void this.orbit.failed();
      else this.orbit.show(event.picture);
    } else if (event.type === 'progress') this.takeProgress(event.event);
  }

  private takeProgress(event: ProgressEvent): void {
    if (event.type === 'checkpoint') {
      const { path, bytes } = event;
      const [, stage, step] = /(\w+)-(\d+)\.\w+$/.exec(path) ?? [];
      byId('saved').textContent =
        `Saved in this browser: ${stage} step ${Number(step)}, ${byteSize(bytes)}. A closed tab goes on from there.`;
    } else if (event.type === 'step') {
      const metrics = event;
      if (document.hidden) this.hidden.push(metrics);
      this.metrics.push(metrics);
      this.tell();
      this.orbit.refresh();
      if (this.chartsSeen.isSeen) void this.draw();
    }
  }

  /** Through the chosen camera. */
  private look(): void {
    const chosen = this.views[Number(this.camera.value)] as CameraView | undefined;
    if (chosen === undefined) return;
    byId('camera-name').textContent = chosen.name;
    this.orbit.lookThrough(chosen);
  }

  private async draw(): Promise<void> {
    this.charts ??= import('../charts.ts').then(({ Charts }) => new Charts(byId('charts')));
    (await this.charts).show(this.metrics);
  }

  private tell(): void {
    const { state } = this;
    const last = this.metrics.at(-1);
    const trains = this.client !== null && state?.training === true;
    this.pause.disabled = !trains;
    this.pause.textContent = state?.paused ? 'Go on' : 'Pause';
    this.stop.disabled ||= this.client === null;
    const rest = last === undefined ? '' : `, ${short(last.raysPerSecond)} rays a second, ${clock(last.secondsLeft)} left`;
    byId('training-state').textContent =
      (this.ended ?? `${doingOf(state)}${last === undefined ? 'the first steps …' : progressOf(last) + rest}`) + this.remark;
    byId('training-network').textContent = trains ? networkOf(state, last) : '';
    // Who looks at another tab sees it in the name of this one.
    document.title = trains && last !== undefined ? `${percent(last.progress)} – ${TITLE}` : TITLE;
  }

  /** What the browser made of it while nobody looked. */
  private returned(): void {
    const hidden = this.hidden.splice(0);
    const seen = this.metrics.filter((metrics) => !hidden.includes(metrics)).slice(-hidden.length);
    if (hidden.length > 0) this.remark = `; while this page was hidden, ${slowed(meanSpeed(hidden), meanSpeed(seen))}`;
    this.tell();
    void this.keepAwake();
  }

  private async keepAwake(): Promise<void> {
    const wanted = this.awake.checked && this.client !== null;
    if (!wanted) {
      await this.lock?.release();
      this.lock = null;
    } else if (this.lock === null || this.lock.released) {
      // Refused where the battery is low: the box says so.
      this.lock = await navigator.wakeLock.request('screen').catch(() => null);
      if (this.lock === null) this.awake.checked = false;
    }
  }
}

/** Share of the speed that is about the same. */
const ABOUT = 0.8;

/** @param seen rays a second while it was seen; NaN: it never was */
function slowed(hidden: number, seen: number): string {
  const speed = `${short(hidden)} rays a second`;
  return hidden < ABOUT * seen ? `the browser slowed it to ${speed}, of ${short(seen)}` : `it went on at ${speed}`;
}

function meanSpeed(metrics: readonly StepMetrics[]): number {
  return metrics.reduce((sum, { raysPerSecond }) => sum + raysPerSecond, 0) / metrics.length;
}
