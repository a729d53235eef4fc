/** Frames drawn by the server: one request, one stream of them. */
import { decodeFrames } from '../src/frames/frame-message.ts';
import type { FrameRequest, FrameSource } from '../src/frames/frame-source.ts';
import type { ProbeRequest, RayProbe } from '../src/frames/ray-probe.ts';
import { ask, reachable } from './api.ts';
import { Slots } from './slots.ts';

export class ServerSource implements FrameSource {
  readonly interval = 90;
  private readonly run: string;
  /** Streams at a time: a browser keeps six connections to a server, of which commands need one. */
  private static readonly streams = new Slots(2);
  /** Tells this page from others, so that they take turns. */
  private static readonly client = Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-');

  constructor(run: string) {
    this.run = `api/runs/${encodeURIComponent(run)}`;
  }

  /** Throws Unreachable where no server answers, Refusal and SpikeRayError where it says why not. */
  async draw({ picture, scales, layer, signal, target }: FrameRequest): Promise<void> {
    const { camToWorld, intrinsics } = picture.camera;
    const wanted = { ...picture, camera: { camToWorld: Array.from(camToWorld), intrinsics } };
    await ServerSource.streams.hold(async () => {
      signal.throwIfAborted();
      const response = await ask(`${this.run}/frames`, { json: { client: ServerSource.client, layer, scales, picture: wanted }, signal });
      for await (const frame of decodeFrames(chunksOf(response.body!))) {
        signal.throwIfAborted();
        target.take(frame);
      }
    });
  }

  /** Throws as `draw` does. */
  async probe({ camera: { camToWorld, intrinsics }, ...ray }: ProbeRequest): Promise<RayProbe> {
    const wanted = { ...ray, camera: { camToWorld: Array.from(camToWorld), intrinsics } };
    return ServerSource.streams.hold(async () => {
      const response = await ask(`${this.run}/probe`, { json: { client: ServerSource.client, ray: wanted } });
      return (await reachable(response.json())) as RayProbe;
    });
  }
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reachable(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}
