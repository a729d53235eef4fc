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

const PLANES = 24;

function config(): Config {
  const { llff } = presets;
  return {
    ...llff,
    network: { ...llff.network, width: 32 },
    fine: {
      ...llff.fine,
      ...{
        steps: 300,
        rays: 256,
        planes: PLANES,
        voxels: PLANES * 40 * 30,
        scaleAt: [30, 60],
        imageScaleAt: [40, 120],
        occupancyEvery: 100,
      },
    },
  };
}

describe('training on a forward-facing scene', () => {
  let backend: Backend;
  let scene: SceneData;
  let whole: Run;

  beforeAll(async () => {
    const folder = temporaryFolder();
    await writeSyntheticScene({ scene: 'forward', views: 12, size: 40, folder, files: nodeFiles, images: sharpCodec, seed: 1 });
    scene = await open(folder);
    backend = await createWasmBackend({ threads: 1 });
    whole = await run(backend, config(), { scene });
  });

  it('has no coarse stage, and fewer planes while images are small', () => {
    const stages = whole.events.flatMap((event) => (event.type === 'stage' ? [event] : []));
    expect(stages.map(({ stage }) => stage)).toEqual(['fine', 'fine', 'fine', 'fine']);
    // Images are quarters until step 40: so are planes until the grid is scaled the next time; the last event is the handover.
    expect(stages.map(({ gridSize }) => gridSize[2])).toEqual([PLANES / 4 + 1, PLANES / 4 + 1, PLANES, PLANES]);
    expect(stages[2].gridSize[0]).toBeGreaterThan(stages[0].gridSize[0]);
    expect(whole.outcome.spec).toMatchObject({ space: { kind: 'ndc' }, near: 0, densityShift: 0 });
  });

  it('finds the held-out views', async () => {
    const engine = await openField(backend, whole.saved.at(-1)!);
    const settings = { engine, config: config(), split: 'test', every: 1, report: () => undefined };
    const { psnr } = await evaluateField({ ...settings, views: scene.splits.test! });
    await engine.dispose();
    expect(psnr).toBeGreaterThan(18);
  });

  it('goes on bit for bit after an interruption between the scalings of grid and images', async () => {
    const first = await run(backend, config(), { scene }, 45);
    expect(first.outcome.interrupted).toBe(true);
    const rest = await run(backend, config(), { scene, start: first.saved.at(-1)! });
    expectSameBits(rest.saved.at(-1)!, whole.saved.at(-1)!);
  });

  it('refuses to begin with images of nothing', async () => {
    const { fine, ...rest } = config();
    const vanishing = { ...rest, fine: { ...fine, imageScaleAt: [1, 2, 3, 4, 5, 6] } };
    await expect(run(backend, vanishing, { scene })).rejects.toThrow(
      /begins with images 64 times smaller; of \S+ \(40x30\) nothing would be left/,
    );
  });

  it('refuses rays from occupied places, which all are', async () => {
    await expect(run(backend, presets.blender, { scene })).rejects.toThrow(
      /fine\.raysFrom=occupied has no meaning for a forward-facing scene/,
    );
  });
});
