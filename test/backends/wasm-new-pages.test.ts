/** A field takes the memory that it has written, not what is reserved for it: what is zero from the beginning is left alone. */
import { expect, it } from 'vitest';
import type { HostEngine } from '../../src/backends/shared/host-grids.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { presets } from '../../src/config/presets.ts';
import { bricksSpec } from '../../src/model/representations/bricks.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { fitted } from '../../src/model/representations/index.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import { fineSpec } from '../../src/train/stage-spec.ts';

const POINTS = 160 ** 3;
/** A number of each channel, and of the density, with its moments. */
const POINT_BYTES = 13 * 3 * 4;

it.each([
  ['dense grids', denseSpec(12)],
  ['bricks', bricksSpec(12, 1)],
] as const)('%s that nothing was written to, or zeros, as a resumed run writes moments, take no memory', async (_, representation) => {
  const { blender } = presets;
  const config = { ...blender, fine: { ...blender.fine, voxels: POINTS } };
  const region = { space: BOUNDED, near: 0.1, box: { min: [-1, -1, -1], max: [1, 1, 1] } } as const;
  const spec = { ...fineSpec(config, region, config.fine.scaleAt.length), representation };
  const voxels = spec.grid.size.reduce((a, b) => a * b);
  const backend = await createWasmBackend({ threads: 1 });
  const before = process.memoryUsage.rss();
  const engine = await backend.createField(fitted(spec, new Uint8Array(voxels).fill(1)), { voxels, trainRays: 16 });
  try {
    expect(process.memoryUsage.rss() - before).toBeLessThan((voxels * POINT_BYTES) / 4);
    const zeros = await engine.read('features.m');
    const resident = process.memoryUsage.rss();
    await engine.write('features.m', zeros);
    expect(process.memoryUsage.rss() - resident).toBeLessThan(zeros.byteLength / 4);
  } finally {
    await engine.dispose();
  }
});

it('what points had that were moved in is zeroed with the grid', async () => {
  const grid = (points: number) => ({ size: [points, points, points] as const, min: [-1, -1, -1] as const, max: [1, 1, 1] as const });
  const { blender } = presets;
  const region = { space: BOUNDED, near: 0.1, box: { min: [-1, -1, -1], max: [1, 1, 1] } } as const;
  const fine = fineSpec(blender, region, 0);
  const withOccupied = (points: number, share: number) => {
    const spec = { ...fine, grid: { ...fine.grid, ...grid(points) }, representation: bricksSpec(12, 1) };
    return fitted(spec, new Uint8Array(points ** 3).fill(1, 0, Math.ceil(points ** 3 * share)));
  };
  const backend = await createWasmBackend({ threads: 1 });
  const engine = (await backend.createField(withOccupied(16, 0.1), {
    voxels: 20 ** 3,
    fieldFloats: 13 * 64 * 130,
    trainRays: 16,
  })) as HostEngine;
  try {
    await engine.respecify(withOccupied(16, 1));
    const moments = await engine.read('features.m');
    await engine.write(
      'features.m',
      moments.map(() => 1),
    );
    await engine.respecify(withOccupied(20, 1));
    expect((await engine.read('features.m')).every((value) => value === 0)).toBe(true);
  } finally {
    await engine.dispose();
  }
});
