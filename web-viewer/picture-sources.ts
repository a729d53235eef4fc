/**
 * What draws the pictures of this page: its GPU where it has one, else what the scene's host offers, the server or a worker. `?draw=` in the
 * address asks for one of them; a GPU that only pretends to be one (a software adapter) is used only if it is asked for. Where the GPU cannot
 * draw, or fails later, the page says why, and the host goes on.
 */
import type { EngineSource } from '../src/frames/engine-source.ts';
import type { FrameRequest, FrameSource } from '../src/frames/frame-source.ts';
import type { ProbeRequest, RayProbe } from '../src/frames/ray-probe.ts';
import { watched } from '../src/frames/watched-target.ts';
import { Refusal } from './api.ts';
import type { PageGpu } from './gpu-source.ts';
import type { Drawing } from './view-state.ts';

/** Where the scene of a picture lies. */
export interface PictureHost {
  /** What draws where the page's GPU does not, for people. */
  readonly draws: string;
  /** Draws a run there. */
  open(run: string): FrameSource;
  /** The baked scene of a run, for the page's GPU. Throws Refusal where there is none, Unreachable where no server answers. */
  scene(run: string): Promise<Uint8Array<ArrayBuffer>>;
}

export class PictureSources {
  private readonly host: PictureHost;
  private readonly gpu: Promise<PageGpu | null>;
  private readonly tell: (description: string) => void;
  private readonly open = new Map<string, PageSource>();

  /** @param tell takes what draws, and why nothing better does, for people */
  constructor(host: PictureHost, wanted: Drawing | null, tell: (description: string) => void) {
    this.host = host;
    this.tell = tell;
    this.gpu = this.findGpu(wanted);
  }

  /** What pictures are drawn on; null: not on the page's GPU. */
  get device(): Promise<GPUDevice | null> {
    return this.gpu.then((gpu) => gpu?.device ?? null);
  }

  /** Sources of these runs; those of other runs are closed. */
  of(runs: readonly string[]): FrameSource[] {
    for (const [run, source] of this.open) {
      if (runs.includes(run)) continue;
      this.open.delete(run);
      source.close();
    }
    return runs.map((run) => {
      const source = this.open.get(run) ?? new PageSource(run, this.host, this.gpu, (reason) => this.tellHost(reason));
      this.open.set(run, source);
      return source;
    });
  }

  private async findGpu(wanted: Drawing | null): Promise<PageGpu | null> {
    if (wanted !== null && wanted !== 'gpu') {
      this.tellHost('as the address of this page asks');
      return null;
    }
    try {
      const { openPageGpu } = await import('./gpu-source.ts');
      const gpu = await openPageGpu(wanted === 'gpu');
      this.tell(`Pictures are drawn by this page, on the GPU ${gpu.name}.`);
      return gpu;
    } catch (error) {
      this.tellHost((error as Error).message);
      return null;
    }
  }

  private tellHost(reason: string): void {
    this.tell(`Pictures are drawn by ${this.host.draws}: ${reason.replace(/\.$/, '')}.`);
  }
}

/** Pictures of one run. */
class PageSource implements FrameSource {
  private readonly run: string;
  private readonly host: PictureHost;
  private readonly gpu: Promise<PageGpu | null>;
  private readonly failed: (reason: string) => void;
  /** The host's. */
  private readonly other: FrameSource;
  /** What draws at present. */
  private drawing: FrameSource;
  /** Resolves to null where the host draws; undefined: nobody has asked yet. */
  private local: Promise<EngineSource | null> | undefined;
  private closed = false;

  constructor(run: string, host: PictureHost, gpu: Promise<PageGpu | null>, failed: (reason: string) => void) {
    this.run = run;
    this.host = host;
    this.gpu = gpu;
    this.failed = failed;
    this.other = host.open(run);
    this.drawing = this.other;
  }

  get interval(): number {
    return this.drawing.interval;
  }

  /** Throws what the host's source throws; Unreachable also where no server answers when it is asked for the scene. */
  async draw(request: FrameRequest): Promise<void> {
    const scales = [...request.scales];
    const local = await this.opened();
    if (local !== null) {
      try {
        const target = watched(request.target, () => scales.shift() !== undefined);
        await local.draw({ ...request, target });
        return;
      } catch (error) {
        if (request.signal.aborted) throw error;
        this.giveUp(local, error as Error);
      }
    }
    await this.other.draw({ ...request, scales });
  }

  /** By what draws the pictures; throws what the host's source throws, RangeError for a pixel outside of the picture. */
  async probe(ray: ProbeRequest): Promise<RayProbe> {
    const local = await this.opened();
    if (local !== null) {
      try {
        return await local.probe(ray);
      } catch (error) {
        if (error instanceof RangeError) throw error;
        this.giveUp(local, error as Error);
      }
    }
    return this.other.probe(ray);
  }

  close(): void {
    this.closed = true;
    // What never opened has nothing to dispose of.
    void this.local?.then(
      (local) => local?.dispose(),
      () => null,
    );
  }

  private async opened(): Promise<EngineSource | null> {
    this.local ??= this.openLocal();
    try {
      return await this.local;
    } catch (error) {
      this.local = undefined;
      throw error;
    }
  }

  private async openLocal(): Promise<EngineSource | null> {
    const gpu = await this.gpu;
    if (gpu === null) return null;
    try {
      const local = gpu.open(await this.host.scene(this.run), this.run);
      this.drawing = local;
      return local;
    } catch (error) {
      if (!(error instanceof Refusal) || error.temporary) throw error;
      this.failed(error.message);
      return null;
    }
  }

  /** What the GPU drew since it failed is not shown. */
  private giveUp(local: EngineSource, { message }: Error): void {
    // A drawing and a probe may fail at once.
    if (this.closed || this.drawing !== local) return;
    this.local = Promise.resolve(null);
    this.drawing = this.other;
    void local.dispose();
    this.failed(message);
  }
}
