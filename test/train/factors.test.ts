/** Training of fields that are kept in vector-matrix factors, on wasm. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { presets } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { maxStepsPerRay } from '../../src/lattice/lattice.ts';
import { vmSpec } from '../../src/model/representations/vm.ts';
import { shrunkSpec } from '../../src/train/shrink-box.ts';
import { fineSpec, regionOf } from '../../src/train/stage-spec.ts';
import { renderImage } from '../../renderer/render-image.ts';
import { openField } from '../../src/eval/open-field.ts';
import { meanSquaredError } from '../../src/math/image-metrics.ts';
import { expectSameBits, run, type Frozen, type Run } from './run-in-memory.ts';
import { tinyCamera, tinyConfig, tinyScene } from './tiny-scene.ts';

const ranks = { densityRanks: [4, 4, 4], featureRanks: [8, 8, 8] };

/** As `tensorf`: the coarse stage finds the box. */
function afterCoarse(): Config {
  const { tensorf } = presets;
  const tiny = tinyConfig();
  const { rays, voxels, scaleAt, occupancyFrom, occupancyEvery } = tiny.fine;
  return {
    ...tiny,
    field: { ...tensorf.field, ...ranks },
    // Dense enough that the few steps have something to learn.
    fine: { ...tensorf.fine, steps: 24, rays, voxels, scaleAt, occupancyFrom, occupancyEvery, alphaInit: 1e-2 },
  };
}

/** As `tensorf-paper`: from a box that is shrunk, by its own factors. */
function fromBox(): Config {
  const paper = presets['tensorf-paper'];
  return {
    ...paper,
    scene: { ...paper.scene, near: 'auto', far: 'auto', box: [-1.5, -1.5, -1.5, 1.5, 1.5, 1.5] },
    network: { ...paper.network, width: 16 },
    field: { ...paper.field, ...ranks },
    fine: {
      ...paper.fine,
      steps: 60,
      rays: 128,
      voxels: 18 ** 3,
      firstVoxels: 12 ** 3,
      scaleAt: [40, 50],
      shrinkAt: [40],
      occupancyFrom: 40,
      occupancyEvery: 20,
      learningRates: { density: 0.05, features: 0.05 },
      alphaInit: 1e-3,
      occupancyAlpha: 0.1,
    },
  };
}

describe('factors', () => {
  let backend: Backend;
  let whole: Run;
  beforeAll(async () => {
    backend = await createWasmBackend({ threads: 1 });
    whole = await run(backend, afterCoarse());
  });

  it('are trained behind a coarse stage of dense grids, and handed over to spikes', () => {
    const { outcome, saved, events } = whole;
    expect(outcome.spec.representation).toEqual(vmSpec(27, [4, 4, 4], [8, 8, 8]));
    expect(saved[0].tensors.get('basis')).not.toEqual(saved.at(-1)!.tensors.get('basis'));
    const psnr = events.flatMap((event) => (event.type === 'step' ? [event.psnr] : []));
    expect(psnr.at(-1)).toBeGreaterThan(8);
    expect(outcome.spec.network!.neuron).toBe('four-bit');
  });

  it.each([
    ['before the first scaling', 42],
    ['between the scalings', 46],
    ['near the end', 61],
  ])('go on bit for bit after an interruption %s', async (_, steps) => {
    const first = await run(backend, afterCoarse(), {}, steps);
    expect(first.outcome.interrupted).toBe(true);
    const rest = await run(backend, afterCoarse(), { start: first.saved.at(-1)! });
    expectSameBits(rest.saved.at(-1)!, whole.saved.at(-1)!);
  });

  it('learn from a twin of the same kind, and begin with its field', async () => {
    const config = afterCoarse();
    const twin = (await run(backend, { ...config, network: { ...config.network, neuron: 'relu' } })).saved.at(-1)!;
    const taught = { ...config, distillation: { ...config.distillation, teacher: 'RUN' } };
    const { saved } = await run(backend, taught, { teacher: twin });
    for (const name of ['densityPlaneXY', 'featureLineX', 'basis'])
      expect(saved[0].tensors.get(name), name).toEqual(twin.tensors.get(name));
    expect(saved.at(-1)!.tensors.get('featureLineX')).not.toEqual(twin.tensors.get('featureLineX'));
  });

  it('do not learn from grids, whose features mean something else', async () => {
    const grids = tinyConfig();
    const twin = (await run(backend, { ...grids, network: { ...grids.network, neuron: 'relu' } })).saved.at(-1)!;
    const taught = { ...afterCoarse(), distillation: { ...grids.distillation, teacher: 'RUN' } };
    await expect(run(backend, taught, { teacher: twin })).rejects.toThrow(/RUN: .*12 features .*field.kind=bricks.* 27 .*field.kind=vm/);
  });

  it.each(['dense', 'bricks'] as const)('are what %s of an ANN begin with, point by point', async (kind) => {
    const factors = afterCoarse();
    const ann = { ...factors, network: { ...factors.network, neuron: 'relu' }, field: { ...factors.field, features: 12 } };
    const teacher = (await run(backend, ann)).saved.at(-1)!;
    const distillation = { ...ann.distillation, teacher: 'RUN', colour: 0 };
    const { loss } = tinyConfig().fine;
    const config: Config = {
      ...ann,
      field: { ...tinyConfig().field, kind, share: 1, features: 12 },
      fine: { ...ann.fine, loss },
      distillation,
    };
    const { saved, events } = await run(backend, config, { teacher });
    expect(events.flatMap((event) => (event.type === 'stage' ? [event.stage] : []))).toEqual(['fine']);
    const [begin, end] = [saved[0], saved.at(-1)!];
    expect(begin.spec.representation.kind).toBe(kind);
    expect(begin.spec.grid).toEqual(teacher.spec.grid);
    for (const name of ['w1', 'w2', 'w3'] as const) expect(begin.tensors.get(name), name).toEqual(teacher.tensors.get(name));
    const picture = async (checkpoint: Frozen): Promise<Float32Array> => {
      const engine = await openField(backend, checkpoint);
      const { rgb } = await renderImage(engine, tinyCamera(0.3, 0.4, 24), { background: [1, 1, 1] });
      await engine.dispose();
      return rgb;
    };
    const [before, after] = [await picture(teacher), await picture(begin)];
    // Products of planes and lines are linear along each axis: grids hold them exactly.
    expect(Math.sqrt(meanSquaredError(before, after))).toBeLessThan(1e-5);
    expect(meanSquaredError(before, new Float32Array(before.length).fill(1))).toBeGreaterThan(1e-3);
    expect(end.tensors.get('features')).not.toEqual(begin.tensors.get('features'));
    const coarser = { ...config, fine: { ...config.fine, voxels: 12 ** 3 } };
    const resampled = (await run(backend, coarser, { teacher })).saved[0];
    expect(resampled.spec.grid.size[0]).toBeLessThan(begin.spec.grid.size[0]);
    const difference = meanSquaredError(before, await picture(resampled));
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(0.2 * meanSquaredError(before, new Float32Array(before.length).fill(1)));
    const first = await run(backend, config, { teacher }, 9);
    expectSameBits((await run(backend, config, { teacher, start: first.saved.at(-1)! })).saved.at(-1)!, end);
  });

  it('do not begin as grids, of which they hold the density alone', async () => {
    const grids = tinyConfig();
    const field = { ...grids.field, features: 27 };
    const teacher = (await run(backend, { ...grids, field, network: { ...grids.network, neuron: 'relu' } })).saved.at(-1)!;
    const taught = { ...afterCoarse(), distillation: { ...grids.distillation, teacher: 'RUN' } };
    await expect(run(backend, taught, { teacher })).rejects.toThrow(/the teacher's field is {"kind":"bricks".*cannot begin with it/);
  });

  it('begin in a box of the settings, which is shrunk to what is occupied while the learning rates begin anew', async () => {
    const config = fromBox();
    const { outcome, events, saved } = await run(backend, config);
    const stages = events.flatMap((event) => (event.type === 'stage' ? [event] : []));
    expect(stages.map(({ stage }) => stage)).not.toContain('coarse');
    expect(stages[0].min).toEqual([-1.5, -1.5, -1.5]);
    const { grid } = outcome.spec;
    for (let axis = 0; axis < 3; axis++) expect(grid.max[axis] - grid.min[axis], `axis ${axis}`).toBeLessThan(2);
    expect(voxelCount(grid)).toBeLessThanOrEqual(18 ** 3);
    expect(outcome.spec.occupancyAlpha).toBe(0.1);
    expect(outcome.spec.interval / outcome.spec.stepLength).toBeCloseTo(25, 9);
    const half = await run(backend, config, {}, 45);
    const rest = await run(backend, config, { start: half.saved.at(-1)! });
    expectSameBits(rest.saved.at(-1)!, saved.at(-1)!);
  });

  it('a box of another shape never needs more than the engine was made for', () => {
    const config = fromBox();
    const box = { min: [-1.5, -1.5, -1.5], max: [1.5, 1.5, 1.5] } as const;
    const spec = fineSpec(config, { space: { kind: 'bounded' }, near: 1, box }, 0);
    const [nx, ny, nz] = spec.grid.size;
    const pole = Uint8Array.from({ length: nx * ny * nz }, (_, i) => (i % nx === 5 && Math.floor(i / nx) % ny === 5 ? 1 : 0));
    const shrunk = shrunkSpec(config, spec, pole, 2);
    const whole2 = fineSpec(config, regionOf(spec), 2);
    expect(shrunk.grid.max[0]).toBeLessThan(1.5);
    expect(maxStepsPerRay(shrunk)).toBeLessThanOrEqual(maxStepsPerRay(whole2));
    expect(() => shrunkSpec(config, spec, new Uint8Array(pole.length), 2)).toThrow(/no grid point is occupied/);
  });
});

describe('settings that do not fit the kind of field', () => {
  const set = (...pairs: string[]) =>
    resolveConfig(
      'blender',
      pairs.map((pair) => ({ key: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1), source: '--set' })),
    );
  it.each([
    [['fine.shrinkAt=[100]'], /fine.shrinkAt=\[100\] has no meaning with field.kind=bricks/],
    [['fine.loss.densityL1.weight=1e-4'], /fine.loss.densityL1.weight=0.0001 has no meaning with field.kind=bricks/],
    [['fine.firstVoxels=5000000'], /fine.firstVoxels=5000000 is more than fine.voxels=4096000/],
    [['field.kind=vm', 'field.densityRanks=[16,16,6]'], /field.densityRanks=\[16,16,6\]: expected/],
    [['field.kind=vm', 'field.featureRanks=[48,48]'], /field.featureRanks=\[48,48\]: expected/],
    [
      ['field.kind=vm', 'distillation.teacher=RUN', 'distillation.freezeGrids=true'],
      /distillation.freezeGrids=true has no meaning with field.kind=vm/,
    ],
  ])('%j', (pairs, message) => {
    // Settings are taken together: those before the last may not fit alone.
    expect(() => set(...pairs)).toThrow(message);
  });

  it('a box for a scene without one, and shrinking there, are refused', async () => {
    const backend = await createWasmBackend({ threads: 1 });
    const scene = { ...tinyScene(), space: { kind: 'unbounded', centre: [0, 0, 0], radius: 3 } } as const;
    const config = { ...fromBox(), fine: { ...fromBox().fine, raysFrom: 'all' as const } };
    await expect(run(backend, config, { scene })).rejects.toThrow(/scene.box has no meaning for an unbounded scene/);
    const unboxed = { ...config, scene: { ...config.scene, box: null } };
    await expect(run(backend, unboxed, { scene })).rejects.toThrow(/fine.shrinkAt=\[40\] has no meaning for an unbounded scene/);
  });
});
