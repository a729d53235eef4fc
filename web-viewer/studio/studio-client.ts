/** The page's end of a studio worker. */
import { SpikeRayError } from '../../src/base/errors.ts';
import type { FromStudio, RequestName, Requests, StudioEvent, ToStudio } from './studio-messages.ts';

type Listener = (event: StudioEvent) => void;

interface Waiting {
  readonly done: (answer: never) => void;
  readonly failed: (error: unknown) => void;
}

export class StudioClient {
  private readonly worker = new Worker(new URL('./studio-worker.ts', import.meta.url), { type: 'module' });
  private readonly waiting = new Map<number, Waiting>();
  private count = 0;
  /** Why nothing is answered any more; null: it is. */
  private over: Error | null = null;

  /**
   * @param tab folder of what this tab has not finished yet
   * @param listen gets what happens meanwhile
   */
  constructor(tab: string, listen: Listener) {
    this.tell({ type: 'tab', folder: tab });
    this.worker.addEventListener('message', ({ data }: MessageEvent<FromStudio>) => {
      if (data.type === 'event') {
        listen(data.event);
        return;
      }
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.type === 'answer') waiting?.done(data.answer as never);
      else waiting?.failed(new SpikeRayError(data.message, data.fix));
    });
    this.worker.addEventListener('error', ({ message }) => {
      this.end(new SpikeRayError(`The worker of this page has failed: ${message}`, 'Load the page again: the last checkpoint is kept.'));
    });
  }

  get isOver(): boolean {
    return this.over !== null;
  }

  /** Throws SpikeRayError as the worker's own do. */
  ask<N extends RequestName>(name: N, asked: Requests[N]['asked']): Promise<Requests[N]['answer']> {
    if (this.over !== null) return Promise.reject(this.over);
    const id = this.count++;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.tell({ type: 'ask', id, name, asked } as ToStudio);
    });
  }

  tell(message: ToStudio): void {
    this.worker.postMessage(message);
  }

  /** Its memory is free again; what it was asked is given up. */
  end(why: Error): void {
    this.over ??= why;
    this.worker.terminate();
    for (const { failed } of this.waiting.values()) failed(why);
    this.waiting.clear();
  }
}
