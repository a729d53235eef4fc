/** What is seen of a training: where it stands, curves, a picture of the field; pause, stop, a screen that stays awake. */
import type { StepMetrics } from '../../src/base/events.ts';
import { byteSize, clock, short } from '../../src/base/format.ts';
import type { LiveState } from '../../src/frames/live-training.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import type { Charts } from '../charts.ts';
import { byId } from '../elements.ts';
import { doingOf, networkOf, progressOf } from '../training-text.ts';
import type { StudioClient } from './studio-client.ts';
import type { Picture, StudioEvent } from './studio-messages.ts';

/** Pixels across, at most, of the picture; a training should not wait for it. */
const PICTURE = 200;

export class TrainingView {
  private readonly pause = byId<HTMLButtonElement>('pause');
  private readonly stop = byId<HTMLButtonElement>('stop');
  private readonly camera = byId<HTMLInputElement>('camera');
  private readonly awake = byId<HTMLInputElement>('awake');
  private client: StudioClient | null = null;
  private state: LiveState | null = null;
  private metrics: StepMetrics[] = [];
  private cameras: readonly { readonly name: string; readonly camera: Camera }[] = [];
  private charts: Promise<Charts> | null = null;
  private lock: WakeLockSentinel | null = null;
  /** Rays a second while nobody saw the page. */
  private hidden: number[] = [];
  private remark = '';

  constructor() {
    this.pause.addEventListener('click', () => {
      this.client?.tell({ type: 'pause', on: !this.state?.paused });
    });
    this.stop.addEventListener('click', () => {
      this.stop.disabled = true;
      this.client?.tell({ type: 'stop' });
    });
    this.camera.addEventListener('input', () => {
      this.ask();
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
    this.remark = '';
    byId('saved').textContent = '';
    this.stop.disabled = false;
    byId('training-part').hidden = false;
    this.tell('Opening the scene …');
    void this.keepAwake();
  }

  /** @param told how it ended */
  end(told: string): void {
    this.client = null;
    this.tell(told);
    void this.keepAwake();
  }

  take(event: StudioEvent): void {
    if (event.type === 'begun') {
      this.cameras = event.cameras;
      this.camera.max = String(event.cameras.length - 1);
      this.camera.value = '0';
    } else if (event.type === 'state') {
      this.state = event.state;
      this.tell();
      // A picture may have been given up for want of a field.
      this.ask();
    } else if (event.type === 'picture') {
      show(event.picture);
    } else if (event.event.type === 'checkpoint') {
      const { path, bytes } = event.event;
      const [, stage, step] = /(\w+)-(\d+)\.\w+$/.exec(path) ?? [];
      byId('saved').textContent =
        `Saved in this browser: ${stage} step ${Number(step)}, ${byteSize(bytes)}. A closed tab goes on from there.`;
    } else if (event.event.type === 'step') {
      const metrics = event.event;
      if (document.hidden) this.hidden.push(metrics.raysPerSecond);
      this.metrics.push(metrics);
      this.tell();
      this.ask();
      void this.draw();
    }
  }

  private ask(): void {
    const chosen = this.cameras[Number(this.camera.value)] as (typeof this.cameras)[number] | undefined;
    if (chosen === undefined || this.client === null) return;
    byId('camera-name').textContent = chosen.name;
    const scale = Math.max(1, Math.ceil(chosen.camera.intrinsics.width / PICTURE));
    this.client.tell({ type: 'picture', camera: chosen.camera, scales: [scale] });
  }

  private async draw(): Promise<void> {
    this.charts ??= import('../charts.ts').then(({ Charts }) => new Charts(byId('charts')));
    (await this.charts).show(this.metrics);
  }

  private tell(told?: string): void {
    const { state } = this;
    const last = this.metrics.at(-1);
    const trains = this.client !== null && state?.training === true;
    this.pause.disabled = !trains;
    this.pause.textContent = state?.paused ? 'Go on' : 'Pause';
    this.stop.disabled ||= this.client === null;
    const rest = last === undefined ? '' : `, ${short(last.raysPerSecond)} rays a second, ${clock(last.secondsLeft)} left`;
    byId('training-state').textContent =
      told ?? `${doingOf(state)}${last === undefined ? 'the first steps …' : progressOf(last) + rest}${this.remark}`;
    byId('training-network').textContent = trains ? networkOf(state, last) : '';
  }

  private returned(): void {
    const before = this.hidden.splice(0);
    if (before.length > 0) {
      const mean = before.reduce((sum, speed) => sum + speed, 0) / before.length;
      this.remark = `; while this page was hidden, ${short(mean)} rays a second`;
    }
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

function show({ width, height, step, rgb }: Picture): void {
  const canvas = byId<HTMLCanvasElement>('live');
  canvas.width = width;
  canvas.height = height;
  canvas.dataset.step = String(step);
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0, at = 0; at < pixels.length; i += 3, at += 4) pixels.set(rgb.subarray(i, i + 3), at);
  canvas.getContext('2d')!.putImageData(new ImageData(pixels, width, height), 0, 0);
}
