/** Frames drawn by a worker of the page (draw-worker.ts), where there is neither a server nor a GPU. */
import type { FrameRequest, FrameSource } from '../src/frames/frame-source.ts';
import type { ProbeRequest, RayProbe } from '../src/frames/ray-probe.ts';
import kernelsUrl from '../src/backends/wasm/kernels-unshared.wasm?url';
import { SpikeRayError } from '../src/base/errors.ts';
import { INTERVAL, type FromWorker, type ToWorker } from './draw-messages.ts';
import DrawWorker from './draw-worker.ts?worker&inline';

type Asked = Extract<ToWorker, { type: 'draw' | 'probe' }>;
type Question = Asked extends infer A ? (A extends Asked ? Omit<A, 'id'> : never) : never;

export class WorkerSource implements FrameSource {
  readonly interval = INTERVAL;
  private readonly scene: Uint8Array<ArrayBuffer>;
  private readonly file: string;
  /** Started when the first frame is asked for: a GPU may draw instead. */
  private worker: Promise<Worker> | null = null;
  /** Takes what the worker says to each request. */
  private readonly waiting = new Map<number, (answer: FromWorker) => void>();
  private requests = 0;
  private broken: string | null = null;

  /**
   * @param scene a baked scene's file
   * @param file what errors call it
   */
  constructor(scene: Uint8Array<ArrayBuffer>, file: string) {
    this.scene = scene;
    this.file = file;
  }

  /** Throws SpikeRayError where the scene cannot be read or drawn. */
  async draw({ layer, scales, picture, signal, target }: FrameRequest): Promise<void> {
    await this.ask(
      { type: 'draw', layer, scales, picture },
      (answer, done) => {
        if (answer.type === 'frame') target.take(answer.frame);
        else if (answer.type === 'end') done();
      },
      signal,
    );
  }

  /** Throws as `draw` does. */
  probe(ray: ProbeRequest): Promise<RayProbe> {
    return this.ask<RayProbe>({ type: 'probe', ray }, (answer, done) => {
      if (answer.type === 'probed') done(answer.found);
    });
  }

  /** @param hear takes what the worker says until it is done @param signal aborted: the worker is told to stop */
  private async ask<T = void>(
    question: Question,
    hear: (answer: FromWorker, done: (result: T) => void) => void,
    signal?: AbortSignal,
  ): Promise<T> {
    this.worker ??= this.start();
    const worker = await this.worker;
    if (this.broken !== null) throw new SpikeRayError(this.broken, 'Load the page again.');
    signal?.throwIfAborted();
    const id = this.requests++;
    const stop = (): void => {
      tell(worker, { type: 'stop', id });
    };
    signal?.addEventListener('abort', stop);
    try {
      return await new Promise<T>((resolve, reject) => {
        this.waiting.set(id, (answer) => {
          if (answer.type === 'failed') reject(new SpikeRayError(answer.message, answer.fix));
          else hear(answer, resolve);
        });
        tell(worker, { ...question, id });
      });
    } finally {
      this.waiting.delete(id);
      signal?.removeEventListener('abort', stop);
    }
  }

  private async start(): Promise<Worker> {
    const response = await fetch(kernelsUrl);
    if (!response.ok) throw new SpikeRayError(`The kernels are missing: ${response.status}.`, 'Load the page again.');
    const kernels = await response.arrayBuffer();
    const worker = new DrawWorker();
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      this.waiting.get(data.id)?.(data);
    });
    worker.addEventListener('error', ({ message }) => {
      this.broken = `The worker that draws has failed: ${message}`;
      for (const [id, take] of this.waiting) take({ type: 'failed', id, message: this.broken, fix: undefined });
    });
    tell(worker, { type: 'open', kernels, scene: this.scene, file: this.file });
    return worker;
  }
}

function tell(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
