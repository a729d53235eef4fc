/** A scene exported for the web: served by a host that knows nothing, and opened as a file. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import type { OutputMode } from '../../src/frames/output-modes.ts';
import { renderImage } from '../../renderer/render-image.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { openField } from '../../src/eval/open-field.ts';
import { meanSquaredError, psnrOf } from '../../src/math/image-metrics.ts';
import { succeed } from '../e2e/cli.ts';
import { openCheckpoint } from '../e2e/run-files.ts';
import { tinyRun, tinyScene, workFolder } from '../e2e/tiny.ts';
import { shownColours } from '../helpers/shown-colours.ts';
import { openPage, pixelsOf, settled } from './browser.ts';

const folder = workFolder();
const run = join(folder, 'run');
const site = join(folder, 'site');
const page = join(folder, 'scene.html');
let host: Server;
let url: string;

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

beforeAll(async () => {
  await tinyRun(await tinyScene(join(folder, 'scene'), 8, 48), run);
  await succeed(['export', run, '--format', 'web', '--out', site, '--quiet']);
  await succeed(['export', run, '--format', 'html', '--out', page, '--quiet']);
  // No headers but the type, as the simplest hosts.
  host = createServer(({ url: path }, response) => {
    const file = join(site, new URL(path!, 'http://host').pathname);
    const found = statSync(file, { throwIfNoEntry: false })?.isFile() ? file : join(site, 'index.html');
    response.setHeader('content-type', TYPES[extname(found)] ?? 'application/octet-stream').end(readFileSync(found));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => host.once('listening', resolve));
  url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/`;
});
afterAll(() => host.close());

/** What the wasm backend draws of the whole field in the page's view. */
async function expected(shown: Page, modes: readonly OutputMode[]): Promise<Map<OutputMode, Float32Array>> {
  const search = new URL(shown.url()).searchParams;
  const camToWorld = [...search.get('camera')!.split(',').map(Number), 0, 0, 0, 1];
  const { width, height } = await pixelsOf(shown);
  const focal = height / 2 / Math.tan((Number(search.get('fov') ?? 50) * Math.PI) / 360);
  const camera: Camera = { camToWorld, intrinsics: { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2 } };
  const checkpoint = await openCheckpoint(run);
  const engine = await openField(await createWasmBackend(), checkpoint);
  const image = await renderImage(engine, camera, { background: [1, 1, 1], noiseSeed: checkpoint.config.seed });
  await engine.dispose();
  return new Map(modes.map((mode) => [mode, shownColours(mode, image, camera, checkpoint.spec)]));
}

async function compareModes(shown: Page, modes: readonly OutputMode[]): Promise<void> {
  await settled(shown);
  const wanted = await expected(shown, modes);
  for (const mode of modes) {
    await shown.click(`[data-mode=${mode}]`);
    await settled(shown);
    const { rgb } = await pixelsOf(shown);
    expect(new Set(rgb).size, `${mode} is a picture`).toBeGreaterThan(3);
    expect(psnrOf(meanSquaredError(rgb, wanted.get(mode)!)), mode).toBeGreaterThan(35);
  }
}

test('a static host: the page draws by itself, what the wasm backend draws', async () => {
  const shown = await openPage(`${url}?draw=worker`);
  await compareModes(shown, ['colour', 'depth', 'opacity', 'firing', 'samples']);
  expect(await shown.textContent('#drawn')).toContain('drawn by this page');
  expect(await shown.evaluate(() => crossOriginIsolated)).toBe(false);
  expect(await shown.isVisible('#training')).toBe(false);
  expect(await shown.isVisible('#photo')).toBe(false);
  await shown.locator('#stage').press('c');
  await shown.waitForSelector('#ray-figure svg');
  expect(await shown.textContent('#ray-figure')).toMatch(/[1-9]\d* time steps?/);
});

test('orbit, thumbnails and the address work without a server', async () => {
  const shown = await openPage(`${url}?draw=worker`);
  await settled(shown);
  const before = (await pixelsOf(shown)).rgb;
  await shown.locator('#stage').press('ArrowLeft');
  await shown.waitForFunction(() => location.search.includes('camera='));
  await settled(shown);
  const turned = (await pixelsOf(shown)).rgb;
  expect(turned).not.toEqual(before);
  const thumbnails = shown.locator('#thumbnails img');
  expect(await thumbnails.count()).toBe(8);
  await thumbnails.first().scrollIntoViewIfNeeded();
  await shown.waitForFunction(() => document.querySelector<HTMLImageElement>('#thumbnails img')!.naturalWidth > 0);
  await shown.click('#thumbnails button:nth-child(3)');
  await settled(shown);
  expect((await pixelsOf(shown)).rgb).not.toEqual(turned);
  const again = await openPage(shown.url());
  await settled(again);
  // The address holds the camera rounded.
  expect(psnrOf(meanSquaredError((await pixelsOf(again)).rgb, (await pixelsOf(shown)).rgb))).toBeGreaterThan(40);
});

test('the iframe that the page offers draws in a page of a stranger, which way is up included', async () => {
  const shown = await openPage(`${url}?draw=worker&output=depth`);
  await settled(shown);
  await shown.selectOption('#up', '1,0,0');
  await shown.waitForFunction(() => location.search.includes('up=1%2C0%2C0'));
  expect(await shown.isVisible('#up-save')).toBe(false);
  await shown.click('summary:text-is("Embed")');
  await shown.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('#embed-frame')!.value !== '');
  const frame = await shown.inputValue('#embed-frame');
  expect(frame).toMatch(/^<iframe src="http:\S+" title="[^"]*run" /);
  expect(await shown.inputValue('#embed-three')).toContain("from 'spikeray/three'");
  await shown.click('#embed-frame-copy');
  await shown.waitForSelector('#embed-status:not(:empty)');

  const stranger = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end(`<!doctype html><p>A page</p>${frame}`),
  );
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const { port } = stranger.address() as AddressInfo;
  try {
    const around = await openPage(`http://127.0.0.1:${port}/`, {
      hosts: [new URL(url).host],
      viewport: { width: 820, height: 520 },
      allowed: /404/,
    });
    const inside = around.frameLocator('iframe');
    await inside.locator('#stage[data-state=full]').waitFor({ timeout: 120_000 });
    for (const hidden of ['#panel', '#toggle', '#statistics']) expect(await inside.locator(hidden).isVisible(), hidden).toBe(false);
    const colours = await sharp(await inside.locator('.stage-canvas').screenshot()).stats();
    expect(Math.max(...colours.channels.map(({ stdev }) => stdev)), 'a picture').toBeGreaterThan(5);
    const whole = async (): Promise<URLSearchParams> =>
      new URL((await inside.locator('#embed-open').getAttribute('href'))!, url).searchParams;
    const before = await whole();
    expect([before.get('embed'), before.get('output'), before.get('up')]).toEqual([null, 'depth', '1,0,0']);
    // As it is copied from the link's menu, without a click: of the view as it is now.
    await inside.locator('#stage').press('ArrowLeft');
    await expect.poll(async () => (await whole()).get('camera'), { timeout: 60_000 }).not.toBe(before.get('camera'));
  } finally {
    stranger.close();
  }
});

test('one page, opened as a file', async () => {
  const shown = await openPage(`${pathToFileURL(page)}?draw=worker`);
  await settled(shown);
  expect(await shown.title()).toContain('run');
  const { rgb } = await pixelsOf(shown);
  const served = await openPage(`${url}?draw=worker`);
  await settled(served);
  expect(rgb).toEqual((await pixelsOf(served)).rgb);
});

/** Opens the page on a scene that cannot be shown, and gives what it says. */
async function problemOf(change: (scene: string) => void): Promise<string> {
  const scene = join(site, 'scene.spikeray');
  const whole = readFileSync(scene);
  try {
    change(scene);
    const shown = await openPage(url);
    await shown.waitForSelector('#status.problem');
    return (await shown.textContent('#status'))!;
  } finally {
    writeFileSync(scene, whole);
  }
}

test('a truncated, an altered and a foreign scene are said, not shown', async () => {
  expect(await problemOf((scene) => truncateSync(scene, statSync(scene).size - 1000))).toMatch(/scene\.spikeray: damaged: .*truncated/);
  const altered = await problemOf((scene) => {
    const bytes = readFileSync(scene);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(scene, bytes);
  });
  expect(altered).toMatch(/scene\.spikeray: damaged/);
  expect(await problemOf((scene) => writeFileSync(scene, '<!doctype html>'))).toContain('expected a baked scene');
});

/** Pixels of a page in a square about its middle, and in a corner of it. */
async function middleAndCorner(shown: Page): Promise<{ middle: Set<string>; corner: Set<string> }> {
  const { data, info } = await sharp(await shown.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const coloursAt = (x: number, y: number): Set<string> => {
    const found = new Set<string>();
    for (let row = y; row < y + 60; row++)
      for (let column = x; column < x + 60; column++) found.add([0, 1, 2].map((c) => data[(row * info.width + column) * 3 + c]).join());
    return found;
  };
  return { middle: coloursAt(info.width / 2 - 30, info.height / 2 - 30), corner: coloursAt(0, 0) };
}

test.each([
  ['on the GPU', 'draw=gpu'],
  ['by a worker, in a scene on WebGL 2', 'draw=worker&webgl'],
])('a field is one object of a scene of three.js: its example page, drawn %s', async (_, how) => {
  cpSync(new URL('../../dist/web-viewer/assets', import.meta.url), join(site, 'assets'), { recursive: true });
  cpSync(new URL('../../dist/web-viewer/examples', import.meta.url), join(site, 'examples'), { recursive: true });
  const shown = await openPage(`${url}examples/three.html?scene=../scene.spikeray&${how}`, { viewport: { width: 300, height: 220 } });
  await shown.waitForSelector('body[data-field=full]', { timeout: 120_000 });
  await shown.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  const { middle, corner } = await middleAndCorner(shown);
  expect([...corner], "the scene's own background where there is no field").toEqual(['157,180,200']);
  // A field that trained for a second is fog.
  expect(middle.size, 'colours of the field').toBeGreaterThan(3);
  expect(middle, 'the field is before the background').not.toContain('157,180,200');
});

test('the example page is 25 lines of a scene, and the field one of its objects', () => {
  const lines = readFileSync(new URL('../../web-viewer/examples/three.ts', import.meta.url), 'utf8').split('\n');
  expect(lines.filter((line) => line.trim() !== '' && !line.startsWith('/**')).length).toBeLessThanOrEqual(25);
});
