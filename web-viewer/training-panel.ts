/** Curves of the run's training; while it goes on, its state, pause and resume. The browser connects again by itself. */
import type { MetricsFile } from '../src/run/metrics-file.ts';
import type { LiveEvent, LiveState } from '../src/frames/live-training.ts';
import { ask, getJson, type StepMetrics } from './api.ts';
import type { Charts } from './charts.ts';
import { byId } from './elements.ts';
import { messageOf } from './messages.ts';
import type { TrainingListener } from './scene-host.ts';
import { doingOf, networkOf, progressOf } from './training-text.ts';

export class TrainingPanel {
  private readonly path: string;
  private readonly listener: TrainingListener;
  private readonly root = byId<HTMLDetailsElement>('training');
  private readonly pause = byId<HTMLButtonElement>('pause');
  private readonly text = byId('training-state');
  private metrics: StepMetrics[] = [];
  private charts: Charts | null = null;
  private state: LiveState | null = null;

  constructor(run: string, listener: TrainingListener) {
    this.path = `api/runs/${encodeURIComponent(run)}`;
    this.listener = listener;
    this.root.addEventListener('toggle', () => void this.opened());
    this.pause.addEventListener('click', () => void this.command());
    this.connect();
  }

  private connect(): void {
    const events = new EventSource(`${this.path}/live`);
    events.addEventListener('open', () => void this.read());
    events.addEventListener('state', ({ data }: MessageEvent<string>) => {
      const state = JSON.parse(data) as Extract<LiveEvent, { type: 'state' }>;
      const ended = this.state?.training === true && !state.training;
      // Who watches a training came for it, also after its end.
      this.root.open ||= this.state === null;
      this.state = state;
      this.tell();
      if (ended) this.listener.learned();
    });
    events.addEventListener('metrics', ({ data }: MessageEvent<string>) => {
      this.add([(JSON.parse(data) as Extract<LiveEvent, { type: 'metrics' }>).metrics]);
      this.listener.learned();
    });
    events.addEventListener('error', () => {
      // Closed for good: the run is not trained there. Else the browser tries again.
      if (events.readyState === EventSource.CLOSED) this.state = null;
      this.tell(events.readyState === EventSource.CLOSED ? '' : 'The connection is lost; trying again …');
    });
  }

  private async read(): Promise<void> {
    this.metrics = [];
    const { metrics, problem } = await getJson<MetricsFile>(`${this.path}/metrics`);
    this.add(metrics);
    if (problem !== null) this.tell(problem);
  }

  private add(found: readonly StepMetrics[]): void {
    this.metrics = joined(this.metrics, found);
    this.charts?.show(this.metrics);
    const last = this.metrics.at(-1);
    if (this.state !== null && last !== undefined) this.listener.trained(last);
    this.tell();
  }

  private async opened(): Promise<void> {
    if (!this.root.open || this.charts !== null) return;
    const { Charts } = await import('./charts.ts');
    this.charts ??= new Charts(byId('charts'));
    if (this.metrics.length === 0) await this.read();
    else this.charts.show(this.metrics);
  }

  private async command(): Promise<void> {
    this.pause.disabled = true;
    try {
      await ask(`${this.path}/live`, { json: { paused: !this.state?.paused } });
    } catch (error) {
      this.tell(messageOf(error));
    } finally {
      this.pause.disabled = false;
    }
  }

  private tell(problem = ''): void {
    const { state } = this;
    const last = this.metrics.at(-1);
    this.pause.hidden = !state?.training;
    this.pause.textContent = state?.paused ? 'Resume training' : 'Pause training';
    this.text.textContent = problem || `${doingOf(state)}${last === undefined ? '' : progressOf(last)}`;
    byId('training-network').textContent = state?.training ? networkOf(state, last) : '';
  }
}

/** Lines in their order, those once that come twice, from the file and as events; an event may come before the lines of the file that are older. */
export function joined(known: readonly StepMetrics[], found: readonly StepMetrics[]): StepMetrics[] {
  const times = new Set(known.map(({ seconds }) => seconds));
  return [...known, ...found.filter(({ seconds }) => !times.has(seconds))].sort((a, b) => a.seconds - b.seconds);
}
