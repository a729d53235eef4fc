/** Frames drawn by a worker of the page (draw-worker.ts), where there is neither a server nor a GPU. */
import type { FrameRequest, FrameSource } from '../src/frames/frame-source.ts';
import type { ProbeRequest, RayProbe } from '../src/frames/ray-probe.ts';
import kernelsUrl from '../src/backends/wasm/kernels-unshared.wasm?url';
import { SpikeRayError } from '../src/base/errors.ts';
import { INTERVAL, type FromWorker, type ToWorker } from './draw-messages.ts';
import DrawWorker from './draw-worker.ts?worker&inline';

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
    this.worker ??= this.start();
    const worker = await this.worker;
    if (this.broken !== null) throw new SpikeRayError(this.broken, 'Load the page again.');
    signal.throwIfAborted();
    const id = this.requests++;
    const stop = (): void => {
      tell(worker, { type: 'stop', id });
    };
    signal.addEventListener('abort', stop);
    try {
      await new Promise<void>((resolve, reject) => {
        this.waiting.set(id, (answer) => {
          if (answer.type === 'frame') target.take(answer.frame);
          else if (answer.type === 'end') resolve();
          else if (answer.type === 'failed') reject(new SpikeRayError(answer.message, answer.fix));
        });
        tell(worker, { type: 'draw', id, layer, scales, picture });
      });
    } finally {
      this.waiting.delete(id);
      signal.removeEventListener('abort', stop);
    }
  }

  /** Throws as `draw` does. */
  async probe(ray: ProbeRequest): Promise<RayProbe> {
    this.worker ??= this.start();
    const worker = await this.worker;
    if (this.broken !== null) throw new SpikeRayError(this.broken, 'Load the page again.');
    const id = this.requests++;
    try {
      return await new Promise<RayProbe>((resolve, reject) => {
        this.waiting.set(id, (answer) => {
          if (answer.type === 'probed') resolve(answer.found);
          else if (answer.type === 'failed') reject(new SpikeRayError(answer.message, answer.fix));
        });
        tell(worker, { type: 'probe', id, ray });
      });
    } finally {
      this.waiting.delete(id);
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
