/** Training of fields that are kept in bricks, on wasm: what dense grids learn, in less memory. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { SceneAbout } from '../../src/baked/baked-scene.ts';
import { encodeScene } from '../../src/baked/encode-scene.ts';
import { BackendError } from '../../src/base/errors.ts';
import { changedPlan } from '../../src/cli/commands/resume.ts';
import { presets } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { openField } from '../../src/eval/open-field.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { cameraRays } from '../../src/geometry/camera.ts';
import { trainingMemory } from '../../src/jobs/training-memory.ts';
import { brickPlaces } from '../../src/lattice/bricks.ts';
import { brickTable, bricksSpec, type BricksSpec } from '../../src/model/representations/bricks.ts';
import { readDensities } from '../../src/model/field-values.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { largest } from '../../src/model/representations/index.ts';
import type { RepresentationSpec } from '../../src/model/representations/representation.ts';
import { gridFloats } from '../../src/model/tensor-shape.ts';
import { checksum, decodeCheckpoint } from '../../src/train/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/io/safetensors.ts';
import { fileOf, joinChunks } from '../io/checkpoint-sample.ts';
import { fineSpec } from '../../src/train/stage-spec.ts';
import { expectSameBits, run, type Run } from './run-in-memory.ts';
import { tinyCamera, tinyConfig, tinyScene } from './tiny-scene.ts';

/** Nothing of it is looked at. */
const ABOUT = {} as SceneAbout;

/** Larger than the ball needs, so that bricks are left out. */
function config(kind: 'dense' | 'bricks', scaleAt: number[] = [4, 9], share = 1): Config {
  const tiny = tinyConfig();
  return {
    ...tiny,
    field: { ...tiny.field, kind, share },
    fine: { ...tiny.fine, voxels: 24 ** 3, boundScale: 1.6, scaleAt },
  };
}

const bricksOf = ({ spec }: { spec: Run['saved'][number]['spec'] }): BricksSpec => spec.representation as BricksSpec;

describe('bricks', () => {
  let backend: Backend;
  let whole: Run;
  beforeAll(async () => {
    backend = await createWasmBackend({ threads: 1 });
    whole = await run(backend, config('bricks'));
  });

  it('train what dense grids train where the grid is not scaled, bit for bit', async () => {
    const [dense, bricks] = [await run(backend, config('dense', [])), await run(backend, config('bricks', []))];
    const [a, b] = [dense.saved.at(-1)!, bricks.saved.at(-1)!];
    for (const name of ['w1', 'w2', 'w3', 'w1.v']) expect(await b.read(name), name).toEqual(await a.read(name));
    expect(await b.readOccupancy()).toEqual(await a.readOccupancy());
    const [wanted, got] = [await readDensities(a), await readDensities(b)];
    const table = brickTable(bricksOf(b), b.spec.grid);
    const [nx, ny] = b.spec.grid.size;
    table.forEach((_row, x, y, z) => {
      const point = x + nx * (y + ny * z);
      if (got[point] !== wanted[point]) throw new Error(`${x}, ${y}, ${z}: ${got[point]} in place of ${wanted[point]}`);
    });
    expect(bricksOf(b).count).toBeLessThan(0.8 * brickPlaces(b.spec.grid.size));
    // Baked they are the same scene, and drawn they are the same picture.
    const [left, right] = await Promise.all([a, b].map(async (each) => joinChunks(await encodeScene(each, ABOUT, 1))));
    expect(right).toEqual(left);
    const pictures = await Promise.all(
      [a, b].map(async (each) => {
        const engine = await openField(backend, each);
        const rendered = await engine.renderRays(cameraRays(tinyCamera(0.4, 0.3, 16), 0, 256), { background: [1, 1, 1] });
        await engine.dispose();
        return rendered;
      }),
    );
    expect(pictures[1]).toEqual(pictures[0]);
  });

  it('grow with the grid, shrink with the occupancy, and go on from a checkpoint bit for bit', async () => {
    const last = whole.saved.at(-1)!;
    expect(bricksOf(last).count).toBeLessThan(brickPlaces(last.spec.grid.size));
    const half = await run(backend, config('bricks'), {}, 40 + 11);
    const stopped = half.saved.at(-1)!;
    const file = await fileOf(stopped);
    const resumed = await run(backend, config('bricks'), { start: await decodeCheckpoint(file, 'FILE') });
    expectSameBits(resumed.saved.at(-1)!, last);
  });

  it('that found too little room at a scaling go on with more, to the same bits', async () => {
    const scarce = config('bricks', [4, 9], 0.3);
    const stopped = (await run(backend, scarce, {}, 40 + 8)).saved.at(-1)!;
    expect(stopped.state).toMatchObject({ stage: 'fine', step: 8 });
    const goOn = (settings: Config): Promise<Run> => run(backend, settings, { start: stopped });
    await expect(goOn(scarce)).rejects.toThrow(
      expect.objectContaining({ name: 'MemoryError', fix: expect.stringMatching(/spikeray resume RUN --share 0\.\d/) as string }) as Error,
    );
    expectSameBits((await goOn(changedPlan(scarce, { share: '1' }))).saved.at(-1)!, whole.saved.at(-1)!);
    expect(() => changedPlan(config('dense'), { share: '1' })).toThrow(/--share has no meaning with field.kind=dense/);
  });

  it('with more points along an axis than kernels can tell apart are refused before anything is reserved', async () => {
    const spec = { ...whole.saved.at(-1)!.spec, representation: bricksSpec(12, 1) };
    const reserve = (points: number): Promise<unknown> => {
      const grid = { ...spec.grid, size: [points, 4, 4] } as const;
      const capacity = { voxels: points * 16, fieldFloats: 13 * points * 16, steps: 8, trainRays: 0 };
      expect(backend.estimateBytes({ ...spec, grid }, capacity)).toBeGreaterThan(0);
      return backend.createField({ ...spec, grid }, capacity).then((engine) => engine.dispose());
    };
    await reserve(1024);
    await expect(async () => reserve(1025)).rejects.toThrow(BackendError);
    const engine = await backend.createField(spec, { voxels: 2e6, fieldFloats: 2e5, steps: 4096, trainRays: 0 });
    const long = { ...spec, grid: { ...spec.grid, size: [4, 1025, 4] } as const };
    await expect(engine.scaleGrid(long)).rejects.toThrow(
      expect.objectContaining({ name: 'BackendError', message: expect.stringContaining('4x1025x4') as string }) as Error,
    );
    await engine.dispose();
  });

  it('learn from a twin in bricks, beginning with its field or with that on another grid', async () => {
    const settings = config('bricks');
    const twin = (await run(backend, { ...settings, network: { ...settings.network, neuron: 'relu' } })).saved.at(-1)!;
    const taught = { ...settings, distillation: { ...settings.distillation, teacher: 'RUN' } };
    const { saved } = await run(backend, taught, { teacher: twin });
    for (const name of ['density', 'features']) expect(saved[0].tensors.get(name), name).toEqual(twin.tensors.get(name));
    expect(saved.at(-1)!.tensors.get('features')).not.toEqual(twin.tensors.get('features'));
    const finer = await run(backend, { ...taught, fine: { ...taught.fine, voxels: 30 ** 3 } }, { teacher: twin });
    expect(bricksOf(finer.saved[0]).count).toBeGreaterThan(bricksOf(twin).count);
  });

  it('dense grids begin as a twin in bricks, and bricks as dense grids, with the same numbers where there are any', async () => {
    const ann = (kind: 'dense' | 'bricks'): Config => ({ ...config(kind), network: { ...config(kind).network, neuron: 'relu' } });
    const taught = (kind: 'dense' | 'bricks'): Config => ({
      ...config(kind),
      distillation: { ...config(kind).distillation, teacher: 'RUN' },
    });
    const inBricks = (await run(backend, ann('bricks'))).saved.at(-1)!;
    const dense = (await run(backend, taught('dense'), { teacher: inBricks })).saved[0];
    const again = (await run(backend, taught('bricks'), { teacher: dense })).saved[0];
    expect(bricksOf(inBricks).count).toBeLessThan(brickPlaces(inBricks.spec.grid.size));
    expect(dense.tensors.get('features')!.length).toBe(voxelCount(dense.spec.grid) * 12);
    for (const name of ['density', 'features'] as const) expect(again.tensors.get(name), name).toEqual(inBricks.tensors.get(name));
  });

  it('checkpoints hold what exists', async () => {
    const last = whole.saved.at(-1)!;
    const { count } = bricksOf(last);
    expect((await last.read('features.m')).length).toBe(count * 64 * 12);
    const file = await fileOf(last);
    expect(file.length).toBeLessThan(count * 64 * 13 * 4 * 3 + 200_000);
    const read = await decodeCheckpoint(file, 'FILE');
    expect(await read.read('features')).toEqual(await last.read('features'));
  });

  it('what is no field in bricks is refused', async () => {
    const last = whole.saved.at(-1)!;
    const { metadata, tensors } = decodeSafetensors(await fileOf(last), 'FILE');
    const forged = async (changes: Partial<BricksSpec>): Promise<unknown> => {
      const head = JSON.parse(metadata.head) as { spec: { representation: BricksSpec } };
      head.spec.representation = { ...head.spec.representation, ...changes };
      const changed = { ...metadata, head: JSON.stringify(head) };
      const sha256 = await checksum(changed, tensors);
      return decodeCheckpoint(joinChunks(encodeSafetensors({ metadata: { ...changed, sha256 }, tensors })), 'FILE');
    };
    await expect(forged({})).resolves.toBeDefined();
    const refusals = [
      [{ count: bricksOf(last).count - 1 }, /^FILE describes another kind of model: spec: bricks of another grid/],
      [{ places: '' }, /bricks of another grid/],
      [{ places: 'AAAA' }, /bricks of another grid/],
      [{ places: '!' }, /^FILE describes another kind of model: spec.representation.places/],
      [{ share: 2 }, /spec.representation.share/],
    ] as const;
    for (const [changes, message] of refusals)
      await expect(forged(changes)).rejects.toThrow(
        expect.objectContaining({ name: 'InputError', message: expect.stringMatching(message) as string }) as Error,
      );
  });

  it('memory is estimated by the share, and too small a share is refused with what to do', async () => {
    const memory = (share: number): number => trainingMemory(tinyScene(), config('bricks', [], share), backend).field;
    expect(memory(0.1)).toBeLessThan(memory(1));
    await expect(run(backend, config('bricks', [], 0.02))).rejects.toThrow(
      expect.objectContaining({ name: 'MemoryError', fix: expect.stringContaining('field.share') as string }) as Error,
    );
  });

  it('256^3 voxels of which 15 % may exist are reserved within 1 GiB in training, dense grids beyond 2.6', () => {
    const grid = { size: [256, 256, 256], min: [-1, -1, -1], max: [1, 1, 1] } as const;
    const spec = { ...whole.saved.at(-1)!.spec, grid, stepLength: 1 / 256 };
    const bytes = (representation: RepresentationSpec): number => {
      const field = largest({ ...spec, representation });
      return backend.estimateBytes(field, { voxels: 256 ** 3, fieldFloats: gridFloats(field), trainRays: 2048 });
    };
    expect(bytes(denseSpec(12))).toBeGreaterThan(2.6 * 2 ** 30);
    expect(bytes(bricksSpec(12, 0.15))).toBeLessThan(2 ** 30);
  });

  it.each<[string[], RegExp]>([
    [['coarse.steps=0'], /field.kind=bricks cannot begin without a coarse stage/],
    [['fine.shrinkAt=[10]'], /fine.shrinkAt=\[10\] has no meaning with field.kind=bricks/],
    [['field.share=0'], /field.share=0: expected/],
  ])('%j are refused', (pairs, message) => {
    const set = ['field.kind=bricks', ...pairs].map((pair) => {
      const [key, value] = pair.split('=');
      return { key, value, source: '--set' };
    });
    expect(() => trainingMemory(tinyScene(), resolveConfig('blender', set), backend)).toThrow(message);
  });

  it('scenes that no coarse stage goes through are refused', () => {
    const { llff } = presets;
    const settings = { ...llff, field: { ...llff.field, kind: 'bricks' as const } };
    expect(() => fineSpec(settings, { space: { kind: 'ndc' }, near: 0, box: { min: [-1, -1, -1], max: [1, 1, 1] } }, 0)).toThrow(
      /field.kind=bricks has no meaning for a forward-facing scene/,
    );
    // Others only lack it.
    const { coarse } = presets.unbounded;
    const region = {
      space: { kind: 'unbounded', centre: [0, 0, 0], radius: 1 },
      near: 0,
      box: { min: [-2, -2, -2], max: [2, 2, 2] },
    } as const;
    expect(() => fineSpec({ ...presets.unbounded, field: settings.field, coarse: { ...coarse, steps: 0 } }, region, 0)).toThrow(
      /field.kind=bricks cannot begin without a coarse stage/,
    );
  });
});
