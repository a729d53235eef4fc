/** Pictures drawn on the page's GPU by the WGSL kernels: here SwiftShader's, a software adapter, which the page takes only if it is told to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page, Route } from 'playwright-core';
import type { CropBox } from '../../src/frames/crop-occupancy.ts';
import { OUTPUT_MODES, type OutputMode } from '../../src/frames/output-modes.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import { renderImage } from '../../renderer/render-image.ts';
import { probeRay, type RayProbe } from '../../src/frames/ray-probe.ts';
import { ShownField } from '../../src/frames/shown-field.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { decodeScene } from '../../src/baked/decode-scene.ts';
import { openField } from '../../src/eval/open-field.ts';
import { meanSquaredError, psnrOf } from '../../src/math/image-metrics.ts';
import type { RunSummary } from '../../src/server/find-runs.ts';
import type { RunDetails } from '../../src/server/run-routes.ts';
import { startServing, type RunningServer } from '../e2e/server.ts';
import { workFolder } from '../e2e/tiny.ts';
import { openPage, pixelsOf, screenOf, settled, type PageOptions, type Shown } from './browser.ts';
import { smallRuns } from './small-run.ts';
import { shownColours } from '../helpers/shown-colours.ts';

const folder = workFolder();
let server: RunningServer;
let ids: Record<string, string>;
/** The baked scenes as the wasm backend draws them. */
const fields = new Map<string, ShownField>();

beforeAll(async () => {
  server = await startServing('serve', await smallRuns(join(folder, 'runs')), '--port', '0');
  const { runs } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: RunSummary[] };
  ids = Object.fromEntries(runs.map(({ id, name }) => [name, id]));
  const wasm = await createWasmBackend();
  for (const [name, id] of Object.entries(ids)) {
    const response = await fetch(`${server.url}api/runs/${id}/scene`);
    const baked = await decodeScene(new Uint8Array(await response.arrayBuffer()), name);
    fields.set(name, new ShownField(await openField(wasm, baked), 0, baked.seed));
  }
});
afterAll(async () => {
  for (const field of fields.values()) await field.engine.dispose();
  await server.stop();
});

/** A quarter of the usual pixels each way, of the pictures and of the page: SwiftShader is slow. */
const open = (more: string, options: PageOptions): Promise<Page> =>
  openPage(`${server.url}viewer.html?run=${ids.spiking}&resolution=0.25${more}`, { deviceScaleFactor: 0.25, ...options });

/** Keeps the page's devices at hand, with what they report, and the bytes of the largest reading. */
const WATCH_DEVICES = `
  window.devices = [];
  window.gpuErrors = [];
  window.mostRead = 0;
  const map = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = function (mode, offset, size) {
    if (mode === GPUMapMode.READ) window.mostRead = Math.max(window.mostRead, size);
    return map.call(this, mode, offset, size);
  };
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await request.call(this, descriptor);
    device.addEventListener('uncapturederror', ({ error }) => window.gpuErrors.push(error.message));
    window.devices.push(device);
    return device;
  };`;

const openOnGpu = (more = ''): Promise<Page> => open(`&draw=gpu${more}`, { prepare: (page) => page.addInitScript(WATCH_DEVICES) });
const drawnBy = (page: Page): Promise<string | null> => page.textContent('#drawn');
const gpuErrors = (page: Page): Promise<string[]> => page.evaluate('window.gpuErrors');

/** The camera of the whole stage. */
async function cameraOf(page: Page, width: number, height: number): Promise<Camera> {
  const { searchParams } = new URL(page.url());
  const camToWorld = [...searchParams.get('camera')!.split(',').map(Number), 0, 0, 0, 1];
  const focal = height / 2 / Math.tan((Number(searchParams.get('fov') ?? 50) * Math.PI) / 360);
  return { camToWorld, intrinsics: { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2 } };
}

/** PSNR of the shown picture against the wasm backend's of the same view. */
async function psnrAgainstWasm(shown: Shown, name: string, camera: Camera, mode: OutputMode, crop: CropBox | null = null): Promise<number> {
  const field = fields.get(name)!;
  await field.show(crop);
  const image = await renderImage(field.engine, camera, { background: [1, 1, 1], noiseSeed: field.seed });
  expect([shown.width, shown.height]).toEqual([image.width, image.height]);
  return psnrOf(meanSquaredError(shown.rgb, shownColours(mode, image, camera, field.spec)));
}

test("every mode's pixels are those of the wasm backend, also after dragging, cropped, and beside the twin", async () => {
  const page = await openOnGpu();
  await settled(page);
  expect(await drawnBy(page)).toBe('Pictures are drawn by this page, on the GPU google swiftshader, a software adapter.');
  expect(await page.evaluate('window.mostRead'), 'bytes that come back of a frame of colours, in a part').toBeLessThan(1000);
  for (const mode of OUTPUT_MODES) {
    await page.click(`[data-mode=${mode}]`);
    await settled(page);
    const shown = await pixelsOf(page);
    expect(new Set(shown.rgb).size, `${mode} is a picture`).toBeGreaterThan(3);
    const camera = await cameraOf(page, shown.width, shown.height);
    expect(await psnrAgainstWasm(shown, 'spiking', camera, mode), mode).toBeGreaterThan(35);
  }
  await page.click('[data-mode=colour]');
  await settled(page);
  const before = await pixelsOf(page);
  const view = page.url();
  await page.mouse.move(100, 140);
  await page.mouse.down();
  await page.mouse.move(200, 180, { steps: 6 });
  await page.mouse.up();
  await page.waitForFunction((url) => location.href !== url, view);
  await settled(page);
  const after = await pixelsOf(page);
  const { width, height } = after;
  const camera = await cameraOf(page, width, height);
  expect(psnrOf(meanSquaredError(before.rgb, after.rgb)), 'the view has changed').toBeLessThan(30);
  expect(await psnrAgainstWasm(after, 'spiking', camera, 'colour')).toBeGreaterThan(35);

  await page.selectOption('#beside', ids.twin);
  await settled(page);
  for (const part of [0, 1]) {
    const shown = await pixelsOf(page, part);
    expect(shown.width, 'whole pictures of the view, side by side').toBeLessThan(width / 2 + 1);
    expect(new Set(shown.rgb).size, 'painted on the GPU').toBeGreaterThan(20);
  }
  await page.selectOption('#layout', 'wipe');
  await settled(page);
  const half = Math.round(width / 2);
  for (const [part, name] of ['spiking', 'twin'].entries()) {
    const from = part * half;
    const intrinsics = { ...camera.intrinsics, width: part === 0 ? half : width - half, cx: camera.intrinsics.cx - from };
    const shown = await pixelsOf(page, part);
    expect(await psnrAgainstWasm(shown, name, { ...camera, intrinsics }, 'colour'), `${name}, wiped`).toBeGreaterThan(35);
  }
  expect(await drawnBy(page)).toContain('by this page');
  expect(await gpuErrors(page)).toEqual([]);
});

test("the ray of a pixel, followed on the page's GPU, is that of the wasm backend", async () => {
  const page = await openOnGpu();
  await settled(page);
  const { width, height } = await pixelsOf(page);
  await page.locator('#stage').press('c');
  await page.waitForSelector('#ray-figure svg');
  const [saved] = await Promise.all([page.waitForEvent('download'), page.locator('#ray-json').dispatchEvent('click')]);
  const found = JSON.parse(readFileSync(await saved.path(), 'utf8')) as RayProbe;
  const camera = await cameraOf(page, width, height);
  const wanted = await probeRay(fields.get('spiking')!, { camera, pixel: found.pixel, background: [1, 1, 1], crop: null });
  expect(found.samples.length).toBeGreaterThan(1);
  expect(found.samples.length).toBe(wanted.samples.length);
  found.samples.forEach(({ weight, distance }, i) => {
    expect(weight).toBeCloseTo(wanted.samples[i].weight, 2);
    expect(distance).toBeCloseTo(wanted.samples[i].distance, 3);
  });
  const first = ({ steps }: RayProbe): Float32Array => Float32Array.from(steps[0].layers[0].potentials);
  expect(meanSquaredError(first(found), first(wanted))).toBeLessThan(1e-4);
  expect(found.thresholds).toEqual(wanted.thresholds);
  expect(await gpuErrors(page)).toEqual([]);
});

test('a crop box holds on the GPU', async () => {
  // Its far edges are out of sight.
  const crop: CropBox = { min: [-900, -900, -900], max: [0.1, 900, 900] };
  const page = await openOnGpu(`&crop=${[...crop.min, ...crop.max].join(',')}`);
  await settled(page);
  const shown = await pixelsOf(page);
  const camera = await cameraOf(page, shown.width, shown.height);
  expect(await psnrAgainstWasm(shown, 'spiking', camera, 'colour', crop)).toBeGreaterThan(35);
  expect(await psnrAgainstWasm(shown, 'spiking', camera, 'colour')).toBeLessThan(35);
  expect(await gpuErrors(page)).toEqual([]);
});

/** Pixels of a square in the middle of the stage that change when frustums are shown. */
async function frustumInTheMiddle(page: Page): Promise<number> {
  await settled(page);
  const [without, all] = [await pixelsOf(page), await screenOf(page)];
  const { width, height } = without;
  let changed = 0;
  for (let y = height / 2 - 3; y < height / 2 + 3; y++)
    for (let x = width / 2 - 3; x < width / 2 + 3; x++) {
      const at = 3 * (y * width + x);
      if ([0, 1, 2].some((c) => Math.abs(all.rgb[at + c] - without.rgb[at + c]) > 0.1)) changed++;
    }
  return changed;
}

const cross = ([a, b, c]: readonly number[], [x, y, z]: readonly number[]): number[] => [b * z - c * y, c * x - a * z, a * y - b * x];
const unit = (vector: readonly number[]): number[] => vector.map((value) => value / Math.hypot(...vector));

test('the field hides the frustum of a camera behind it and not that of one before it, on the GPU and from the server', async () => {
  const details = (await (await fetch(`${server.url}api/runs/${ids.spiking}`)).json()) as RunDetails;
  const { centre, up, views } = details.cameras;
  const [, , , x, , , , y, , , , z] = views[0].camToWorld;
  const outwards = [x, y, z].map((value, axis) => value - centre![axis]);
  /** In the line of that camera and the middle of the scene, which it looks at. */
  const lookFrom = (distances: number): string => {
    const back = unit(outwards.map((value) => value * distances));
    const right = unit(cross(up, back));
    const upwards = cross(back, right);
    const rows = [0, 1, 2].map((axis) => [right[axis], upwards[axis], back[axis], centre![axis] + distances * outwards[axis]]);
    return `&camera=${rows.flat().join(',')}`;
  };
  const nothing = '&crop=900,900,900,901,901,901';
  for (const draw of ['gpu', 'server']) {
    const at = (distances: number, more = ''): Promise<Page> =>
      openPage(`${server.url}viewer.html?run=${ids.spiking}&resolution=0.25&draw=${draw}${lookFrom(distances)}${more}`);
    expect(await frustumInTheMiddle(await at(1.4)), `${draw}, before it`).toBeGreaterThan(3);
    expect(await frustumInTheMiddle(await at(-1)), `${draw}, behind it`).toBe(0);
    expect(await frustumInTheMiddle(await at(-1, nothing)), `${draw}, behind nothing`).toBeGreaterThan(3);
  }
});

test('where the GPU is lost or reports an error, the page says so and the server goes on', async () => {
  const harm = {
    lost: 'window.devices[0].destroy()',
    'reported an error': 'window.devices[0].createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE })',
  };
  for (const [what, script] of Object.entries(harm)) {
    const page = await openOnGpu();
    await settled(page);
    const before = await pixelsOf(page);
    await page.evaluate(`void ${script}`);
    // What was painted on a lost GPU is gone: the page asks for it by itself.
    if (what !== 'lost') await page.click('[data-mode=depth]');
    await page.waitForSelector('#drawn:has-text("by the server")');
    await settled(page);
    expect(await drawnBy(page)).toMatch(new RegExp(`^Pictures are drawn by the server, on its wasm backend: The GPU .* ${what}`));
    await page.click('[data-mode=colour]');
    await settled(page);
    const after = await pixelsOf(page);
    expect(psnrOf(meanSquaredError(before.rgb, after.rgb)), 'the server draws the same').toBeGreaterThan(30);
    await page.close();
  }
});

test('a scene that arrives damaged is said, and the server draws', async () => {
  const damage = async (route: Route): Promise<void> => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.body()).subarray(0, 2000) });
  };
  const page = await open('&draw=gpu', { prepare: (opened) => opened.route('**/scene', damage) });
  await settled(page);
  expect(await drawnBy(page)).toContain('by the server, on its wasm backend: spiking');
  expect(new Set((await pixelsOf(page)).rgb).size).toBeGreaterThan(20);
});

test('the server draws where there is no GPU, and the page says why', async () => {
  const reasons: [more: string, script: string, expected: string][] = [
    ['', '', 'this browser has no GPU to compute on, only a software adapter (google swiftshader).'],
    ['', "Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined })", 'this browser has no WebGPU.'],
    ['&draw=gpu', 'GPU.prototype.requestAdapter = async () => null', 'this browser offers no GPU.'],
    ['&draw=server', '', 'as the address of this page asks.'],
  ];
  for (const [more, script, expected] of reasons) {
    const page = await open(more, { prepare: (opened) => opened.addInitScript(script) });
    await settled(page);
    expect(await drawnBy(page)).toBe(`Pictures are drawn by the server, on its wasm backend: ${expected}`);
    expect(page.url()).toContain(`resolution=0.25${more}`);
    await page.close();
  }
});
