/**
 * A training run under view in the process that trains: between steps the engine that learns draws what pages ask for, a share of the time at
 * most, in the long run; what else comes in takes up to a tenth of a second more between two steps. A pause holds the steps, not the pictures.
 */
import type { Config } from '../config/schema.ts';
import type { FieldEngine } from '../engine/backend.ts';
import type { StepMetrics } from '../base/events.ts';
import { nextTask } from '../base/next-task.ts';
import { networksOf } from '../train/stage-spec.ts';
import { RenderQueue } from './render-queue.ts';
import { ShownField } from './shown-field.ts';

/** Milliseconds of drawing before training goes on, and at most as many for what else waits before it and in between; pages are let in about every 200. */
const DRAWING = 100;
/** Share of the time that drawing takes at most, in the long run. */
const SHARE = 1 / 3;

/** When another network takes over from the ANN that is trained first. */
export interface Handover {
  readonly neuron: string;
  /** Share of the fine stage that is over then. */
  readonly share: number;
}

export interface LiveState {
  readonly training: boolean;
  readonly paused: boolean;
  /** null: one network is trained from beginning to end. */
  readonly handover: Handover | null;
}

export type LiveEvent = { readonly type: 'metrics'; readonly metrics: StepMetrics } | ({ readonly type: 'state' } & LiveState);

export class LiveTraining {
  /** Absolute. */
  readonly folder: string;
  readonly queue = new RenderQueue();
  private readonly seed: number;
  private readonly handover: Handover | null;
  private readonly signal: AbortSignal;
  private readonly listeners = new Set<(event: LiveEvent) => void>();
  private current: ShownField | null = null;
  private paused = false;
  private over = false;
  private wake: () => void = () => undefined;
  /** Has what waits come in: requests, messages; a server that has connections waiting gives its own. Called with the milliseconds that it may take. */
  others: (milliseconds: number) => Promise<void> = nextTask;
  /** Milliseconds that pages took from training so far. */
  spent = 0;
  /** Milliseconds that were drawn, less those that training has paid for since. */
  private owed = 0;
  /** When training went on last. */
  private trainsSince = performance.now();
  private readonly share: number;

  /**
   * @param signal ends a pause, because training is to end
   * @param share of the time that pictures take at most, in the long run, while it is not paused
   */
  constructor(folder: string, config: Config, signal: AbortSignal, share = SHARE) {
    this.share = share;
    this.folder = folder;
    this.seed = config.seed;
    const { neuron } = config.network;
    this.handover = networksOf(config).length > 1 ? { neuron, share: config.fine.annShare } : null;
    this.signal = signal;
    signal.addEventListener('abort', () => {
      this.wake();
    });
  }

  get state(): LiveState {
    return { training: !this.over, paused: this.paused, handover: this.handover };
  }

  /** The field as it is learned; null before the first step, and after training. */
  get field(): ShownField | null {
    return this.current;
  }

  pause(on: boolean): void {
    if (this.over || on === this.paused) return;
    this.paused = on;
    this.wake();
    this.tell({ type: 'state', ...this.state });
  }

  /** @returns how to stop listening */
  listen(listener: (event: LiveEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  measured(metrics: StepMetrics): void {
    this.tell({ type: 'metrics', metrics });
  }

  /** Called between two steps. */
  async between(engine: FieldEngine, step: number): Promise<void> {
    const began = performance.now();
    this.owed = Math.max(0, this.owed - ((began - this.trainsSince) * this.share) / (1 - this.share));
    const field = this.fieldOf(engine, step);
    await this.others(DRAWING);
    while (this.holds || this.owed < DRAWING) {
      const turned = performance.now();
      const drew = await this.queue.turn();
      if (drew && !this.holds) this.owed += performance.now() - turned;
      if (!drew) {
        if (!this.holds) break;
        await Promise.race([this.queue.filled(), this.woken()]);
      }
      await this.others(performance.now() - turned);
    }
    await field.release();
    this.trainsSince = performance.now();
    this.spent += this.trainsSince - began;
  }

  /** Training is over: its last checkpoint is shown from now on. */
  finish(): void {
    this.over = true;
    this.paused = false;
    this.current = null;
    this.queue.clear();
    this.tell({ type: 'state', ...this.state });
  }

  /** Whether it stands still until somebody lets it go on. */
  private get holds(): boolean {
    return this.paused && !this.signal.aborted;
  }

  /** Pictures of another engine, or of another grid, are given up: pages ask again. */
  private fieldOf(engine: FieldEngine, step: number): ShownField {
    if (this.current?.engine !== engine || this.current.spec !== engine.spec) {
      this.queue.clear();
      this.current = new ShownField(engine, step, this.seed);
      // Pages whose pictures were given up, or asked for too early, ask again.
      this.tell({ type: 'state', ...this.state });
    }
    this.current.step = step;
    return this.current;
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private tell(event: LiveEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
