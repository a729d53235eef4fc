/**
 * Keeps one picture up to date with what is wanted of it. While the view moves, frames are as coarse as it takes to come in the source's
 * interval, and each is finished before the next is asked for; once it stands still, finer frames follow up to full resolution, and are
 * given up as soon as something else is wanted.
 */
import type { FrameRequest, FrameSource, PictureSurface, ShownFrame } from '../src/frames/frame-source.ts';
import { Refusal } from './api.ts';
import { SpikeRayError } from '../src/base/errors.ts';
import { wait } from './elements.ts';

export type WantedPicture = Omit<FrameRequest, 'scales'>;

export interface FrameListener {
  /** @param full nothing finer will come for this view */
  shown(frame: ShownFrame, full: boolean): void;
  /** Nothing comes for now, and why; null: it comes again. */
  problem(text: string | null): void;
}

const COARSEST = 16;
/** Divisor that comes between a coarse frame and the full one. */
const MIDDLE = 2;
const TRY_AGAIN = 1000;

export class FrameLoop {
  private readonly layer: string;
  private readonly listener: FrameListener;
  private readonly surface: PictureSurface;
  private source: FrameSource;
  private wanted: { readonly picture: WantedPicture; readonly key: string; readonly moving: boolean } | null = null;
  private shown: { readonly key: string; readonly scale: number } | null = null;
  private running: { readonly key: string; readonly moving: boolean; readonly abort: AbortController } | null = null;
  private ended = Promise.resolve();
  private coarse = 4;
  private failed = false;
  /** What is under way shows something that has changed since. */
  private stale = false;

  constructor(layer: string, source: FrameSource, surface: PictureSurface, listener: FrameListener) {
    this.layer = layer;
    this.source = source;
    this.surface = surface;
    this.listener = listener;
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

  replaceSource(source: FrameSource): void {
    this.source = source;
    this.running?.abort.abort();
    this.redraw();
  }

  /** Resolves when nothing is drawn any more. */
  stop(): Promise<void> {
    this.wanted = null;
    this.running?.abort.abort();
    return this.ended;
  }

  private go(): void {
    const { wanted, running } = this;
    if (wanted === null || this.failed) return;
    if (running !== null) {
      const finishing = running.moving || running.key === wanted.key;
      if (!finishing) running.abort.abort();
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
    try {
      for await (const frame of this.source.frames(this.layer, { ...picture, scales }, abort.signal, this.surface)) {
        if (abort.signal.aborted) break;
        this.adapt(frame.scale, performance.now() - began);
        began = performance.now();
        if (!this.stale) this.shown = { key, scale: frame.scale };
        this.listener.problem(null);
        this.listener.shown(frame, frame.scale === 1);
      }
    } catch (error) {
      if (!abort.signal.aborted) await this.report(error);
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

  /** What the server refuses it will refuse again, until something else is asked for. */
  private async report(error: unknown): Promise<void> {
    const said = error instanceof Refusal || error instanceof SpikeRayError;
    const advice = said && error.fix ? ` ${error.fix}` : '';
    this.listener.problem(said ? `${error.message}${advice}` : 'The server does not answer; trying again …');
    if (said && !(error instanceof Refusal && error.temporary)) {
      this.shown = { key: this.running!.key, scale: 0 };
      return;
    }
    this.failed = true;
    await wait(TRY_AGAIN);
    this.failed = false;
  }
}
