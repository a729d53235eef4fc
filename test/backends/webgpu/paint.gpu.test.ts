/** Pictures painted on the GPU against the same picture by rays and floats. */
import { voxelCount } from '../../../src/geometry/grid.ts';
import { expect, test } from 'vitest';
import { toPixels } from '../../../renderer/pixels.ts';
import { renderImage } from '../../../renderer/render-image.ts';
import { createWebgpuBackend } from '../../../src/backends/webgpu/webgpu-backend.ts';
import { fieldFixture } from '../../helpers/field-fixtures.ts';
import { openTestDevice } from '../../helpers/test-adapter.ts';

const WIDTH = 31;
const HEIGHT = 17;
const PIXELS = WIDTH * HEIGHT;
const camera = {
  camToWorld: [0.8, 0.36, 0.48, 1.6, 0, 0.8, -0.6, -1.9, -0.6, 0.48, 0.64, 2.1, 0, 0, 0, 1],
  intrinsics: { width: WIDTH, height: HEIGHT, fx: 24, fy: 22, cx: 14, cy: 9.5 },
};
/** Bytes of a texture's row in a buffer. */
const ROW = 256;

function createTexture(device: GPUDevice, format: GPUTextureFormat): GPUTexture {
  return device.createTexture({ size: [WIDTH, HEIGHT], format, usage: 1 /* COPY_SRC */ | 8 /* STORAGE_BINDING */ });
}

/** [HEIGHT,WIDTH] texels of four bytes. */
async function readTexture(device: GPUDevice, texture: GPUTexture): Promise<ArrayBuffer> {
  const buffer = device.createBuffer({ size: ROW * HEIGHT, usage: 1 /* MAP_READ */ | 8 /* COPY_DST */ });
  const encoder = device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow: ROW }, [WIDTH, HEIGHT]);
  device.queue.submit([encoder.finish()]);
  await buffer.mapAsync(1);
  const rows = new Uint8Array(buffer.getMappedRange());
  const texels = new Uint8Array(PIXELS * 4);
  for (let y = 0; y < HEIGHT; y++) texels.set(rows.subarray(y * ROW, y * ROW + WIDTH * 4), y * WIDTH * 4);
  buffer.destroy();
  return texels.buffer;
}

const contracted = {
  space: { kind: 'unbounded', centre: [0.3, -0.2, 0.1], radius: 1.5 },
  grid: { size: [9, 8, 7], min: [-1.2, -1.2, -1.2], max: [1.2, 1.2, 1.2] },
  stepLength: 0.11,
  densityShift: -4,
} as const;

test.each([
  ['', {}, 0.0005],
  [' in contracted space', contracted, 0.02],
] as const)('the pixels of a camera%s, all or some of them, are those of its rays', async (_, spec, tolerance) => {
  const owner = await openTestDevice({ plain: true });
  const { device } = owner;
  const fixture = fieldFixture({ network: null, spec });
  const engine = await createWebgpuBackend(owner).createField(fixture.spec, { voxels: voxelCount(fixture.spec.grid), trainRays: 0 });
  for (const name of ['density', 'features'] as const) await engine.write(name, fixture.tensors[name]!);
  await engine.writeOccupancy(fixture.occupancy);
  const settings = { background: [0.2, 0.4, 0.9], noiseSeed: 3 } as const;
  const image = await renderImage(engine, camera, settings);
  const colours = toPixels(image.rgb, WIDTH, HEIGHT).data;
  const opaque = image.opacity.filter((opacity) => opacity > 0.5).length;
  expect(opaque).toBeGreaterThan(20);
  expect(opaque).toBeLessThan(PIXELS - 20);

  for (const [first, count] of [
    [0, PIXELS],
    [101, PIXELS - 104],
    [7, 1],
  ]) {
    const textures = { colours: createTexture(device, 'rgba8unorm'), depths: createTexture(device, 'r32float') };
    const counts = await engine.paint!({ camera, first, count, textures }, settings);
    expect(counts.rays).toBe(count);
    const painted = new Uint8Array(await readTexture(device, textures.colours));
    const depths = new Float32Array(await readTexture(device, textures.depths));
    for (let i = 0; i < PIXELS; i++) {
      const wanted = i >= first && i < first + count;
      expect(painted[4 * i + 3], `pixel ${i}`).toBe(wanted ? 255 : 0);
      if (!wanted) continue;
      for (let c = 0; c < 3; c++) expect(Math.abs(painted[4 * i + c] - colours[3 * i + c]), `pixel ${i}`).toBeLessThanOrEqual(1);
      if (Math.abs(image.opacity[i] - 0.5) <= 1e-4) continue;
      if (image.opacity[i] > 0.5) expect(Math.abs(depths[i] - image.depth[i])).toBeLessThan(tolerance);
      else expect(depths[i]).toBe(0);
    }
  }
  owner.check();
  await engine.dispose();
});
