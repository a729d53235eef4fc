/** How good a field is after how much training, and how fast it is drawn then: the clock stops meanwhile. */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Backend } from '../../src/engine/backend.ts';
import type { Config } from '../../src/config/schema.ts';
import { evaluateField } from '../../src/eval/evaluate-field.ts';
import { openField } from '../../src/eval/open-field.ts';
import type { Checkpoint } from '../../src/train/checkpoint.ts';
import { trainField } from '../../src/train/train-field.ts';
import { framesPerSecond, type Effort } from './measure.ts';

export interface CurvePoint {
  /** Seconds of training, without loading the scene. */
  readonly seconds: number;
  readonly step: number;
  readonly rays: number;
  /** dB, mean of the held-out views. */
  readonly psnr: number;
  /** Frames of 800x800 pixels a second, from the cameras of these views. */
  readonly frames: number;
}

export interface CurveOptions {
  /** With the splits train and val. */
  readonly scene: SceneData;
  readonly config: Config;
  readonly backend: Backend;
  /** Device of the backend; draws the frames. */
  readonly device: GPUDevice;
  /** Seconds of training between two points. */
  readonly everySeconds: number;
  /** After so many seconds training ends, whatever its schedule. */
  readonly mostSeconds: number;
  /** Takes every n-th view of the split val. */
  readonly everyView: number;
  readonly effort: Effort;
  /** Takes the points of the fine stage as they are found; the last is the end of training. */
  readonly found: (point: CurvePoint) => void;
}

/** @returns whether training came to its end */
export async function timeToPsnr(options: CurveOptions): Promise<boolean> {
  const { scene, config, backend, everySeconds, mostSeconds, found } = options;
  const tooLong = new AbortController();
  let paused = 0;
  let last = -1;
  const { interrupted } = await trainField({
    scene,
    config: { ...config, checkpoint: { ...config.checkpoint, everyMinutes: everySeconds / 60 } },
    backend,
    now: () => performance.now() - paused,
    save: async (checkpoint) => {
      const began = performance.now();
      const { stage, step, seconds } = checkpoint.state;
      // The end of training is saved once more where it was due anyway.
      if (stage === 'fine' && step !== last) found(await pointOf(checkpoint, options));
      if (stage === 'fine') last = step;
      paused += performance.now() - began;
      if (seconds >= mostSeconds) tooLong.abort();
      return { path: '', bytes: 0 };
    },
    metrics: () => Promise.resolve(),
    report: () => undefined,
    signal: tooLong.signal,
  });
  return !interrupted;
}

async function pointOf(checkpoint: Checkpoint, { backend, device, scene, everyView: every, effort }: CurveOptions): Promise<CurvePoint> {
  const engine = await openField(backend, checkpoint);
  try {
    const views = scene.splits.val ?? [];
    const { psnr } = await evaluateField({ engine, config: checkpoint.config, views, split: 'val', every, report: () => undefined });
    const { seconds, step, rays } = checkpoint.state;
    const cameras = views.filter((_, i) => i % every === 0);
    return { seconds, step, rays, psnr, frames: await framesPerSecond(device, engine, cameras, effort) };
  } finally {
    await engine.dispose();
  }
}
