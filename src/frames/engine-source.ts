/** Frames drawn by an engine at hand: on the page's GPU, or in a worker of the page. */
import type { FrameFacts, FrameRequest, FrameSource } from './frame-source.ts';
import { probeRay, type ProbeRequest, type RayProbe } from './ray-probe.ts';
import { drawFrames } from './draw-frames.ts';
import type { ShownField } from './shown-field.ts';

/** Milliseconds after which something else may have its turn: how late a picture is given up that nobody wants any more. */
const TURN = 40;
const FEWEST_RAYS = 1024;
/** Four submissions of the webgpu engine. */
const MOST_RAYS = 131072;

export class EngineSource implements FrameSource {
  readonly interval: number;
  private readonly field: Promise<ShownField>;
  /** The engine's calls are sequential. */
  private lastTurn: Promise<unknown> = Promise.resolve();
  /** By layer. */
  private readonly latest = new Map<string, FrameRequest>();
  private turnRays = FEWEST_RAYS;

  /** @param field requests that come before it is there wait for it */
  constructor(field: Promise<ShownField>, interval: number) {
    this.interval = interval;
    this.field = field;
  }

  /** Throws also what opening the field throws. */
  async draw(request: FrameRequest): Promise<void> {
    const { layer, picture, signal } = request;
    this.latest.set(layer, request);
    const field = await this.field;
    for (const scale of request.scales) {
      const turns = drawFrames(field, { ...request, scales: [scale] }, this.turnRays);
      for (let done = false; !done;) {
        const next = await this.turn(async () => {
          signal.throwIfAborted();
          if (this.latest.get(layer) !== request) return null;
          await field.show(picture.crop);
          return turns.next();
        });
        if (next === null) return;
        if (next.value !== undefined) this.adapt(next.value);
        done = next.done === true;
      }
    }
  }

  async probe(request: ProbeRequest): Promise<RayProbe> {
    const field = await this.field;
    return this.turn(() => probeRay(field, request));
  }

  /** After the turn under way. What hindered opening the field, `draw` throws. */
  async dispose(): Promise<void> {
    this.latest.clear();
    const field = await this.field.catch(() => null);
    await this.lastTurn;
    await field?.engine.dispose();
  }

  private turn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.lastTurn.then(work);
    this.lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /** As many rays as are drawn in a turn's time. */
  private adapt({ width, height, seconds }: FrameFacts): void {
    const ideal = (width * height * TURN) / 1000 / seconds;
    this.turnRays = Math.min(MOST_RAYS, Math.max(FEWEST_RAYS, 2 ** Math.round(Math.log2(ideal))));
  }
}
