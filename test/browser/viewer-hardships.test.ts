/** The viewer where something is lost, missing or small: its server, its graphics, its run, the screen, the network in between. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { meanSquaredError, psnrOf } from '../../src/math/image-metrics.ts';
import type { RunSummary } from '../../src/server/find-runs.ts';
import { startServing, type RunningServer } from '../e2e/server.ts';
import { tinyRuns, workFolder } from '../e2e/tiny.ts';
import { openPage, pixelsOf, settled } from './browser.ts';

const folder = workFolder();
const DIST = new URL('../../dist/web-viewer/assets/', import.meta.url);
let server: RunningServer;
let ids: Record<string, string>;

beforeAll(async () => {
  server = await startServing('serve', await tinyRuns(join(folder, 'runs')), '--port', '0');
  const { runs } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: RunSummary[] };
  ids = Object.fromEntries(runs.map(({ id, name }) => [name, id]));
});
afterAll(() => server?.stop());

const viewer = (): string => `${server.url}viewer.html?run=${ids.spiking}`;

test('a server that is killed and started again is found by itself', async () => {
  const args = ['serve', join(folder, 'runs'), '--port'];
  const first = await startServing(...args, '0');
  const page = await openPage(`${first.url}viewer.html?run=${ids.spiking}`, { allowed: /ERR_(CONNECTION|EMPTY|INCOMPLETE)|net::/ });
  const gallery = await openPage(first.url, { allowed: /ERR_(CONNECTION|EMPTY)|net::/ });
  await settled(page);
  await gallery.waitForSelector('.card');
  await first.stop('SIGKILL');
  await page.locator('#stage').press('ArrowRight');
  await page.waitForSelector('#status.problem:has-text("does not answer")');
  await gallery.waitForSelector('#status:has-text("does not answer")', { timeout: 30_000 });
  const second = await startServing(...args, String(first.port));
  await settled(page);
  await page.waitForFunction(() => document.getElementById('status')!.textContent === '');
  await gallery.waitForSelector('#status:has-text("2 runs")', { timeout: 30_000 });
  await second.stop();
});

test('on a screen of 390 pixels everything is in reach, by touch and by keyboard', async () => {
  const page = await openPage(viewer(), { viewport: { width: 390, height: 760 }, hasTouch: true, isMobile: true });
  await settled(page);
  const overflow = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  const { width } = await pixelsOf(page);
  expect(width).toBe(390);
  await page.tap('#toggle');
  await settled(page);
  expect((await page.locator('#stage').boundingBox())!.height).toBe(760);
  await page.tap('#toggle');
  await page.tap('[data-mode=depth]');
  await settled(page);
  expect(await page.getAttribute('[data-mode=depth]', 'aria-pressed')).toBe('true');
  const reached = await page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>('#panel button, #panel select, #panel input, #panel summary, #panel a')];
    const single = all.filter((one) => one.closest('#thumbnails') === null);
    return single.filter((one) => one.tabIndex < 0 && !(one as HTMLButtonElement).disabled).length;
  });
  expect(reached, 'controls that Tab does not reach').toBe(0);
  await page.goto(server.url);
  await page.waitForSelector('.card');
  expect(await overflow()).toBeLessThanOrEqual(0);
});

test('a WebGL context that is lost is replaced', async () => {
  const page = await openPage(viewer());
  await settled(page);
  const { rgb } = await pixelsOf(page);
  const lost = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.stage-canvas')!;
    canvas.getContext('webgl2')!.getExtension('WEBGL_lose_context')!.loseContext();
    return canvas.isConnected;
  });
  expect(lost).toBe(true);
  await page.waitForFunction(() => !document.querySelector<HTMLCanvasElement>('.stage-canvas')!.getContext('webgl2')!.isContextLost());
  expect(psnrOf(meanSquaredError((await pixelsOf(page)).rgb, rgb))).toBeGreaterThan(45);
});

test('without WebGL nothing is shown, and the page says why', async () => {
  const page = await openPage(viewer(), { flags: ['--disable-3d-apis'], allowed: /WebGL/ });
  await page.waitForSelector('#lacking:has-text("no WebGL 2")');
});

test('a run that is not there is said, not shown blank', async () => {
  const page = await openPage(`${server.url}viewer.html?run=none`, { allowed: /404/ });
  await page.waitForSelector('#status.problem');
  expect(await page.textContent('#status')).toContain('no run none');
});

test('help opens and closes by keyboard', async () => {
  const page = await openPage(viewer());
  await settled(page);
  await page.locator('#stage').press('?');
  expect(await page.isVisible('#help')).toBe(true);
  await page.keyboard.press('Escape');
  expect(await page.isVisible('#help')).toBe(false);
});

test("the pages' scripts are at most 1.2 MB, compressed, studio and all", () => {
  const sizes = readdirSync(DIST)
    .filter((name) => name.endsWith('.js'))
    .map((name) => gzipSync(readFileSync(new URL(name, DIST))).length);
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_200_000);
});
