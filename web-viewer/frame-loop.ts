/**
 * Keeps one picture up to date with what is wanted of it. While the view moves, frames are as coarse as it takes to come in the source's
 * interval, and each is finished before the next is asked for; once it stands still, finer frames follow up to full resolution, and are
 * given up as soon as something else is wanted.
 */
import type { FrameSource, FrameTarget, WantedPicture } from '../src/frames/frame-source.ts';
import { watched } from '../src/frames/watched-target.ts';
import { Refusal, Unreachable } from './api.ts';
import { GrowingPause } from './growing-pause.ts';
import { messageOf } from './messages.ts';

const COARSEST = 16;
/** Divisor that comes between a coarse frame and the full one. */
const MIDDLE = 2;

export class FrameLoop {
  private readonly layer: string;
  private readonly target: FrameTarget;
  private readonly source: FrameSource;
  private readonly problem: (text: string | null) => void;
  private wanted: { readonly picture: WantedPicture; readonly key: string; readonly moving: boolean } | null = null;
  private shown: { readonly key: string; readonly scale: number } | null = null;
  private running: { readonly key: string; readonly moving: boolean; readonly abort: AbortController } | null = null;
  private ended = Promise.resolve();
  private coarse = 4;
  /** What is under way has failed, and waits for its next try. */
  private pausing = false;
  private readonly pause = new GrowingPause();
  /** What is under way shows something that has changed since. */
  private stale = false;

  /**
   * @param target shows the frames
   * @param problem takes why nothing comes for now; null: it comes again
   */
  constructor(layer: string, source: FrameSource, target: FrameTarget, problem: (text: string | null) => void) {
    this.layer = layer;
    this.source = source;
    this.target = target;
    this.problem = problem;
  }

  want(picture: WantedPicture, moving: boolean): void {
    this.wanted = { picture, key: JSON.stringify([picture, Array.from(picture.camera.camToWorld)]), moving };
    this.go();
  }

  /** What is wanted is shown at full resolution. */
  get complete(): boolean {
    return this.shown !== null && this.shown.scale === 1 && this.shown.key === this.wanted?.key;
  }

  /** The same view of something that changed; a picture under way is finished first. */
  redraw(): void {
    this.shown = null;
    this.stale = this.running !== null;
    this.go();
  }

  /** Resolves when nothing is drawn any more. */
  stop(): Promise<void> {
    this.wanted = null;
    this.running?.abort.abort();
    return this.ended;
  }

  private go(): void {
    const { wanted, running } = this;
    if (wanted === null) return;
    if (running !== null) {
      // What moves would be asked for at once again and again: a pause ends when it stands still.
      const goesOn = running.key === wanted.key || (this.pausing ? wanted.moving : running.moving);
      if (!goesOn) running.abort.abort();
      return;
    }
    const scales = this.missing();
    if (scales.length > 0) this.ended = this.run(scales);
  }

  /** Scales that are still to be drawn of what is wanted. */
  private missing(): number[] {
    const { key, moving } = this.wanted!;
    const best = this.shown?.key === key ? this.shown.scale : Infinity;
    if (moving) return best < Infinity ? [] : [this.coarse];
    const first = best === Infinity && this.coarse > MIDDLE ? [this.coarse] : [];
    return [...first, MIDDLE, 1].filter((scale) => scale < best);
  }

  private async run(scales: readonly number[]): Promise<void> {
    const { picture, key, moving } = this.wanted!;
    const abort = new AbortController();
    this.running = { key, moving, abort };
    let began = performance.now();
    const target = watched(this.target, ({ scale }) => {
      if (abort.signal.aborted) return false;
      this.adapt(scale, performance.now() - began);
      began = performance.now();
      if (!this.stale) this.shown = { key, scale };
      this.pause.reset();
      this.problem(null);
      return true;
    });
    try {
      await this.source.draw({ picture, scales, layer: this.layer, signal: abort.signal, target });
    } catch (error) {
      if (!abort.signal.aborted) await this.report(error, abort.signal);
    }
    this.running = null;
    this.stale = false;
    this.go();
  }

  /** Coarser where frames come too late, finer where there is time. */
  private adapt(scale: number, milliseconds: number): void {
    if (scale === 1) return;
    const ideal = scale * Math.sqrt(milliseconds / this.source.interval);
    this.coarse = Math.min(COARSEST, Math.max(1, Math.round((this.coarse + ideal) * 2) / 4));
  }

  /** A server that does not answer, or fails, may come back; what is refused will be refused again, until something else is asked for. */
  private async report(error: unknown, signal: AbortSignal): Promise<void> {
    const temporary = error instanceof Unreachable || (error instanceof Refusal && error.isFailure);
    this.problem(temporary ? `${messageOf(error)}; trying again …` : messageOf(error));
    if (!temporary) {
      this.shown = { key: this.running!.key, scale: 0 };
      return;
    }
    this.pausing = true;
    await this.pause.pass(signal);
    this.pausing = false;
  }
}
