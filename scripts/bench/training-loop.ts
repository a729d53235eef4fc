/**
 * The whole fine stage of a real run, drawing rays, refreshing the occupancy and scaling the grid included: how much of the wall time is
 * spent in kernels, and how much in everything around them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openScene } from '../../datasets/index.ts';
import { writeSyntheticScene } from '../../datasets/synth/write-synthetic-scene.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { WasmEngine } from '../../src/backends/wasm/wasm-engine.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { presets } from '../../src/config/presets.ts';
import { trainField } from '../../src/train/train-field.ts';

export interface LoopFigures {
  readonly seconds: number;
  readonly kernelShare: number;
  readonly raysPerSecond: number;
}

const THREADS = 2;
const FINE_STEPS = 800;

/** `path`: a scene folder; without it the object scene is generated. */
export async function timeTrainingLoop(path?: string): Promise<LoopFigures> {
  const folder = path ?? (await generateScene());
  try {
    return await train(folder);
  } finally {
    if (path === undefined) await rm(folder, { recursive: true });
  }
}

async function generateScene(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spikeray-bench-'));
  await writeSyntheticScene({ scene: 'object', views: 40, size: 200, folder, files: nodeFiles, images: sharpCodec });
  return folder;
}

async function train(folder: string): Promise<LoopFigures> {
  const { blender } = presets;
  const config = { ...blender, fine: { ...blender.fine, steps: FINE_STEPS } };
  const scene = await openScene(folder, {
    files: nodeFiles,
    images: sharpCodec,
    downscale: 1,
    near: 'auto',
    far: 'auto',
    splits: ['train'],
  });
  const backend = await createWasmBackend({ threads: THREADS });
  let engine: WasmEngine | undefined;
  let start = 0;
  let end = 0;
  await trainField({
    scene,
    config,
    backend: {
      ...backend,
      createField: async (spec, capacity) => {
        start = performance.now();
        return (engine = (await backend.createField(spec, capacity)) as WasmEngine);
      },
    },
    save: () => Promise.resolve({ path: '', bytes: 0 }),
    metrics: () => Promise.resolve(),
    report: (event) => {
      // The last checkpoint follows the last step at once.
      if (event.type === 'checkpoint') end = performance.now();
    },
    signal: new AbortController().signal,
  });
  const kernels = [...engine!.kernelTimes.values()].reduce((sum, ms) => sum + ms, 0);
  const wall = end - start;
  return { seconds: wall / 1000, kernelShare: kernels / wall, raysPerSecond: (FINE_STEPS * config.fine.rays * 1000) / wall };
}
