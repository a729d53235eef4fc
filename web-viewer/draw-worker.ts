/** Draws frames of a baked scene in a worker of the page: the wasm backend on one thread, in memory of its own. */
import type { Frame } from '../src/frames/frame-source.ts';
import { EngineSource } from '../src/frames/engine-source.ts';
import { ShownField } from '../src/frames/shown-field.ts';
import type { FieldEngine } from '../src/engine/backend.ts';
import { createBackend } from '../src/backends/wasm/wasm-backend.ts';
import { decodeScene } from '../src/baked/decode-scene.ts';
import { SpikeRayError } from '../src/base/errors.ts';
import { nextTask } from '../src/base/next-task.ts';
import { openField } from '../src/eval/open-field.ts';
import { INTERVAL, type FromWorker, type ToWorker } from './draw-messages.ts';

type Opening = Extract<ToWorker, { type: 'open' }>;

let source: EngineSource;
const drawing = new Map<number, AbortController>();

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'open') source = new EngineSource(openShown(data), INTERVAL);
  else if (data.type === 'draw') void draw(data);
  else if (data.type === 'probe') void probe(data);
  else drawing.get(data.id)?.abort();
});

async function openShown({ kernels, scene: bytes, file }: Opening): Promise<ShownField> {
  const module = await WebAssembly.compile(kernels);
  const spawn = (): never => {
    throw new Error('There are no more threads.');
  };
  const backend = createBackend(module, { threads: 1, relaxed: false, shared: false, spawn });
  const scene = await decodeScene(bytes, file);
  return new ShownField(restful(await openField(backend, scene)), scene.about.trained.step, scene.seed);
}

/** The engine computes without a break: before every call it lets messages in, which may say that nobody waits any more. */
function restful(engine: FieldEngine): FieldEngine {
  const renderRays: FieldEngine['renderRays'] = async (rays, settings) => {
    await nextTask();
    return engine.renderRays(rays, settings);
  };
  return Object.create(engine, { renderRays: { value: renderRays } }) as FieldEngine;
}

async function draw({ id, layer, scales, picture }: Extract<ToWorker, { type: 'draw' }>): Promise<void> {
  const abort = new AbortController();
  drawing.set(id, abort);
  const take = (frame: Frame): void => {
    const { content, depth, opacity } = frame;
    const shown = content.kind === 'values' ? content.values : content.rgb;
    tell({ type: 'frame', id, frame }, [shown.buffer, depth.buffer, opacity.buffer]);
  };
  try {
    await source.draw({ layer, scales, picture, signal: abort.signal, target: { take } });
    tell({ type: 'end', id });
  } catch (error) {
    tellFailure(id, error);
  } finally {
    drawing.delete(id);
  }
}

async function probe({ id, ray }: Extract<ToWorker, { type: 'probe' }>): Promise<void> {
  try {
    tell({ type: 'probed', id, found: await source.probe(ray) });
  } catch (error) {
    tellFailure(id, error);
  }
}

function tellFailure(id: number, error: unknown): void {
  const { message } = error as Error;
  tell({ type: 'failed', id, message, fix: error instanceof SpikeRayError ? error.fix : undefined });
}

function tell(message: FromWorker, transfer: ArrayBufferLike[] = []): void {
  postMessage(message, { transfer: transfer as ArrayBuffer[] });
}
