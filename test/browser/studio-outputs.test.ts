/**
 * What the studio reads and gives: captures as phones make them, cameras in 3-D, how long a training takes, a field that is turned while it grows,
 * and of a run all that may be taken along. The page lies in a folder of a host that knows nothing.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BlobReader, Uint8ArrayReader, Uint8ArrayWriter, ZipReader, ZipWriter } from '@zip.js/zip.js';
import type { Frame, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeScene } from '../../src/baked/decode-scene.ts';
import { picture, transforms, write } from '../datasets/blender-scene.ts';
import { succeed } from '../e2e/cli.ts';
import { TINY, tinyRuns, tinyScene, workFolder } from '../e2e/tiny.ts';
import { openPage } from './browser.ts';

const folder = workFolder();
const site = join(folder, 'site');
const run = join(folder, 'run');
const twin = join(folder, 'run-twin');
let host: Server;
let page: Page;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};
/** Those that the folder's own `_headers` asks for. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

beforeAll(async () => {
  await succeed(['export', '--format', 'studio', '--out', site, '--quiet']);
  host = await startHost(0);
  page = await openPage(`http://127.0.0.1:${portOf(host)}/`, {
    viewport: { width: 1280, height: 900 },
    allowed: /ERR_CONNECTION_REFUSED|status of 502/,
  });
  await page.waitForSelector('body[data-ready]');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});
afterAll(() => host?.close());

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/**
 * @param port 0: any
 * @param isAway it is a proxy whose host does not answer
 */
async function startHost(port: number, isAway = false): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const path = join(site, new URL(url!, 'http://host').pathname);
    const file = path.endsWith('/') ? join(path, 'index.html') : path;
    if (isAway) response.writeHead(502).end();
    else if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) response.writeHead(404).end();
    else
      response.writeHead(200, { ...ISOLATED, 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
  }).listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

async function stopHost(): Promise<void> {
  const closed = new Promise((resolve) => host.close(resolve));
  host.closeAllConnections();
  await closed;
}

const patient = { timeout: 120_000 };

/** The fingerprint that the page has of a scene. */
function fingerprintOf(name: string): Promise<string | null> {
  return page.evaluate(async (scene) => {
    const scenes = await (await navigator.storage.getDirectory()).getDirectoryHandle('scenes');
    const record = await (await scenes.getFileHandle(`${scene}.json`)).getFile();
    return (JSON.parse(await record.text()) as { fingerprint: string | null }).fingerprint;
  }, name);
}

async function inspected(scene: string): Promise<{ fingerprint: string; problems: string[] }> {
  return JSON.parse((await succeed(['inspect', scene, '--json', '--quiet'])).stdout) as { fingerprint: string; problems: string[] };
}

/** [height,width,3] of a photo's thumbnail, which is as large as a photo that is small. */
function thumbnail(index: number): Promise<{ width: number; height: number; rgb: number[] }> {
  return page.evaluate((at) => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('#thumbnails canvas')[at];
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    return { width, height, rgb: [...data].filter((_, i) => i % 4 < 3) };
  }, index);
}

test('photos that EXIF turns: the pixels of the command line, cameras in 3-D, and a problem that a button mends', async () => {
  const scene = join(folder, 'phone');
  const { frames } = transforms('images', 3);
  const upright: Buffer[] = [];
  for (let i = 0; i < 3; i++) {
    const photo = sharp(await picture(48, 32, i, true))
      .blur(3)
      .removeAlpha();
    const stored = await photo.rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
    upright.push(await sharp(stored).autoOrient().raw().toBuffer());
    await write(scene, `images/r_${i}.jpg`, stored);
  }
  await write(scene, 'transforms.json', { fl_x: 40, frames: frames.map((frame, i) => ({ ...frame, file_path: `images/r_${i}.jpg` })) });
  await page.setInputFiles('#folder', scene);
  await page.waitForSelector('#plan[data-state=new], #problem:not(:empty)', patient);
  expect(await page.textContent('#facts')).toMatch(/nerfstudio format.*train 2 views of 48x32/);
  const { fingerprint, problems } = await inspected(scene);
  expect(await fingerprintOf('phone')).toBe(fingerprint);
  expect(await page.locator('#problems li').count()).toBe(problems.length);
  const { width, height, rgb } = await thumbnail(0);
  expect([width, height]).toEqual([48, 32]);
  // The first view is held out: the second photo is the first to train on.
  const most = upright[1].reduce((greatest, value, i) => Math.max(greatest, Math.abs(value - rgb[i])), 0);
  expect(most).toBeLessThanOrEqual(1);

  await page.locator('#cameras').scrollIntoViewIfNeeded();
  await page.waitForSelector('.camera-stage canvas', patient);
  await page.locator('#thumbnails button').nth(1).click();
  expect(await page.textContent('#camera-told')).toBe('r_2 (train)');
  // Right behind a camera its photo fills the middle of the stage.
  const middle = async (): Promise<number[]> => {
    const box = (await page.locator('.camera-stage').boundingBox())!;
    const clip = { x: Math.round(box.x + box.width / 2 - 20), y: Math.round(box.y + box.height / 2 - 20), width: 40, height: 40 };
    const { channels } = await sharp(await page.screenshot({ clip })).stats();
    return channels.slice(0, 3).map(({ stdev }) => stdev);
  };
  await expect.poll(async () => Math.max(...(await middle())), patient).toBeGreaterThan(8);

  await page.click('#problems button:has-text("Set scene.orientation to stored")');
  await page.waitForFunction(() => /32x48/.test(document.getElementById('facts')!.textContent!), null, patient);
  await page.evaluate(() => {
    for (const control of document.querySelectorAll<HTMLInputElement>('[data-key="scene.orientation"]')) control.value = '';
  });
});

test('a zip in the format of LLFF is known by its content, and the page says of it what the command line says', async () => {
  const scene = join(folder, 'forward');
  await succeed(['synth', scene, '--scene', 'forward', '--views', '9', '--size', '32', '--quiet']);
  const names = ['poses_bounds.npy', ...Array.from({ length: 9 }, (_, i) => `images/image${String(i).padStart(3, '0')}.png`)];
  const zip = new ZipWriter(new Uint8ArrayWriter());
  for (const name of names) await zip.add(`forward/${name}`, new Uint8ArrayReader(readFileSync(join(scene, name))));
  const buffer = Buffer.from(await zip.close());
  await page.setInputFiles('#zip', { name: 'fern.zip', mimeType: 'application/zip', buffer });
  await page.waitForFunction(() => /llff format, ndc/.test(document.getElementById('facts')!.textContent!), null, patient);
  const { stdout } = await succeed(['inspect', scene, '--quiet']);
  const found = await page.evaluate(() => {
    const textsOf = (selector: string): string[] => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent!.trim());
    const [names, values] = [textsOf('#found dt'), textsOf('#found dd')];
    const rows = [...document.querySelectorAll('#found tr')].map(({ children }) => [...children].map((cell) => cell.textContent).join(' '));
    return [...rows, ...names.map((name, i) => `${name} ${values[i]}`), ...textsOf('#problems li').map((text) => `- ${text}`)];
  });
  // The name of the scene is said elsewhere.
  const [, ...said] = stdout.split('\n').map((line) => line.trim().replace(/ +/g, ' '));
  expect(found).toEqual(said.filter((line) => line !== '' && line !== 'problems:'));
  expect(found.join('\n')).toMatch(/preset llff takes \d+ planes, [\d,]+ voxels/);
  expect(await fingerprintOf('forward')).toMatch(/^[0-9a-f]{64}$/);
});

async function download(name: string): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent('download', patient), page.click(`button[aria-label="${name}: run"]`)]);
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  await page.waitForSelector('body:not(.busy)', patient);
  return readFileSync(path);
}

/** The sentence of a report that says what the spikes save. */
const leadOf = (html: string): string => /<p class="lead">[^]*?<\/p>/.exec(html)![0];

test('a run that is dropped is looked at, measured, and taken along in every form, as the command line makes them', async () => {
  const scene = await tinyScene(join(folder, 'toy'), 8, 32);
  const both = await tinyRuns(join(folder, 'both'));
  cpSync(join(both, 'spiking'), run, { recursive: true });
  cpSync(join(both, 'twin'), twin, { recursive: true });
  for (const each of [run, twin]) {
    cpSync(scene, join(each, 'scene'), { recursive: true });
    await page.setInputFiles('#folder', each);
    await page.waitForSelector(`li[data-run="${basename(each)}"]`, patient);
    await page.waitForSelector('body:not(.busy)', patient);
  }

  // A small picture: one thread draws it.
  await page.setViewportSize({ width: 640, height: 480 });
  await page.click('button[aria-label="Look at it: run"]');
  const viewer = await frameOf();
  await viewer.waitForSelector('#stage[data-state=full]', patient);
  expect(await viewer.textContent('#name')).toBe('run');
  const before = await viewer.evaluate(() => location.search);
  await viewer.locator('#stage').focus();
  await page.keyboard.press('ArrowRight');
  await viewer.waitForFunction((search) => location.search !== search && location.search.includes('run=kept%3Arun'), before, patient);
  await page.click('#look-close');
  expect(await page.locator('iframe').count()).toBe(0);
  await page.click('button[aria-label="Beside its ANN twin: run"]');
  const beside = await frameOf();
  await beside.waitForSelector('#stage[data-state=full]', patient);
  expect(await beside.locator('.layer').count()).toBe(2);
  expect(await beside.inputValue('#beside')).toBe('kept:run-twin');
  await page.click('#look-close');

  for (const each of ['run', 'run-twin']) {
    await page.click(`button[aria-label="Evaluate: ${each}"]`);
    await page.waitForSelector(`li[data-run="${each}"] img[src^="blob:"]`, patient);
    await page.waitForSelector('body:not(.busy)', patient);
  }
  expect(await page.textContent('li[data-run="run"]')).toMatch(/dB \(\d+\.\d\d dB (less|more) than its ANN twin\)/);
  await page.click('li[data-run="run"] summary');
  await whileHeldElsewhere('run', async () => {
    for (const name of ['Pictures', 'Download', 'Energy report']) {
      await page.click(`button[aria-label="${name}: run"]`);
      await page.waitForSelector('#problem:has-text("/runs/run is in use in another tab")', patient);
      await page.waitForSelector('body:not(.busy)', patient);
    }
  });
  const pictures = await new ZipReader(new BlobReader(new Blob([new Uint8Array(await download('Pictures'))]))).getEntries();
  expect(pictures.map(({ filename }) => filename)).toEqual(
    expect.arrayContaining(['run-pictures/test/metrics.json', 'run-pictures/test/r_0.png', 'run-pictures/test/r_0.error.png']),
  );

  const report = (await download('Energy report')).toString();
  await succeed(['energy', run, '--against', twin, '--quiet', '--threads', '1']);
  expect(leadOf(report)).toBe(leadOf(readFileSync(join(run, 'report/energy.html'), 'utf8')));

  const baked = await decodeScene(new Uint8Array(await download('Baked scene')), 'scene');
  expect(baked.about).toMatchObject({ name: 'run', trained: { stage: 'fine', step: 40 }, quality: { split: 'test' } });
  expect(baked.about.cameras.views).toHaveLength(12);
  expect(baked.thumbnails).toHaveLength(12);
  expect(await sharp(baked.thumbnails[0]).metadata()).toMatchObject({ format: 'webp', width: 32, height: 32 });

  await download('One page with its viewer');
  const alone = await openPage(pathToFileURL(join(folder, 'run-scene.html')).href);
  await alone.waitForSelector('#stage[data-state=full]', patient);
  expect(await alone.textContent('#facts')).toContain('fine step 40');
  await alone.close();
});

/** As another tab does it. */
async function whileHeldElsewhere(name: string, action: () => Promise<void>): Promise<void> {
  await page.evaluate((lock) => {
    void navigator.locks.request(lock, () => new Promise((resolve) => Object.assign(globalThis, { letGo: resolve })));
  }, `spikeray:/runs/${name}`);
  await action();
  await page.evaluate(() => {
    (globalThis as unknown as { letGo: () => void }).letGo();
  });
}

async function frameOf(): Promise<Frame> {
  return (await (await page.waitForSelector('#look-place iframe', patient)).contentFrame())!;
}

test('how long it takes is tried first; a field that grows is turned by keys; what a hidden page did is said', async () => {
  const scene = join(folder, 'toy');
  await page.setInputFiles('#folder', scene);
  await page.waitForFunction(() => /train 8 views/.test(document.getElementById('facts')!.textContent!), null, patient);
  await page.evaluate(
    (settings) => {
      for (const [key, value] of settings)
        for (const control of document.querySelectorAll<HTMLInputElement>(`[data-key="${key}"]`)) control.value = value;
    },
    TINY.filter((option) => option.includes('=')).map((option) => option.split('=') as [string, string]),
  );
  await page.waitForSelector('body:not(.busy)', patient);
  await page.click('#measure');
  await page.waitForFunction(() => /the whole training takes about/.test(document.getElementById('measured')!.textContent!), null, patient);
  await page.waitForSelector('body:not(.busy)', patient);

  // Longer than the test looks at it.
  await page.evaluate(() => {
    for (const control of document.querySelectorAll<HTMLInputElement>('[data-key="fine.steps"]')) control.value = '1000000';
    const lock = { released: false, release: () => Promise.resolve((lock.released = true)) };
    Object.defineProperty(navigator, 'wakeLock', { value: { request: () => Promise.resolve(lock) } });
    Object.assign(globalThis, { lock });
  });
  await page.click('#train');
  await page.waitForFunction(() => document.querySelector<HTMLCanvasElement>('#live')!.width > 1, null, patient);
  const shown = (): Promise<string> => page.evaluate(() => document.querySelector<HTMLCanvasElement>('#live')!.toDataURL());
  await page.check('#awake');
  // The browser says that the page is hidden, then that it is seen again.
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { get: () => true, configurable: true });
  });
  const told = page.locator('#training-state');
  const step = await told.textContent();
  await expect.poll(() => told.textContent(), patient).not.toBe(step);
  await expect.poll(() => page.title(), patient).toMatch(/^[\d.]+ % – SpikeRay/);
  await page.evaluate(() => {
    Reflect.deleteProperty(document, 'hidden');
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect.poll(() => told.textContent(), patient).toMatch(/while this page was hidden, .* rays a second/);
  await page.click('#pause');
  await page.waitForFunction(() => document.getElementById('pause')!.textContent === 'Go on');
  await page.locator('.live-stage').focus();
  const first = await shown();
  for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
  await expect.poll(shown, patient).not.toBe(first);
  await page.click('#stop');
  await page.waitForSelector('body:not(.busy)', patient);
  expect(await page.textContent('#training-state')).toMatch(/^Stopped and saved/);
  // The screen may go dark again.
  expect(await page.evaluate(() => (globalThis as unknown as { lock: { released: boolean } }).lock.released)).toBe(true);
});

test('a page that was opened once opens again without network, with all that it does; where the host answers, it is the newest', async () => {
  const port = portOf(host);
  const reopen = async (): Promise<void> => {
    await page.reload();
    await page.waitForSelector('body[data-ready]', patient);
  };
  await page.waitForSelector('#offline:has-text("opens without network")', patient);
  await stopHost();
  await reopen();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await page.click('button[aria-label="Look at it: run"]');
  await (await frameOf()).waitForSelector('#stage[data-state=full]', patient);
  await page.waitForSelector('body:not(.busy)', patient);
  await page.click('li[data-run="run"] summary');
  await download('One page with its viewer');

  // Another version of the page, and the list that an export writes of it.
  const change = (name: string, from: RegExp, to: string): void => {
    const path = join(site, name);
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(from);
    writeFileSync(path, text.replace(from, to));
  };
  // A studio in another folder of the host.
  const OTHER = 'spikeray-studio /other/ 1';
  await page.evaluate(async (name) => {
    await caches.open(name);
  }, OTHER);
  const version = 'f'.repeat(64);
  change('index.html', /<h1>.*?<\/h1>/, '<h1>A newer studio</h1>');
  change('offline.js', /"version":"\w+"/, `"version":"${version}"`);
  host = await startHost(port);
  await reopen();
  expect(await page.textContent('h1')).toBe('A newer studio');
  const address = page.url();
  const kept = (): Promise<string[]> => page.evaluate(() => caches.keys());
  await expect.poll(async () => (await kept()).length, patient).toBe(3);
  // What was kept before goes when no page needs it.
  const reopened = async (): Promise<string[]> => {
    await page.goto('about:blank');
    await page.goto(address);
    return kept();
  };
  await expect.poll(reopened, patient).toEqual([OTHER, `spikeray-studio / ${version}`]);
  await stopHost();
  await reopen();
  expect(await page.textContent('h1')).toBe('A newer studio');
  // A proxy answers, and the host does not.
  host = await startHost(port, true);
  await reopen();
  expect(await page.textContent('h1')).toBe('A newer studio');
});
