/** A representation of a program's own: one file (helpers/axis-lines.ts) and a line that registers it. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTfjsBackend, type TfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import type { TfjsField } from '../../src/backends/tfjs/tfjs-field.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { decodeScene } from '../../src/baked/decode-scene.ts';
import { encodeScene } from '../../src/baked/encode-scene.ts';
import { presets } from '../../src/config/presets.ts';
import { renderWork } from '../../src/energy/work/render-work.ts';
import { NO_LOSS_TERMS } from '../../src/engine/backend.ts';
import { emptyCounts } from '../../src/engine/counts.ts';
import { registerRepresentation } from '../../src/index.ts';
import { refreshOccupancy } from '../../src/lattice/occupancy.ts';
import { readDensities } from '../../src/model/field-values.ts';
import { decodeCheckpoint } from '../../src/train/checkpoint.ts';
import { snapshot } from '../../src/train/snapshot.ts';
import { coarseSpec, regionOf } from '../../src/train/stage-spec.ts';
import { axisLines, axisLinesOnTfjs } from '../helpers/axis-lines.ts';
import { fieldFixture, loadFixture, type FieldFixture } from '../helpers/field-fixtures.ts';
import { fileOf, joinChunks } from '../io/checkpoint-sample.ts';

registerRepresentation(axisLines);

describe('a representation of a program', () => {
  let backend: TfjsBackend;
  let fixture: FieldFixture;
  let engine: TfjsField;
  beforeAll(async () => {
    backend = await createTfjsBackend({ representations: { 'axis-lines': axisLinesOnTfjs } });
    fixture = fieldFixture({ representation: 'axis-lines', network: { neuron: 'relu' } });
    engine = await backend.createField(fixture.spec, { voxels: 4000, trainRays: 64 });
    await loadFixture(engine, fixture);
  });
  afterAll(() => engine.dispose());

  it('has gradients that are the slopes of the loss', async () => {
    // Thresholds select, and the loss of single samples holds their weights: neither has a slope.
    const spec = { alphaThreshold: 0, weightThreshold: 0 };
    const smooth = fieldFixture({ representation: 'axis-lines', network: { neuron: 'relu' }, spec, loss: { ...NO_LOSS_TERMS } });
    const own = await backend.createField(smooth.spec, { voxels: 4000, trainRays: 64 });
    await loadFixture(own, smooth);
    const evaluate = () => own.gradients(smooth.batch, smooth.settings);
    const { gradients } = await evaluate();
    for (const name of ['lineDensity', 'lineFeatures']) {
      const values = await own.read(name);
      const gradient = gradients[name]!;
      const steepest = gradient.reduce((best, value, i) => (Math.abs(value) > Math.abs(gradient[best]) ? i : best), 0);
      const lossAt = async (change: number): Promise<number> => {
        const changed = values.slice();
        changed[steepest] += change;
        await own.write(name, changed);
        return (await evaluate()).result.loss;
      };
      const slope = ((await lossAt(1e-2)) - (await lossAt(-1e-2))) / 2e-2;
      await own.write(name, values);
      expect(Math.abs(gradient[steepest]), name).toBeGreaterThan(1e-4);
      expect(slope / gradient[steepest], name).toBeCloseTo(1, 1);
    }
    await own.dispose();
  });

  it('trains', async () => {
    const losses: number[] = [];
    for (let step = 1; step <= 10; step++)
      losses.push((await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step })).loss);
    expect(losses[9]).toBeLessThan(0.8 * losses[0]);
  });

  it('goes through a checkpoint with all its moments', async () => {
    const { blender } = presets;
    const config = { ...blender, coarse: { ...blender.coarse, voxels: 500 } };
    const spec = { ...coarseSpec(config, regionOf(fixture.spec)), representation: axisLines.standard(3) };
    const counts = { step: 1, adamStep: 1, scalings: 0, stageStart: 0, rays: 1, samples: 1, feedback: null, observers: null, rises: null };
    const state = { ...counts, stage: 'coarse', random: [1, 2, 3, 4], seconds: 1 } as const;
    const coarse = await backend.createField(spec, { voxels: 4000, trainRays: 64 });
    const saved = snapshot(coarse, state, config, 'scene');
    await coarse.write(
      'lineFeatures',
      (await coarse.read('lineFeatures')).map((_, i) => Math.sin(i)),
    );
    const read = await decodeCheckpoint(await fileOf(saved), 'x.safetensors');
    expect(read.spec).toEqual(spec);
    expect(read.names).toContain('lineFeatures.v');
    for (const name of read.names) expect(await read.read(name), name).toEqual(await coarse.read(name));
    await coarse.dispose();
  });

  it('says what exists, is scaled and baked, and what its interpolation costs', async () => {
    await engine.writeOccupancy(fixture.occupancy);
    await engine.refreshOccupancy();
    const occupancy = await engine.readOccupancy();
    expect(occupancy).toEqual(refreshOccupancy(engine.spec, await readDensities(engine), fixture.occupancy));

    const scene = { name: 's', format: 'blender', fingerprint: 'f' };
    const cameras = { views: [], centre: null, up: [0, 0, 1], forwardFacing: false, frame: null, problem: null } as const;
    const about = {
      name: 'n',
      created: '',
      scene,
      neuron: 'relu',
      trained: { stage: 'fine', step: 1 },
      quality: null,
      background: [1, 1, 1],
      cameras,
    } as const;
    const baked = await decodeScene(joinChunks(await encodeScene(engine, about, 1)), 'scene');
    expect(baked.spec.representation).toEqual({ kind: 'dense', channels: 12 });
    const dense = await backend.createField(baked.spec, { voxels: 4000, trainRays: 0 });
    for (const name of ['density', 'features', 'w1', 'w2', 'w3']) await dense.write(name, await baked.read(name));
    await dense.writeOccupancy(await baked.readOccupancy());
    const settings = { background: [1, 1, 1] } as const;
    const [shown, expected] = [await dense.renderRays(fixture.batch, settings), await engine.renderRays(fixture.batch, settings)];
    // Sums along axes are linear between points: baking loses the levels alone.
    shown.rgb.forEach((value, i) => expect(Math.abs(value - expected.rgb[i])).toBeLessThan(0.05));
    await dense.dispose();

    const before = await readDensities(engine);
    const { grid } = engine.spec;
    const size = [2 * grid.size[0] - 1, 2 * grid.size[1] - 1, 2 * grid.size[2] - 1] as const;
    await engine.scaleGrid({ ...engine.spec, grid: { ...grid, size } });
    const after = await readDensities(engine);
    for (let z = 0; z < grid.size[2]; z++)
      for (let x = 0; x < grid.size[0]; x++)
        expect(after[2 * x + size[0] * size[1] * 2 * z]).toBeCloseTo(before[x + grid.size[0] * grid.size[1] * z], 4);

    const [density, features] = renderWork({ ...emptyCounts(), densityEvaluations: 10, samples: 2 }, engine.spec).filter(
      ({ stage }) => stage === 'interpolation',
    );
    expect([density.work.macs, features.work.macs]).toEqual([60, 2 * 6 * 12]);
  });

  it('is refused by a backend that does not have it, with the one that has', async () => {
    const wasm = await createWasmBackend({ threads: 1 });
    await expect(wasm.createField(fixture.spec, { voxels: 4000, trainRays: 0 })).rejects.toMatchObject({
      name: 'BackendError',
      message: expect.stringContaining('no fields of the kind axis-lines; it has dense') as string,
      fix: 'Use --backend tfjs.',
    });
  });

  it('that nobody registered is named by what opens the field', async () => {
    const spec = { ...fixture.spec, representation: { kind: 'wavelets' } };
    await expect(backend.createField(spec, { voxels: 4000, trainRays: 0 })).rejects.toThrow(/wavelets: unknown; known are dense/);
  });
});

describe('a checkpoint from before there were representations', () => {
  it('is opened as dense grids', async () => {
    const bytes = new Uint8Array(await readFile(new URL('../io/fixtures/before-representations.safetensors', import.meta.url)));
    const { spec, names, read } = await decodeCheckpoint(bytes, 'old.safetensors');
    expect(spec.representation).toEqual({ kind: 'dense', channels: 12 });
    expect(spec.grid.size).toEqual([12, 8, 8]);
    expect(names).toContain('features.m');
    expect(await read('features')).toHaveLength(12 * 8 * 8 * 12);
  });
});
