import { beforeAll, describe, expect, it } from 'vitest';
import type { SceneData } from '../../datasets/scene-data.ts';
import { writeSyntheticScene } from '../../datasets/synth/write-synthetic-scene.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { presets } from '../../src/config/presets.ts';
import type { Config } from '../../src/config/schema.ts';
import { evaluateField } from '../../src/eval/evaluate-field.ts';
import { openField } from '../../src/eval/open-field.ts';
import { open } from '../datasets/blender-scene.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { expectSameBits, run, type Run } from './run-in-memory.ts';

function config(coarseSteps: number): Config {
  const { unbounded } = presets;
  return {
    ...unbounded,
    network: { ...unbounded.network, width: 32 },
    coarse: {
      ...unbounded.coarse,
      steps: coarseSteps,
      rays: 256,
      voxels: 24 ** 3,
      epsilonWarmup: 100,
      occupancyFrom: 150,
      occupancyEvery: 100,
    },
    fine: { ...unbounded.fine, steps: 250, rays: 256, voxels: 40 ** 3, scaleAt: [40], occupancyFrom: 60, occupancyEvery: 100 },
  };
}

describe('training on an unbounded scene', () => {
  let backend: Backend;
  let scene: SceneData;
  let whole: Run;

  beforeAll(async () => {
    const folder = temporaryFolder();
    await writeSyntheticScene({ scene: 'landscape', views: 40, size: 40, folder, files: nodeFiles, images: sharpCodec, seed: 1 });
    scene = await open(folder);
    backend = await createWasmBackend({ threads: 1 });
    whole = await run(backend, config(250), { scene });
  });

  it('covers all of contracted space in both stages', () => {
    expect(scene.space.kind).toBe('unbounded');
    const stages = whole.events.flatMap((event) => (event.type === 'stage' ? [event] : []));
    expect(new Set(stages.map(({ stage }) => stage))).toEqual(new Set(['coarse', 'fine']));
    for (const { min, max } of stages) expect([min, max]).toEqual([Array(3).fill(-1.2), Array(3).fill(1.2)]);
    expect(whole.outcome.spec.space).toEqual(scene.space);
  });

  it('finds the held-out views', async () => {
    const engine = await openField(backend, whole.saved.at(-1)!);
    const settings = { engine, config: config(250), split: 'test', every: 1, report: () => undefined };
    const { psnr } = await evaluateField({ ...settings, views: scene.splits.test! });
    await engine.dispose();
    expect(psnr).toBeGreaterThan(19);
  });

  it('goes on bit for bit after an interruption', async () => {
    const first = await run(backend, config(250), { scene }, 300);
    expect(first.outcome.interrupted).toBe(true);
    const rest = await run(backend, config(250), { scene, start: first.saved.at(-1)! });
    expectSameBits(rest.saved.at(-1)!, whole.saved.at(-1)!);
  });

  it('refuses rays from occupied places, which all are', async () => {
    await expect(run(backend, presets.blender, { scene })).rejects.toThrow(/fine\.raysFrom=occupied has no meaning for an unbounded scene/);
  });
});
