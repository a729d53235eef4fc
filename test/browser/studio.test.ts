/** The studio: a scene trained in the page. What it computes is what the command line computes; what cannot be is said, and leaves nothing behind. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, constants, gzipSync } from 'node:zlib';
import { BlobReader, Uint8ArrayReader, Uint8ArrayWriter, ZipReader, ZipWriter, type FileEntry } from '@zip.js/zip.js';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_PRESET, resolveConfig } from '../../src/config/resolve-config.ts';
import { openSceneFor } from '../../src/node/node-scenes.ts';
import type { Inspected } from '../../web-viewer/studio/studio-messages.ts';
import { succeed } from '../e2e/cli.ts';
import { checkpointNames, contentOf } from '../e2e/run-files.ts';
import { startServing, type RunningServer } from '../e2e/server.ts';
import { TINY, tinyScene, workFolder } from '../e2e/tiny.ts';
import { violations } from './axe.ts';
import { EXACT, WITHIN_A_LEVEL, writePhotos } from './photos.ts';
import {
  drop,
  ended,
  filesOf,
  held,
  holdOnceSaved,
  idle,
  keptFile,
  keptNames,
  limitRoom,
  openStudio,
  PATIENT,
  press,
  problemIn,
  reopenStudio,
  setSettings,
  zipOf,
} from './studio-page.ts';

/** Bytes, packed. */
const MOST_SCRIPT = 1.2e6;
const SETTINGS = [...TINY, '--set', 'fine.steps=600', '--set', 'checkpoint.everyMinutes=0.001'];

const folder = workFolder();
const scene = join(folder, 'toy');
let server: RunningServer;
let page: Page;

beforeAll(async () => {
  await tinyScene(scene);
  server = await startServing('serve', folder, '--port', '0');
  page = await openStudio(server.url, { prepare: (opened) => opened.addInitScript(rememberPhotos) });
});
afterAll(() => server?.stop());

/** Runs in the page: keeps the pixels of the photos that it is given to show. A canvas would give other ones back, for it multiplies with alpha. */
function rememberPhotos(): void {
  const Plain = Worker;
  globalThis.Worker = class extends Plain {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      this.addEventListener('message', ({ data }: MessageEvent<{ answer?: { photos?: unknown } | null }>) => {
        if (data.answer?.photos !== undefined) Object.assign(globalThis, { shown: data.answer });
      });
    }
  };
}

/** Axe finds nothing, and a phone shows all of it. */
async function expectUsable(): Promise<void> {
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
}

/** What the page says is wrong with what `action` gives it; nothing is kept of it. */
async function refused(action: () => Promise<void>): Promise<string> {
  await action();
  const said = await problemIn(page);
  expect(await keptNames(page)).toEqual([]);
  return said;
}

async function give(name: string, zip: Buffer): Promise<void> {
  await page.setInputFiles('#zip', { name, mimeType: 'application/zip', buffer: zip });
}

test('the page at 390 pixels, before anything is there: axe finds nothing, the scripts are small', async () => {
  await expectUsable();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await page.waitForSelector('#offline:has-text("opens without network")', PATIENT);
  // Enter where settings are searched for begins no training.
  expect(await page.evaluate(() => (document.getElementById('find-setting') as HTMLInputElement).form)).toBeNull();
  const site = join(folder, 'site');
  await succeed(['export', '--format', 'studio', '--out', site, '--quiet']);
  const scripts = readdirSync(join(site, 'assets')).filter((name) => name.endsWith('.js'));
  const packed = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(site, 'assets', name))).length, 0);
  expect(scripts.length).toBeGreaterThan(2);
  expect(packed).toBeLessThan(MOST_SCRIPT);
});

/** A GiB of zeros in a MiB. */
function bomb(): Uint8Array {
  const part = deflateRawSync(Buffer.alloc(2 ** 24), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([...Array.from({ length: 64 }, () => part), deflateRawSync(Buffer.alloc(0))]);
}

/** @param claimed bytes that each of ten photos of a GiB says it has */
async function tenPhotos(claimed: number): Promise<Buffer> {
  const zip = new ZipWriter(new Uint8ArrayWriter());
  const photo = bomb();
  for (let i = 0; i < 10; i++)
    await zip.add(`${i}.png`, new Uint8ArrayReader(photo), {
      ...{ passThrough: true, compressionMethod: 8, uncompressedSize: claimed, signature: 0, crc32: 0 },
    });
  return Buffer.from(await zip.close());
}

test('what is no scene, or must not be unpacked, is said in the page, and nothing is kept', async () => {
  const small = await zipOf({ 'aaaaa/b': 'x', c: 'y' });
  expect(await refused(() => give('cut.zip', small.subarray(0, small.length - 8)))).toMatch(/cut\.zip: it cannot be unpacked/);
  const escaping = Buffer.from(small.toString('latin1').replaceAll('aaaaa/', '../../'), 'latin1');
  expect(await refused(() => give('out.zip', escaping))).toMatch(/out\.zip: it cannot be unpacked \(Unsafe filename\)/);
  expect(await refused(async () => give('large.zip', await tenPhotos(2 ** 30)))).toMatch(
    /large\.zip: its 10\.0 MiB claim to unpack to 10 GiB/,
  );
  expect(await refused(async () => give('lies.zip', await tenPhotos(5000)))).toMatch(
    /lies\.zip: it cannot be unpacked \(Invalid uncompressed size\)/,
  );
  expect(await refused(async () => give('words.zip', await zipOf({ 'words.txt': 'no scene' })))).toMatch(
    /expected a scene of a known format/,
  );
  expect(await refused(async () => give('run.zip', await zipOf({ 'config.json': '{}', 'checkpoints/x': '' })))).toMatch(/config\.json/);
  const release = await limitRoom(page, 4000);
  expect(await refused(() => drop(page, scene))).toMatch(/do not fit into|gives this page no more room/);
  await release();
});

test('a photo that is none', async () => {
  const cameras = JSON.parse(readFileSync(join(scene, 'transforms_train.json'), 'utf8')) as { frames: { file_path: string }[] };
  const [frame] = cameras.frames;
  const zip = await zipOf({
    'transforms_train.json': JSON.stringify({ ...cameras, frames: [frame] }),
    [`${frame.file_path.replace('./', '')}.png`]: 'I am a picture',
  });
  await give('none.zip', zip);
  expect(await problemIn(page)).toMatch(/\.png: not a readable image/);
  await removeScene();
});

/** The only one. */
async function removeScene(): Promise<void> {
  page.once('dialog', (dialog) => void dialog.accept());
  await page.click('#remove-scene');
  await page.waitForFunction(() => document.querySelector<HTMLSelectElement>('#scene')!.value === '');
}

interface Pixels {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly rgba: readonly number[];
}

test.each([
  ['exact', EXACT, 0],
  ['jpeg', WITHIN_A_LEVEL, 1],
] as const)(
  'photos, %s: decoded here, turned as they say, they have the pixels that the command line reads',
  async (kind, photos, most) => {
    const path = join(folder, kind);
    await writePhotos(path, photos);
    const { scene: opening } = resolveConfig(DEFAULT_PRESET, []);
    const views = (await openSceneFor(path, opening, { rangeOptional: true }, () => undefined)).splits.train!;
    await drop(page, path);
    await page.waitForFunction((wanted) => document.querySelector<HTMLSelectElement>('#scene')!.value === wanted, kind, PATIENT);
    await idle(page);
    const theirs = await page.evaluate(() => {
      const { shown } = globalThis as unknown as { shown: Pick<Inspected, 'photos' | 'views'> };
      return shown.photos.map(({ view, width, height, rgba }): Pixels => ({
        name: shown.views.views[view].name,
        width,
        height,
        rgba: [...rgba],
      }));
    });
    expect(theirs.map(({ name, width, height }) => [name, width, height])).toEqual(
      views.map(({ name, intrinsics: { width, height } }) => [name, width, height]),
    );
    expect(theirs).toHaveLength(Object.keys(photos).length);
    const apart = theirs.map(({ rgba }, i) => Math.max(...rgba.map((value, at) => Math.abs(value - views[i].rgba[at]))));
    expect(Object.fromEntries(theirs.flatMap(({ name }, i) => (apart[i] > most ? [[name, apart[i]]] : [])))).toEqual({});
    await removeScene();
  },
);

/** Goes with the tabulator from control to control, until this one. */
async function tabTo(id: string): Promise<string[]> {
  const passed: string[] = [];
  do {
    await page.keyboard.press('Tab');
    passed.push(await page.evaluate(() => document.activeElement!.id));
    if (passed.length > 40) throw new Error(`${id} cannot be reached with the tabulator: ${passed.join(', ')}`);
  } while (passed.at(-1) !== id);
  return passed;
}

test('a folder dropped, its files dropped, a zip dropped, are the scene of the command line; so is one that is generated here by keyboard', async () => {
  const { fingerprint } = JSON.parse((await succeed(['inspect', scene, '--json'])).stdout) as { fingerprint: string };
  const zip = join(folder, 'packed.zip');
  writeFileSync(zip, await zipOf(filesOf(scene)));
  const ways: Readonly<Record<string, () => Promise<void>>> = {
    'object-32': async () => {
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      expect(await tabTo('views')).toEqual(expect.arrayContaining(['folder', 'zip', 'synthetic']));
      await page.keyboard.type('8');
      await tabTo('size');
      await page.keyboard.type('32');
      await page.keyboard.press('Enter');
    },
    scene: () => drop(page, ...readdirSync(scene).map((name) => join(scene, name))),
    'toy-2': () => drop(page, zip),
    toy: () => drop(page, scene),
  };
  // The names show which way each came; a zip's is that of the folder in it.
  const order = ['object-32', 'scene', 'toy', 'toy-2'];
  const found: Record<string, string> = {};
  for (const name of order) {
    await ways[name]();
    await page.waitForFunction((wanted) => document.querySelector<HTMLSelectElement>('#scene')!.value === wanted, name, PATIENT);
    await page.waitForSelector('#plan[data-state=new]', PATIENT);
    await idle(page);
    found[name] = (JSON.parse(await keptFile(page, `scenes/${name}.json`)) as { fingerprint: string }).fingerprint;
  }
  // Browsers have sines of their own: a scene that is generated here differs in the last bits of its cameras.
  const { 'object-32': generated, ...dropped } = found;
  expect(dropped).toEqual({ scene: fingerprint, toy: fingerprint, 'toy-2': fingerprint });
  expect(generated).toMatch(/^[0-9a-f]{64}$/);
  const [theirs, mine] = [
    await keptFile(page, 'scenes/object-32/transforms_train.json'),
    readFileSync(join(scene, 'transforms_train.json'), 'utf8'),
  ];
  const [theirNumbers, myNumbers] = [theirs, mine].map((text) => text.match(/-?\d+\.\d+(e-\d+)?/g)!.map(Number));
  expect(theirs.replace(/-?\d+(\.\d+(e-\d+)?)?/g, '')).toBe(mine.replace(/-?\d+(\.\d+(e-\d+)?)?/g, ''));
  expect(Math.max(...theirNumbers.map((value, i) => Math.abs(value - myNumbers[i])))).toBeLessThan(1e-12);
  expect(await page.textContent('#facts')).toContain('blender format, bounded: train 8 views of 32x32');
  expect(await page.textContent('#problems')).toContain('only 8 training views');
  await expectUsable();
});

async function unpack(zip: string, to: string): Promise<void> {
  const reader = new ZipReader(new BlobReader(new Blob([readFileSync(zip)])));
  for (const entry of (await reader.getEntries()) as FileEntry[]) {
    const path = join(to, entry.filename);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, await entry.getData(new Uint8ArrayWriter()));
  }
}

/** Lets a held training go on, and kills its tab at once. */
async function crash(): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  await page.click('#pause');
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
}

/** The same, as a user closes it. */
async function close(): Promise<void> {
  await page.click('#pause');
  await page.close();
}

test('trained in the page, its tab killed three times on the way: the bits of the command line, which goes on with the downloaded run', async () => {
  const mine = join(folder, 'mine');
  const trained = succeed(['train', scene, '--out', mine, ...SETTINGS, '--threads', '1', '--quiet']);
  await page.selectOption('#scene', 'toy');
  await page.waitForSelector('#plan[data-state=new]', PATIENT);
  await setSettings(page, SETTINGS);
  await page.fill('#threads', '2');
  await holdOnceSaved(page);
  await tabTo('train');
  await page.keyboard.press('Enter');
  await held(page);
  await page.waitForFunction(() => document.querySelector<HTMLCanvasElement>('#live')!.width > 1, null, PATIENT);
  expect(await page.textContent('#training-state')).toMatch(/paused/i);
  await expectUsable();
  await tabTo('stop');
  const kills = [crash, close, crash];
  for (const [i, kill] of kills.entries()) {
    await held(page);
    await kill();
    page = await reopenStudio(page);
    expect(await page.textContent('#runs')).toMatch(/fine step \d+, interrupted/);
    if (i < kills.length - 1) await holdOnceSaved(page);
    await press(page, 'Go on', 'toy');
  }
  expect(await ended(page)).toMatch(/^Trained: toy, fine step 600\./);
  await press(page, 'Evaluate', 'toy');
  await page.waitForFunction(() => /dB/.test(document.getElementById('runs')!.textContent!), null, PATIENT);
  await expectUsable();
  const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Download with its photos', 'toy')]);
  const zip = join(folder, 'toy.zip');
  await download.saveAs(zip);
  await unpack(zip, join(folder, 'out'));
  const theirs = join(folder, 'out', 'toy');
  await trained;
  expect(await contentOf(theirs)).toEqual(await contentOf(mine));
  await idle(page);

  const measured = (): number => (JSON.parse(readFileSync(join(theirs, 'eval', 'test', 'metrics.json'), 'utf8')) as { psnr: number }).psnr;
  const inPage = measured();
  await succeed(['eval', theirs, '--scene', join(theirs, 'scene'), '--quiet']);
  expect(measured()).toBeCloseTo(inPage, 6);
  await succeed(['resume', theirs, '--scene', join(theirs, 'scene'), '--max-steps', '610', '--quiet']);
  expect(checkpointNames(theirs).at(-1)).toBe('fine-00000610.safetensors');

  // And back: the zip of a run is a run, with its scene.
  await drop(page, zip);
  await page.waitForSelector('li[data-run="toy-2"]', PATIENT);
  expect(await page.textContent('li[data-run="toy-2"]')).toContain('fine step 600');
});
