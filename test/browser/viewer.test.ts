/** The viewer as people use it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BufferSource, EncodedPacketSink, Input, WEBM } from 'mediabunny';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { spaceOf } from '../../src/spaces/index.ts';
import { turbo } from '../../renderer/colour-maps.ts';
import { parseCameraPath } from '../../renderer/paths/nerfstudio-path.ts';
import { OUTPUT_MODES, type OutputMode } from '../../src/frames/output-modes.ts';
import { depthPixels } from '../../renderer/pixels.ts';
import { renderImage } from '../../renderer/render-image.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { openField } from '../../src/eval/open-field.ts';
import { meanSquaredError, psnrOf } from '../../src/math/image-metrics.ts';
import type { RunSummary } from '../../src/server/find-runs.ts';
import type { RunDetails } from '../../src/server/run-routes.ts';
import type { RayProbe } from '../../src/frames/ray-probe.ts';
import { succeed } from '../e2e/cli.ts';
import { expectError } from '../e2e/expect-error.ts';
import { openCheckpoint } from '../e2e/run-files.ts';
import { startServing, type RunningServer } from '../e2e/server.ts';
import { workFolder } from '../e2e/tiny.ts';
import { shownColours } from '../helpers/shown-colours.ts';
import { openPage, openPanel, pixelsOf, settled } from './browser.ts';
import { smallRuns } from './small-run.ts';

const folder = workFolder();
const run = join(folder, 'runs/spiking');
let server: RunningServer;
let ids: Record<string, string>;

beforeAll(async () => {
  const runs = await smallRuns(join(folder, 'runs'));
  await succeed(['eval', run, '--quiet']);
  server = await startServing('serve', runs, '--port', '0');
  const { runs: listed } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: RunSummary[] };
  ids = Object.fromEntries(listed.map(({ id, name }) => [name, id]));
});
afterAll(() => server?.stop());

const viewer = (more = ''): string => `${server.url}viewer.html?run=${ids.spiking}${more}`;
const psnr = (a: Float32Array, b: Float32Array): number => psnrOf(meanSquaredError(a, b));
const unit = (data: ArrayLike<number>): Float32Array => Float32Array.from(data, (value) => value / 255);

async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of all) list.push(one);
  return list;
}

async function poseOf(page: Page): Promise<number[]> {
  return (new URL(page.url()).searchParams.get('camera') ?? '').split(',').map(Number);
}

/** Saves the viewer's camera path and gives the file. */
async function savePath(page: Page): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#path-save')]);
  const path = join(folder, `path-${Math.random()}.json`);
  await download.saveAs(path);
  return path;
}

test('the gallery shows the runs, and a card leads to the viewer', async () => {
  const page = await openPage(server.url);
  await page.waitForSelector('.card');
  expect(await page.locator('.card h2').allTextContents()).toEqual(['twin', 'spiking']);
  expect(await page.locator('.card', { hasText: 'spiking' }).textContent()).toMatch(/PSNR\d+\.\d\d dB, test.*energy a pixel[\d.]+ .?J/);
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>('.card img')!.naturalWidth === 48);
  const heights = await page.locator('.card dd').evaluateAll((all) => all.map((one) => (one as HTMLElement).offsetHeight));
  expect(new Set(heights).size, 'no figure is broken from its unit').toBe(1);
  await page.selectOption('#sort', 'psnr');
  expect(await page.locator('.card h2').first().textContent()).toBe('spiking');
  await page.click('.card >> text=spiking');
  await settled(page);
  expect(await page.textContent('#drawn')).toContain('drawn by the server');
});

test("every mode's pixels are those of the command line's render of the same view", async () => {
  const page = await openPage(viewer());
  await settled(page);
  await page.locator('#stage').press('ArrowLeft');
  await openPanel(page, 'Camera path');
  await page.click('#path-add');
  await page.click('#path-add');
  // Few frames: only the first is looked at.
  await page.getByLabel('Seconds before key frame 2').fill('0.1');
  await page.getByLabel('Seconds before key frame 2').press('Enter');
  const path = await savePath(page);
  // Their frustums would be in sight.
  for (let key = 0; key < 2; key++)
    await page
      .getByLabel(/^Remove key frame/)
      .first()
      .click();
  const rendered = await succeed(['render', run, '--path', path, '--out', join(folder, 'view'), '--quiet', '--json']);
  const { depthMetresPerUnit } = JSON.parse(rendered.stdout) as { depthMetresPerUnit: number };
  const { cameras } = parseCameraPath(JSON.parse(readFileSync(path, 'utf8')), path);
  const checkpoint = await openCheckpoint(run);
  const engine = await openField(await createWasmBackend(), checkpoint);
  const image = await renderImage(engine, cameras[0], { background: [1, 1, 1], noiseSeed: checkpoint.config.seed });
  const { width, height } = image;

  const frame = join(folder, 'view/frame_0000');
  const colours = async (file: string): Promise<Float32Array> => {
    const { rgba } = await sharpCodec.decode(file);
    return Float32Array.from({ length: width * height * 3 }, (_, i) => rgba[Math.floor(i / 3) * 4 + (i % 3)] / 255);
  };
  const depth16 = await sharp(`${frame}.depth.png`).toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  const stored = new Uint16Array(depth16.buffer, depth16.byteOffset, width * height);
  const depths = Float32Array.from(stored, (value) => value * depthMetresPerUnit);
  const range = spaceOf(checkpoint.spec.space).depthScale(checkpoint.spec.grid, [cameras[0]]);
  const written: Partial<Record<OutputMode, Float32Array>> = {
    colour: await colours(`${frame}.png`),
    opacity: await colours(`${frame}.opacity.png`),
    depth: unit(depthPixels(depths, image.opacity, width, height, turbo, range).data),
  };
  for (const mode of OUTPUT_MODES) {
    await page.click(`[data-mode=${mode}]`);
    await settled(page);
    const shown = await pixelsOf(page);
    expect([shown.width, shown.height], mode).toEqual([width, height]);
    expect(psnr(shown.rgb, written[mode] ?? shownColours(mode, image, cameras[0], engine.spec)), mode).toBeGreaterThan(35);
    expect(new Set(shown.rgb).size, `${mode} is a picture`).toBeGreaterThan(3);
    expect(await page.isVisible('#legend')).toBe(mode !== 'colour' && mode !== 'normals');
  }
  await engine.dispose();
});

test('dragging orbits, the wheel approaches, keys turn and move; the address keeps the view', async () => {
  const page = await openPage(viewer());
  await settled(page);
  let before = (await pixelsOf(page)).rgb;
  const changes = async (act: () => Promise<void>): Promise<void> => {
    const address = page.url();
    await act();
    // The address follows when the view stands still.
    await page.waitForFunction((url) => location.href !== url, address);
    await settled(page);
    const after = (await pixelsOf(page)).rgb;
    expect(psnr(before, after)).toBeLessThan(45);
    before = after;
  };
  const stage = page.locator('#stage');
  await changes(async () => {
    await page.mouse.move(100, 140);
    await page.mouse.down();
    await page.mouse.move(200, 180, { steps: 6 });
    await page.mouse.up();
  });
  await changes(() => page.mouse.wheel(0, -400));
  await changes(() => stage.press('ArrowUp'));
  await changes(() => stage.press('Shift+ArrowLeft'));
  await changes(async () => {
    await stage.focus();
    await page.keyboard.down('KeyD');
    await page.waitForTimeout(150);
    await page.keyboard.up('KeyD');
  });
  await page.keyboard.press('f');
  expect(await page.getAttribute('#fly', 'aria-pressed')).toBe('true');
  await changes(async () => {
    await page.mouse.move(100, 140);
    await page.mouse.down();
    await page.mouse.move(130, 130, { steps: 3 });
    await page.mouse.up();
  });
  const again = await openPage(page.url());
  await settled(again);
  expect(psnr((await pixelsOf(again)).rgb, before)).toBeGreaterThan(45);
});

test('a thumbnail jumps exactly to its camera, whose photo shows beside the runs', async () => {
  const details = (await (await fetch(`${server.url}api/runs/${ids.spiking}`)).json()) as RunDetails;
  const page = await openPage(viewer(`&beside=${ids.twin}&photo=1&layout=wipe`));
  await settled(page);
  expect(await page.evaluate(() => document.getElementById('panel')!.scrollTop), 'the panel begins at its top').toBe(0);
  await page.click('#thumbnails button >> nth=4');
  await settled(page);
  const view = details.cameras.views[4];
  const pose = await poseOf(page);
  for (let i = 0; i < 12; i++) expect(pose[i]).toBeCloseTo(view.camToWorld[i], 5);
  await page.waitForSelector('.layer-title:text-is("photo")');
  expect(await page.locator('.layer-title').allTextContents()).toEqual(['spiking (four-bit)', 'twin (ANN)', 'photo']);
  for (let i = 0; i < 8; i++) await page.locator('.divider').last().press('ArrowLeft');
  expect(new Set((await pixelsOf(page, 2)).rgb).size).toBeGreaterThan(20);
  const widths = (): Promise<number[]> =>
    page.locator('.layer').evaluateAll((all) => all.map((layer) => layer.getBoundingClientRect().width));
  const [left, middle] = await widths();
  await page.locator('.divider').first().press('ArrowRight');
  await settled(page);
  const [wider, narrower] = await widths();
  expect([wider > left, narrower < middle]).toEqual([true, true]);
  await page.locator('#stage').press(']');
  await settled(page);
  expect((await poseOf(page))[3]).toBeCloseTo(details.cameras.views[5].camToWorld[3], 5);
});

test('a camera path is edited, previewed, saved, and loaded by another page', async () => {
  const page = await openPage(viewer());
  await settled(page);
  await openPanel(page, 'Camera path');
  await page.click('#path-add');
  await page.click('#thumbnails button >> nth=3');
  await page.click('#path-add');
  await page.getByLabel('Seconds before key frame 2').fill('0.5');
  await page.getByLabel('Seconds before key frame 2').press('Enter');
  expect(await page.textContent('#path-length')).toBe('0.5 s');
  const path = await savePath(page);
  const saved = parseCameraPath(JSON.parse(readFileSync(path, 'utf8')), path);
  expect([saved.cameras.length, saved.keys!.length]).toEqual([13, 2]);

  const other = await openPage(viewer());
  await settled(other);
  await openPanel(other, 'Camera path');
  await other.setInputFiles('#path-load', path);
  await other.waitForSelector('#keys li:nth-child(2)');
  await other.click('#path-play');
  await other.waitForFunction(() => document.getElementById('path-play')!.textContent === 'Play');
  await settled(other);
  const end = saved.keys![1].camToWorld;
  (await poseOf(other)).forEach((value, i) => {
    expect(value).toBeCloseTo(end[i], 5);
  });
  const wrong = join(folder, 'wrong.json');
  writeFileSync(wrong, '{"camera_path": [{}]}');
  await other.setInputFiles('#path-load', wrong);
  await other.waitForSelector('#status.problem');
  expect(await other.textContent('#status')).toContain('wrong.json: expected');
});

test('a camera path is filmed, frame by frame at its own times', async () => {
  const page = await openPage(viewer('&resolution=0.5&output=normals'), { deviceScaleFactor: 0.5 });
  await settled(page);
  const first = await pixelsOf(page);
  await openPanel(page, 'Camera path');
  await page.click('#path-add');
  await page.click('#thumbnails button >> nth=3');
  await page.click('#path-add');
  await page.getByLabel('Seconds before key frame 2').fill('0.2');
  await page.getByLabel('Seconds before key frame 2').press('Enter');
  await openPanel(page, 'Save');
  const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#path-film')]);
  expect(saved.suggestedFilename()).toBe('spiking-normals.webm');
  const path = join(folder, 'film.webm');
  await saved.saveAs(path);
  expect(await page.textContent('#path-film')).toBe('Film the camera path');

  const input = new Input({ formats: [WEBM], source: new BufferSource(readFileSync(path)) });
  const track = (await input.getPrimaryVideoTrack())!;
  const packets = await collect(new EncodedPacketSink(track).packets());
  expect([track.displayWidth, track.displayHeight]).toEqual([first.width - (first.width % 2), first.height - (first.height % 2)]);
  packets.forEach(({ timestamp }, i) => {
    expect(timestamp).toBeCloseTo(i / 24, 2);
  });
  expect(packets).toHaveLength(6);
  const chunk = { codec: (await track.getDecoderConfig())!.codec, data: [...packets[0].data] };
  const shown = await page.evaluate(async ({ codec, data }) => {
    const frame = await new Promise<VideoFrame>((output, error) => {
      const decoder = new VideoDecoder({ output, error });
      decoder.configure({ codec });
      decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data: new Uint8Array(data) }));
      void decoder.flush();
    });
    const canvas = new OffscreenCanvas(frame.displayWidth, frame.displayHeight);
    const context = canvas.getContext('2d')!;
    context.drawImage(frame, 0, 0);
    frame.close();
    return Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data);
  }, chunk);
  const [from, of] = [first.width, first.width - (first.width % 2)];
  const drawn = Float32Array.from(
    shown,
    (_, i) => first.rgb[(Math.floor(i / 4 / of) * from + (Math.floor(i / 4) % of)) * 3 + Math.min(2, i % 4)],
  );
  expect(
    psnr(
      unit(shown).filter((_, i) => i % 4 < 3),
      drawn.filter((_, i) => i % 4 < 3),
    ),
  ).toBeGreaterThan(25);

  await page.getByLabel('Seconds before key frame 2').fill('60');
  await page.getByLabel('Seconds before key frame 2').press('Enter');
  await page.click('#path-film');
  await page.waitForSelector('#path-film:has-text("2 of")');
  await page.click('#path-film');
  await page.waitForSelector('#path-film:text-is("Film the camera path")');
});

test('a clicked pixel shows what the network does along its ray: as the server and the command line have it', async () => {
  const page = await openPage(viewer(), { viewport: { width: 800, height: 400 } });
  await settled(page);
  const answered = page.waitForResponse((response) => response.url().endsWith('/probe'));
  await page.mouse.click(250, 200);
  const found = (await (await answered).json()) as RayProbe;
  await page.waitForSelector('#ray-figure svg');
  expect(found.samples.length).toBeGreaterThan(0);
  expect(await page.isVisible('#ray-mark')).toBe(true);
  expect(found.pixel).toEqual([250, 200]);
  const traces = (): Promise<number> => page.locator('#ray-figure text:text-is("potential")').count();
  expect(await traces()).toBe(4);
  await page.locator('#ray-figure [data-layer="1"]').click({ position: { x: 5, y: 3 } });
  expect(await traces()).toBe(5);
  expect(await page.inputValue('#ray-neurons')).toMatch(/2:[0-3]\b/);
  await page.fill('#ray-neurons', '1:3 2:900');
  await page.press('#ray-neurons', 'Enter');
  expect(await traces()).toBe(1);
  const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#ray-json')]);
  expect(JSON.parse(readFileSync(await saved.path(), 'utf8'))).toEqual(found);
  const [drawn] = await Promise.all([page.waitForEvent('download'), page.click('#ray-svg')]);
  expect((await sharp(await drawn.path()).metadata()).width).toBeGreaterThan(300);
  await page.press('#ray', 'Escape');
  expect(await page.isVisible('#ray')).toBe(false);
  await page.keyboard.press('c');
  await page.waitForSelector('#ray-figure svg');
  expect(await page.textContent('#ray-figure text')).toContain('Pixel 250, 200');

  // The same ray by the command line: a view of the scene, through its own camera.
  const details = (await (await fetch(`${server.url}api/runs/${ids.spiking}`)).json()) as RunDetails;
  const view = details.cameras.views.find(({ split }) => split === 'test')!;
  const { width, height, fx, fy, cx, cy } = view.intrinsics;
  const camera = { camToWorld: view.camToWorld, intrinsics: { width, height, fx, fy, cx, cy } };
  const ask = (pixel: readonly number[]): Promise<Response> =>
    fetch(`${server.url}api/runs/${ids.spiking}/probe`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client: 'test', ray: { camera, pixel, background: [1, 1, 1], crop: null } }),
    });
  const answer = (await (await ask([25, 24])).json()) as RayProbe;
  const { stdout } = await succeed(['probe', run, '--view', view.name, '--pixel', '25,24', '--json', '--quiet']);
  expect(JSON.parse(stdout)).toMatchObject(answer);
  expect((await ask([48, 0])).status).toBe(400);
  expect((await ask([0.5, 0])).status).toBe(400);
  await expectError(['probe', run, '--pixel', '48,0'], { says: ['--pixel 48', '47'] });
  await expectError(['probe', run, '--view', 'r_99'], { says: ['--view r_99'] });
});

test('a double click orbits about what is there', async () => {
  const page = await openPage(viewer(), { viewport: { width: 800, height: 400 } });
  await settled(page);
  await page.mouse.dblclick(270, 190);
  await page.waitForFunction(() => document.getElementById('stage')!.dataset.state !== 'full');
  await settled(page);
  expect(await page.isVisible('#ray')).toBe(false);
  const [probed] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/probe')),
    page.locator('#stage').press('c'),
  ]);
  const middle = (await probed.json()) as RayProbe;
  const before = await poseOf(page);
  const eye = [3, 7, 11].map((at) => before[at]);
  const forward = [2, 6, 10].map((at) => -before[at]);
  const centre = eye.map((value, axis) => value + forward[axis] * middle.depth);
  const address = page.url();
  await page.locator('#stage').press('ArrowLeft');
  await page.waitForFunction((url) => location.href !== url, address);
  const after = await poseOf(page);
  // The place that was clicked stays in the middle of the view, as far away as it was.
  const toCentre = centre.map((value, axis) => value - after[axis * 4 + 3]);
  const away = Math.hypot(...toCentre);
  expect(away / middle.depth).toBeCloseTo(1, 2);
  expect([2, 6, 10].reduce((sum, at, axis) => sum - (after[at] * toCentre[axis]) / away, 0)).toBeCloseTo(1, 4);
});

test('a crop box and a background change what is shown', async () => {
  const page = await openPage(viewer('&crop=50,50,50,51,51,51&background=204060'));
  await settled(page);
  const { rgb } = await pixelsOf(page);
  const expected = [0x20, 0x40, 0x60].map((value) => value / 255);
  expect(rgb.every((value, i) => Math.abs(value - expected[i % 3]) < 0.003)).toBe(true);
  await openPanel(page, 'Crop');
  await page.uncheck('#crop-on');
  await settled(page);
  expect(new Set((await pixelsOf(page)).rgb).size).toBeGreaterThan(20);
  await openPanel(page, 'Save');
  const [picture] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  expect(picture.suggestedFilename()).toBe('spiking-colour.png');
  const saved = await sharp(await picture.path())
    .removeAlpha()
    .raw()
    .toBuffer();
  expect(psnr(unit(saved), (await pixelsOf(page)).rgb)).toBeGreaterThan(40);
});
