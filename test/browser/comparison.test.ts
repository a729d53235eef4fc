/** What a viewer's page does for those who compare, and for those who have no mouse. */
import { join } from 'node:path';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { readFileSync, rmSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import type { RunSummary } from '../../src/server/find-runs.ts';
import type { RunDetails } from '../../src/server/run-routes.ts';
import { decodeScene } from '../../src/baked/decode-scene.ts';
import { written } from '../../src/frames/quantities.ts';
import { succeed } from '../e2e/cli.ts';
import { startServing, type RunningServer } from '../e2e/server.ts';
import { tinyRuns, workFolder } from '../e2e/tiny.ts';
import { openPage, openPanel, settled, type PageOptions } from './browser.ts';

const folder = workFolder();
let server: RunningServer;
let ids: Record<string, string>;

beforeAll(async () => {
  server = await startServing('serve', await tinyRuns(join(folder, 'runs')), '--port', '0');
  const { runs } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: RunSummary[] };
  ids = Object.fromEntries(runs.map(({ id, name }) => [name, id]));
});
afterAll(() => server?.stop());

/** Few pixels: the machine may be slow. */
async function open(more = '', run = 'spiking', options: PageOptions = {}): Promise<Page> {
  const page = await openPage(`${server.url}viewer.html?run=${ids[run]}&resolution=0.25${more}`, options);
  await settled(page);
  return page;
}

const poseOf = (page: Page): number[] => new URL(page.url()).searchParams.get('camera')!.split(',').map(Number);

/** Of the first picture. */
async function shownColours(page: Page): Promise<Buffer> {
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  return page.screenshot({
    clip: (await page.locator('.layer').first().boundingBox())!,
    style: '#stage > :not(canvas) { visibility: hidden }',
  });
}

/** How far the camera went along its own axis between two poses. */
function ahead(before: readonly number[], after: readonly number[]): number {
  return [3, 7, 11].reduce((sum, at) => sum + (after[at] - before[at]) * -before[at - 1], 0);
}

test('two runs are whole pictures side by side, on one scale that can be locked, with statistics of each', async () => {
  const greatest = async (page: Page): Promise<number> => {
    const unit = (await page.textContent('#scale-high-unit'))!;
    return Number(await page.inputValue('#scale-high')) * { nJ: 1e-9, µJ: 1e-6 }[unit as 'nJ']!;
  };
  const alone: number[] = [];
  const fov = new URL((await open()).url()).searchParams.get('fov')!;
  const whole = { spiking: '', twin: '' };
  for (const run of ['spiking', 'twin'] as const) {
    const one = await open(`&output=energy&fov=${fov}&layout=wipe`, run);
    alone.push(await greatest(one));
    whole[run] = (await one.textContent('#statistics tr:has(th:text-is("energy a pixel")) td'))!;
    const said = await one.textContent('#statistics');
    expect(said).toContain(run === 'twin' ? 'ANN (ReLU)' : 'four-bit');
    expect(said!.includes('active ReLUs')).toBe(run === 'twin');
    expect(said!.includes('spikes')).toBe(run !== 'twin');
  }
  const page = await open(`&output=energy&layout=wipe&beside=${ids.twin}`);
  const most = Math.max(...alone);
  expect(Math.abs((await greatest(page)) / most - 1)).toBeLessThan(1e-3);
  expect(await page.textContent('#legend .entry'), 'in the unit of the legend').toContain(written(most, 'J'));
  expect(await page.locator('#legend .entry').count(), 'one scale for both').toBe(1);
  expect(await page.locator('#statistics th[scope=col]').allTextContents()).toEqual(['spiking (four-bit)', 'twin (ANN)']);
  expect(await page.textContent('#statistics'), 'of the whole view, not of the strip that is seen').toContain(whole.spiking);
  expect(await page.textContent('#statistics')).toContain(whole.twin);

  for (const mode of ['depth', 'firing', 'samples']) {
    await page.click(`[data-mode=${mode}]`);
    await settled(page);
    expect(await page.locator('#legend .entry').count(), mode).toBe(1);
    expect(await page.textContent('#legend .entry span'), mode).toMatch(/\d/);
  }
  await page.click('[data-mode=energy]');
  await settled(page);
  const [map, colours] = [page.locator('#legend .bar').first(), await shownColours(page)];
  const bar = (): Promise<string> => map.evaluate((one) => getComputedStyle(one).backgroundImage);
  const before = await bar();
  await page.check('#scale-inverted');
  const inverted = await bar();
  expect(inverted.match(/rgb[^)]*\)/g)).toEqual(before.match(/rgb[^)]*\)/g)!.reverse());
  expect(await shownColours(page), 'pictures follow').not.toEqual(colours);
  await page.selectOption('#scale-map', 'inferno');
  expect(await bar()).not.toBe(inverted);
  await page.uncheck('#scale-inverted');
  expect(new URL(page.url()).searchParams.get('map')).toBe('inferno');

  await page.selectOption('#layout', 'ratio');
  await settled(page);
  expect(await page.locator('#legend .entry').last().textContent()).toMatch(/ratio, first to second.*×/);
  await page.selectOption('#layout', 'difference');
  await settled(page);
  const shown = await page.locator('#statistics, .layer').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
  const figures = shown.pop()!;
  expect(figures.left >= shown[2].right && figures.top >= shown[0].bottom, 'three pictures leave a place for the figures').toBe(true);
  const [first, second, third] = await page.locator('.layer').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
  expect([second.width, third.width, second.height]).toEqual([first.width, first.width, first.height]);
  expect(await page.locator('#legend .entry').count(), 'the difference has its own').toBe(2);
  await page.check('#scale-locked');
  const locked = await greatest(page);
  await page.selectOption('#beside', '');
  await settled(page);
  expect(await greatest(page)).toBe(locked);
  expect(new URL(page.url()).searchParams.get('scale')).toContain('0,');
});

test('a downloaded picture has the size that was chosen and full quality, while the view moves', async () => {
  const page = await open();
  await openPanel(page, 'Save');
  await page.fill('#save-width', '160');
  await page.fill('#save-height', '120');
  await page.locator('#stage').press('ArrowLeft');
  const [picture] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  const { width, height } = await sharp(await picture.path()).metadata();
  expect([width, height]).toEqual([160, 120]);
  const { entropy } = await sharp(await picture.path()).stats();
  const coarse = await sharp(await picture.path())
    .resize(40, 30)
    .resize(160, 120, { kernel: 'nearest' })
    .toBuffer();
  expect(entropy, 'finer than a coarse frame enlarged').toBeGreaterThan((await sharp(coarse).stats()).entropy * 0.9);
  await settled(page);
});

test('a picture of values is saved with its legend; the button says how far it is', async () => {
  const page = await open(`&output=energy&beside=${ids.twin}`);
  expect(await page.inputValue('#layout'), 'whole pictures side by side, where nothing else is asked for').toBe('side');
  await openPanel(page, 'Save');
  await page.fill('#save-width', '400');
  await page.fill('#save-height', '225');
  await page.evaluate(() => {
    const button = document.getElementById('download')!;
    new MutationObserver(() => (button.dataset.said = `${button.dataset.said ?? ''}|${button.textContent}`)).observe(button, {
      childList: true,
    });
  });
  const [picture] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  await page.waitForSelector('#download:text-is("Download picture")');
  expect(await page.getAttribute('#download', 'data-said')).toMatch(/\|Stop \(\d+ %\).*\|Stop \(100 %\)/);
  const { data, info } = await sharp(await picture.path())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([400, 225]);
  // Somewhere at the bottom right a row runs through the whole map, from its first colour to its last.
  const colours = (await page.locator('#legend .bar').evaluate((one) => getComputedStyle(one).backgroundImage)).match(/\d+, \d+, \d+/g)!;
  const ends = [colours[0], colours.at(-1)!].map((rgb) => rgb.split(', ').map(Number));
  const near = (at: number, colour: readonly number[]): boolean => colour.every((value, c) => Math.abs(data[at + c] - value) < 24);
  const rows = Array.from({ length: 60 }, (_, up) => info.height - 1 - up).filter((y) => {
    const at = (x: number): number => (y * info.width + x) * 3;
    const from = Array.from({ length: 200 }, (_, i) => 200 + i);
    return from.some((x) => near(at(x), ends[0]) && from.some((to) => to > x + 80 && near(at(to), ends[1])));
  });
  expect(rows.length, 'rows of the legend').toBeGreaterThan(3);
});

test('a camera path is filmed as MP4 too', async () => {
  const page = await open();
  await openPanel(page, 'Camera path');
  await page.click('#path-add');
  await page.click('#path-add');
  await page.getByLabel('Seconds before key frame 2').fill('0.1');
  await page.getByLabel('Seconds before key frame 2').press('Enter');
  await openPanel(page, 'Save');
  await page.selectOption('#film-format', 'mp4');
  const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#path-film')]);
  expect(saved.suggestedFilename()).toBe('spiking-colour.mp4');
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(readFileSync(await saved.path())) });
  expect((await input.getFormat()).name).toMatch(/mp4/i);
  expect((await input.getPrimaryVideoTrack())!.displayWidth % 2).toBe(0);
});

/** The clock of frames lags behind that of events, as on a busy page. */
const LATE_FRAMES = `
  const request = requestAnimationFrame;
  window.requestAnimationFrame = (act) => request((now) => act(now - 5000));`;

test('forward is never backward, however late the page is; the wheel flies; flight and path outlive a reload', async () => {
  const page = await open('', 'spiking', { prepare: (opened) => opened.addInitScript(LATE_FRAMES) });
  const move = async (act: () => Promise<void>): Promise<number> => {
    const before = poseOf(page);
    const url = page.url();
    await act();
    await page.waitForFunction((address) => location.href !== address, url);
    await settled(page);
    return ahead(before, poseOf(page));
  };
  await page.locator('#stage').focus();
  const walked = await move(async () => {
    await page.keyboard.down('KeyW');
    await page.waitForSelector('#stage[data-state=moving]');
    await page.waitForTimeout(300);
    await page.keyboard.up('KeyW');
  });
  expect(walked).toBeGreaterThan(0);
  await page.keyboard.press('f');
  await page.mouse.move(100, 140);
  expect(await move(() => page.mouse.wheel(0, -200))).toBeGreaterThan(0);
  expect(await move(() => page.keyboard.press('-'))).toBeLessThan(0);
  await openPanel(page, 'Camera path');
  await page.click('#path-add');
  await page.click('#path-add');
  await page.reload();
  await settled(page);
  expect(await page.getAttribute('#fly', 'aria-pressed')).toBe('true');
  expect(await page.locator('#keys li').count()).toBe(2);
});

test('which way is up is chosen, kept by the address, saved with the run, and taken over by exports and turntables', async () => {
  const page = await open();
  const right = (): number[] => [0, 4, 8].map((at) => poseOf(page)[at]);
  expect(await page.isDisabled('#up-save')).toBe(true);
  const before = page.url();
  await page.selectOption('#up', '0,1,0');
  await page.waitForFunction((address) => location.href !== address && location.search.includes('up='), before);
  // Level: what is to the right is across the way that is up.
  expect(right()[1]).toBeCloseTo(0, 5);
  await page.reload();
  await settled(page);
  expect(await page.inputValue('#up')).toBe('0,1,0');
  await page.click('#up-save');
  await page.waitForSelector('#up-status:text-is("Saved with the run.")');
  await page.waitForFunction(() => !location.search.includes('up='));
  expect(await page.textContent('#up option:checked')).toBe('as the run has it: +y');
  await page.locator('#stage').press('ArrowLeft');
  await settled(page);
  expect(right()[1]).toBeCloseTo(0, 5);
  const run = join(folder, 'runs/spiking');
  expect(JSON.parse(readFileSync(join(run, 'view.json'), 'utf8'))).toEqual({ version: 1, up: [0, 1, 0] });
  const site = join(folder, 'site');
  await succeed(['export', run, '--format', 'web', '--out', site, '--quiet']);
  const { about } = await decodeScene(new Uint8Array(readFileSync(join(site, 'scene.spikeray'))), 'scene');
  expect(about.cameras.up).toEqual([0, 1, 0]);
  const turntable = async (): Promise<Buffer> => {
    const out = join(folder, 'turntable');
    await succeed(['render', run, '--frames', '2', '--size', '32x24', '--out', out, '--force', '--quiet']);
    return readFileSync(join(out, 'frame_0001.png'));
  };
  const chosen = await turntable();
  rmSync(join(run, 'view.json'));
  expect((await turntable()).equals(chosen)).toBe(false);
  // What the view itself calls up.
  await page.click('#up-level');
  expect(await page.isDisabled('#up-save')).toBe(false);
});

test('in flight two fingers fly ahead and back, and one looks around', async () => {
  const page = await open('&fly=1', 'spiking', { hasTouch: true });
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: readonly (readonly [number, number])[]): Promise<unknown> =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  const gesture = async (from: readonly (readonly [number, number])[], to: readonly (readonly [number, number])[]): Promise<number[][]> => {
    const before = poseOf(page);
    const url = page.url();
    await touch('touchStart', ...from);
    for (let step = 1; step <= 4; step++) {
      const at = from.map(([x, y], i) => [x + ((to[i][0] - x) * step) / 4, y + ((to[i][1] - y) * step) / 4] as const);
      await touch('touchMove', ...at);
    }
    await touch('touchEnd');
    await page.waitForFunction((address) => location.href !== address, url);
    await settled(page);
    return [before, poseOf(page)];
  };
  const apart = await gesture([[130, 140], [160, 140]], [[70, 140], [220, 140]]); // prettier-ignore
  expect(ahead(apart[0], apart[1])).toBeGreaterThan(0);
  const together = await gesture([[70, 140], [220, 140]], [[130, 140], [160, 140]]); // prettier-ignore
  expect(ahead(together[0], together[1])).toBeLessThan(0);
  const [before, after] = await gesture([[100, 140]], [[150, 160]]);
  [3, 7, 11].forEach((at) => expect(after[at]).toBeCloseTo(before[at], 5));
  expect(Math.hypot(...[2, 6, 10].map((at) => after[at] - before[at]))).toBeGreaterThan(0.05);
});

test('thumbnails are one stop of the Tab key; arrow keys move among them; statistics can be hidden; main is no application', async () => {
  const page = await open();
  expect(await page.locator('#thumbnails button').count()).toBeGreaterThan(3);
  expect(await page.locator('#thumbnails button[tabindex="0"]').count()).toBe(1);
  await page.locator('#thumbnails button[tabindex="0"]').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect(await page.evaluate(() => [...document.querySelectorAll('#thumbnails button')].indexOf(document.activeElement!))).toBe(1);
  await page.keyboard.press('Enter');
  expect(await page.locator('#thumbnails button[aria-pressed=true]').count()).toBe(1);
  // A message has a place of its own beside the figures.
  await page.evaluate(() => (document.getElementById('status')!.textContent = 'The server does not answer; trying again …'));
  const [message, figures] = await page
    .locator('#status, #statistics')
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
  expect(message.bottom <= figures.top || message.left >= figures.right, 'a message is not covered').toBe(true);
  await page.locator('#stage').press('i');
  expect(await page.isVisible('#statistics')).toBe(false);
  expect(page.url()).toContain('statistics=0');
  expect(await page.getAttribute('main', 'role')).toBeNull();
});

test('the viewer begins with a small photo of the best view, and draws as many pixels as a dense screen has', async () => {
  const { cameras, first } = (await (await fetch(`${server.url}api/runs/${ids.spiking}`)).json()) as RunDetails;
  const address = `${server.url}viewer.html?run=${ids.spiking}`;
  const dense = { deviceScaleFactor: 2, viewport: { width: 500, height: 150 } };
  // No picture of the field comes.
  const waiting = await openPage(address, { ...dense, prepare: (opened) => opened.route('**/frames', () => undefined) });
  await waiting.waitForSelector('.stage-canvas');
  expect(await waiting.textContent('#status')).toContain('Opening');
  await expect.poll(async () => (await sharp(await shownColours(waiting)).stats()).entropy, { timeout: 60_000 }).toBeGreaterThan(1);
  await waiting.close();
  const page = await openPage(address, dense);
  await settled(page);
  const { width, height } = (await page.locator('#stage').boundingBox())!;
  expect(await page.textContent('#statistics tr:has(th:text-is("size")) td')).toBe(`${2 * width} × ${2 * height}`);
  const shown = poseOf(page);
  cameras.views[first].camToWorld.slice(0, 12).forEach((value, i) => expect(shown[i]).toBeCloseTo(value, 5));
});

test('an address without a run is said as what it is', async () => {
  const page = await openPage(`${server.url}viewer.html`);
  expect(await page.textContent('#status')).toContain('names no run');
  expect(await page.locator('#panel :is(button, select, input, summary):visible').count(), 'nothing to set').toBe(0);
  await page.click('#status a');
  await page.waitForSelector('.card');
});

test('charts are dark once the system is, as those of a page that was opened so', async () => {
  const compare = (colorScheme: 'light' | 'dark'): Promise<Page> =>
    openPage(`${server.url}compare.html?runs=${ids.spiking},${ids.twin}`, { colorScheme });
  const drawn = async (page: Page): Promise<string[]> => {
    await page.waitForSelector('#settings :is(table, p)');
    return page.locator('#curves canvas').evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));
  };
  const dark = await compare('dark');
  const page = await compare('light');
  const light = await drawn(page);
  expect(light.length).toBeGreaterThan(3);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(async () => (await drawn(page)).join(), { timeout: 120_000 }).toBe((await drawn(dark)).join());
  expect(await drawn(page)).not.toEqual(light);
});

test('the page is light where the system asks for it', async () => {
  const backgrounds = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await openPage(server.url, { colorScheme });
    backgrounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
  }
  expect(backgrounds).toEqual(['rgb(244, 246, 249)', 'rgb(20, 23, 28)']);
});
