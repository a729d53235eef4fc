/** Pixels made on the GPU against the same picture by rays and floats. */
import { expect, test } from 'vitest';
import { toDepth16, toPixels } from '../../../renderer/pixels.ts';
import { renderImage } from '../../../renderer/render-image.ts';
import { createWebgpuBackend } from '../../../src/backends/webgpu/webgpu-backend.ts';
import { voxelCount } from '../../../src/model/field-spec.ts';
import { fieldFixture } from '../../helpers/field-fixtures.ts';
import { openSoftwareDevice } from '../../helpers/software-adapter.ts';

const camera = {
  camToWorld: [0.8, 0.36, 0.48, 1.6, 0, 0.8, -0.6, -1.9, -0.6, 0.48, 0.64, 2.1, 0, 0, 0, 1],
  intrinsics: { width: 31, height: 17, fx: 24, fy: 22, cx: 14, cy: 9.5 },
};
const PIXELS = 31 * 17;
const METRES = 0.001;

const contracted = {
  space: { kind: 'unbounded', centre: [0.3, -0.2, 0.1], radius: 1.5 },
  grid: { size: [9, 8, 7], min: [-1.2, -1.2, -1.2], max: [1.2, 1.2, 1.2] },
  stepLength: 0.11,
  densityShift: -4,
} as const;

test.each([
  ['', {}, METRES],
  [' in contracted space', contracted, 0.01],
] as const)(
  'the pixels of a camera%s, all or some of them, are those of its rays',
  { timeout: 120_000 },
  async (_, spec, metresPerUnit) => {
    const owner = await openSoftwareDevice({ plain: true });
    const fixture = fieldFixture({ network: null, spec });
    const engine = await createWebgpuBackend(owner).createField(fixture.spec, { voxels: voxelCount(fixture.spec.grid), trainRays: 0 });
    for (const name of ['density', 'features'] as const) await engine.write(name, fixture.tensors[name]!);
    await engine.writeOccupancy(fixture.occupancy);
    const settings = { background: [0.2, 0.4, 0.9], noiseSeed: 3 } as const;
    const image = await renderImage(engine, camera, settings);
    const colours = toPixels(image.rgb, 31, 17).data;
    const { data: depths } = toDepth16(image.depth, metresPerUnit);
    const opaque = image.opacity.filter((opacity) => opacity > 0.5).length;
    expect(opaque).toBeGreaterThan(20);
    expect(opaque).toBeLessThan(PIXELS - 20);

    for (const [first, count] of [
      [0, PIXELS],
      [101, PIXELS - 104],
      [7, 1],
    ]) {
      const drawn = await engine.drawPixels!({ camera, first, count, metresPerUnit }, settings);
      expect([drawn.pixels.length, drawn.depth.length, drawn.counts.rays]).toEqual([count * 3, count, count]);
      for (let i = 0; i < count; i++) {
        for (let c = 0; c < 3; c++)
          expect(Math.abs(drawn.pixels[3 * i + c] - colours[3 * (first + i) + c]), `pixel ${first + i}`).toBeLessThanOrEqual(1);
        const hit = Math.abs(image.opacity[first + i] - 0.5) > 1e-4;
        if (!hit) continue;
        if (image.opacity[first + i] > 0.5) expect(Math.abs(drawn.depth[i] - depths[first + i])).toBeLessThanOrEqual(2);
        else expect(drawn.depth[i]).toBe(65535);
      }
    }
    await engine.dispose();
  },
);
