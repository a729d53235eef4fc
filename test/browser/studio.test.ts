/** The studio: a scene trained in the page. What it computes is what the command line computes; what cannot be is said, and leaves nothing behind. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BlobReader, TextReader, Uint8ArrayWriter, ZipReader, ZipWriter, type FileEntry } from '@zip.js/zip.js';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { succeed } from '../e2e/cli.ts';
import { checkpointNames, contentOf } from '../e2e/run-files.ts';
import { startServing, type RunningServer } from '../e2e/server.ts';
import { TINY, tinyScene, workFolder } from '../e2e/tiny.ts';
import { openPage } from './browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Bytes, packed. */
const MOST_SCRIPT = 1.2e6;
const SETTINGS = [...TINY, '--set', 'fine.steps=400'];

const folder = workFolder();
const scene = join(folder, 'toy');
let server: RunningServer;
let page: Page;

beforeAll(async () => {
  await tinyScene(scene);
  server = await startServing('serve', folder, '--port', '0');
  page = await openPage(`${server.url}studio`, { viewport: { width: 390, height: 800 } });
  await page.waitForSelector('body[data-ready]');
});
afterAll(() => server?.stop());

async function violations(): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe
      .run()
      .then(({ violations: all }) => all.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)),
  );
}

/** What the page says is wrong with what `action` gives it; nothing is kept of it. */
async function problemOf(action: () => Promise<void>): Promise<string> {
  await action();
  await page.waitForSelector('#problem:not(:empty)');
  await page.waitForSelector('body:not(.busy)');
  const kept = await page.evaluate(async () => {
    const names: string[] = [];
    const root = await navigator.storage.getDirectory();
    for (const place of ['scenes', 'runs'])
      for await (const name of (
        (await root.getDirectoryHandle(place, { create: true })) as unknown as { keys(): AsyncIterable<string> }
      ).keys())
        names.push(name);
    return names;
  });
  expect(kept).toEqual([]);
  return (await page.textContent('#problem'))!;
}

async function give(
  name: string,
  files: Readonly<Record<string, string>>,
  change: (bytes: Buffer) => Buffer = (bytes) => bytes,
): Promise<void> {
  const zip = new ZipWriter(new Uint8ArrayWriter());
  for (const [path, content] of Object.entries(files)) await zip.add(path, new TextReader(content));
  const buffer = change(Buffer.from(await zip.close()));
  await page.setInputFiles('#zip', { name, mimeType: 'application/zip', buffer });
}

test('the page at 390 pixels, before anything is there: axe finds nothing, the scripts are small', async () => {
  expect(await violations()).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  // Enter where settings are searched for begins no training.
  expect(await page.evaluate(() => (document.getElementById('find-setting') as HTMLInputElement).form)).toBeNull();
  const site = join(folder, 'site');
  await succeed(['export', '--format', 'studio', '--out', site, '--quiet']);
  const scripts = readdirSync(join(site, 'assets')).filter((name) => name.endsWith('.js'));
  const packed = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(site, 'assets', name))).length, 0);
  expect(scripts.length).toBeGreaterThan(2);
  expect(packed).toBeLessThan(MOST_SCRIPT);
});

test('what is no scene, or must not be unpacked, is said in the page, and nothing is kept', async () => {
  expect(await problemOf(() => give('cut.zip', { 'a.txt': 'x' }, (bytes) => bytes.subarray(0, bytes.length - 8)))).toMatch(
    /cut\.zip: it cannot be unpacked/,
  );
  const escaping = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').replaceAll('aaaaa/', '../../'), 'latin1');
  expect(await problemOf(() => give('out.zip', { 'aaaaa/b': 'x', c: 'y' }, escaping))).toMatch(
    /out\.zip: it cannot be unpacked \(Unsafe filename\)/,
  );
  expect(await problemOf(() => give('words.zip', { 'words.txt': 'no scene' }))).toMatch(/expected a scene of a known format/);
  expect(await problemOf(() => give('run.zip', { 'config.json': '{}', 'checkpoints/x': '' }))).toMatch(/config\.json/);
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(server.url).origin, quotaSize: 4000 });
  expect(await problemOf(() => page.setInputFiles('#folder', scene))).toMatch(/do not fit into|gives this page no more room/);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(server.url).origin });
});

test('a photo that is none', async () => {
  const cameras = JSON.parse(readFileSync(join(scene, 'transforms_train.json'), 'utf8')) as { frames: { file_path: string }[] };
  const [frame] = cameras.frames;
  await give('none.zip', {
    'transforms_train.json': JSON.stringify({ ...cameras, frames: [frame] }),
    [`${frame.file_path.replace('./', '')}.png`]: 'I am a picture',
  });
  await page.waitForSelector('#problem:not(:empty)');
  expect(await page.textContent('#problem')).toMatch(/\.png: not a readable image/);
  await page.waitForSelector('body:not(.busy)');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.click('#remove-scene');
  await page.waitForFunction(() => document.querySelector<HTMLSelectElement>('#scene')!.value === '');
});

/** Settings by key, as `--set` has them. */
function settingsOf(options: readonly string[]): Record<string, string> {
  return Object.fromEntries(options.filter((option) => option.includes('=')).map((option) => option.split('=') as [string, string]));
}

/** Holds the training some steps after its first checkpoint, on machines of any speed: it is paused again and again until there is one. */
async function holdWhenSaved(): Promise<void> {
  await page.evaluate(() => {
    const button = document.getElementById('pause') as HTMLButtonElement;
    new MutationObserver((_, observer) => {
      const isPaused = button.textContent === 'Go on';
      const isSaved = document.getElementById('saved')!.textContent !== '';
      if (isPaused && isSaved) observer.disconnect();
      else if (!button.disabled) setTimeout(() => button.click(), 0);
    }).observe(document.getElementById('training-part')!, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}

async function unpack(zip: string, to: string): Promise<void> {
  const reader = new ZipReader(new BlobReader(new Blob([readFileSync(zip)])));
  for (const entry of (await reader.getEntries()) as FileEntry[]) {
    const path = join(to, entry.filename);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, await entry.getData(new Uint8ArrayWriter()));
  }
}

const patient = { timeout: 240_000 };

test('a scene is dropped and trained, the tab closed on the way: the bits of the command line, which goes on with the downloaded run', async () => {
  const mine = join(folder, 'mine');
  await succeed(['train', scene, '--out', mine, ...SETTINGS, '--threads', '1', '--quiet']);
  await page.setInputFiles('#folder', scene);
  await page.waitForSelector('#plan[data-state=new]', patient);
  expect(await page.textContent('#facts')).toContain('blender format, bounded: train 8 views of 32x32');
  expect(await page.textContent('#problems')).toContain('only 8 training views');
  await page.evaluate((wanted) => {
    for (const [key, value] of Object.entries(wanted))
      for (const control of document.querySelectorAll<HTMLInputElement>(`[data-key="${key}"]`)) control.value = value;
  }, settingsOf(SETTINGS));
  await page.fill('#threads', '2');
  await holdWhenSaved();
  await page.locator('#train').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    () => document.getElementById('saved')!.textContent !== '' && document.getElementById('pause')!.textContent === 'Go on',
    null,
    patient,
  );
  await page.waitForFunction(() => document.querySelector<HTMLCanvasElement>('#live')!.width > 1, null, patient);
  const again = await page.context().newPage();
  await page.close();
  page = again;
  await page.goto(`${server.url}studio`);
  await page.waitForSelector('body[data-ready]');
  expect(await page.textContent('#runs')).toMatch(/fine step \d+, interrupted/);
  // The locks of a closed tab may outlive it a little.
  await page.waitForFunction(async () => (await navigator.locks.query()).held!.every(({ name }) => !name!.includes('/runs/')));
  await page.click('button[aria-label^="Go on"]');
  await page.waitForFunction(
    () => /Trained: toy, fine step 400/.test(document.getElementById('training-state')!.textContent!),
    null,
    patient,
  );
  await page.waitForSelector('body:not(.busy)');
  await page.click('button[aria-label^="Evaluate"]');
  await page.waitForFunction(() => /dB/.test(document.getElementById('runs')!.textContent!), null, patient);
  expect(await violations()).toEqual([]);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('button[aria-label^="Download with"]')]);
  const zip = join(folder, 'toy.zip');
  await download.saveAs(zip);
  await unpack(zip, join(folder, 'out'));
  const theirs = join(folder, 'out', 'toy');
  expect(await contentOf(theirs)).toEqual(await contentOf(mine));
  await page.waitForSelector('body:not(.busy)');

  const measured = (): number => (JSON.parse(readFileSync(join(theirs, 'eval', 'test', 'metrics.json'), 'utf8')) as { psnr: number }).psnr;
  const inPage = measured();
  await succeed(['eval', theirs, '--scene', join(theirs, 'scene'), '--quiet']);
  expect(measured()).toBeCloseTo(inPage, 6);
  await succeed(['resume', theirs, '--scene', join(theirs, 'scene'), '--max-steps', '410', '--quiet']);
  expect(checkpointNames(theirs).at(-1)).toBe('fine-00000410.safetensors');

  // And back: the zip of a run is a run, with its scene.
  await page.setInputFiles('#zip', zip);
  await page.waitForSelector('li[data-run="toy-2"]', patient);
  expect(await page.textContent('li[data-run="toy-2"]')).toContain('fine step 400');
});
