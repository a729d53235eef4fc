/** How good a field is after how much training: the clock stops while it is evaluated. */
import { openScene } from '../../datasets/index.ts';
import type { View } from '../../datasets/scene-data.ts';
import type { Backend } from '../../src/backends/backend.ts';
import { sharpCodec } from '../../src/cli/image-codec.ts';
import { nodeFiles } from '../../src/cli/node-files.ts';
import type { Config } from '../../src/config/schema.ts';
import { evaluateField } from '../../src/eval/evaluate-field.ts';
import { openField } from '../../src/eval/open-field.ts';
import type { Checkpoint } from '../../src/train/checkpoint.ts';
import { trainField } from '../../src/train/train-field.ts';

export interface CurvePoint {
  /** Of training, loading the scene left out. */
  readonly seconds: number;
  readonly step: number;
  readonly rays: number;
  /** dB, mean of the held-out views. */
  readonly psnr: number;
}

export interface CurveOptions {
  readonly scene: string;
  readonly config: Config;
  readonly backend: Backend;
  /** Seconds of training between two points. */
  readonly everySeconds: number;
  /** Takes every n-th view of the split val. */
  readonly everyView: number;
}

/** The points of the fine stage; the last is the end of training. */
export async function timeToPsnr({ scene: path, config, backend, everySeconds, everyView }: CurveOptions): Promise<CurvePoint[]> {
  const { downscale, near, far } = config.scene;
  const scene = await openScene(path, { files: nodeFiles, images: sharpCodec, downscale, near, far, splits: ['train', 'val'] });
  const views = scene.splits.val ?? [];
  const points: CurvePoint[] = [];
  let paused = 0;
  await trainField({
    scene,
    config: { ...config, checkpoint: { ...config.checkpoint, everyMinutes: everySeconds / 60 } },
    backend,
    now: () => performance.now() - paused,
    save: async (checkpoint) => {
      const began = performance.now();
      if (checkpoint.state.stage === 'fine') points.push(await pointOf(checkpoint, backend, views, everyView));
      paused += performance.now() - began;
      return { path: '', bytes: 0 };
    },
    metrics: () => Promise.resolve(),
    report: () => undefined,
    signal: new AbortController().signal,
  });
  return points;
}

async function pointOf(checkpoint: Checkpoint, backend: Backend, views: readonly View[], every: number): Promise<CurvePoint> {
  const engine = await openField(backend, checkpoint);
  try {
    const { psnr } = await evaluateField({ engine, config: checkpoint.config, views, split: 'val', every, report: () => undefined });
    const { seconds, step, rays } = checkpoint.state;
    return { seconds, step, rays, psnr };
  } finally {
    await engine.dispose();
  }
}
