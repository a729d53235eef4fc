/** Frames drawn by the server: one request, one stream of them. */
import { decodeFrames } from '../src/frames/frame-message.ts';
import type { Frame, FrameRequest, FrameSource } from '../src/frames/frame-source.ts';
import { refusalOf } from './api.ts';

export class ServerSource implements FrameSource {
  readonly interval = 90;
  private readonly path: string;
  /** Tells this page from others, so that they take turns. */
  private static readonly client = Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-');

  constructor(run: string) {
    this.path = `api/runs/${encodeURIComponent(run)}/frames`;
  }

  /** Throws TypeError where no server answers, Refusal and SpikeRayError where it says why not. */
  async *frames(layer: string, { camera, ...rest }: FrameRequest, signal: AbortSignal): AsyncGenerator<Frame> {
    const body = { client: ServerSource.client, layer, camera: { ...camera, camToWorld: [...Array.from(camera.camToWorld)] }, ...rest };
    const response = await fetch(this.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
    if (!response.ok) throw await refusalOf(response);
    yield* decodeFrames(chunksOf(response.body!));
  }
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}
