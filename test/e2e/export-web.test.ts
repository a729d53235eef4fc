/** Baked scenes through the command line and the server. */
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeFrames } from '../../src/frames/frame-message.ts';
import { BAKED_VERSION } from '../../src/baked/baked-scene.ts';
import { decodeScene } from '../../src/baked/decode-scene.ts';
import type { FieldSpec } from '../../src/model/field-spec.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { representationOf } from '../../src/model/representations/index.ts';
import { succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { expectLicences } from './licences.ts';
import { openCheckpoint } from './run-files.ts';
import { startServing, type RunningServer } from './server.ts';
import { tinyRuns, workFolder } from './tiny.ts';
import type { RunSummary } from '../../src/server/find-runs.ts';
import type { RunDetails } from '../../src/server/run-routes.ts';

const folder = workFolder();
const run = join(folder, 'runs/spiking');
let server: RunningServer;

beforeAll(async () => {
  const runs = await tinyRuns(join(folder, 'runs'));
  rmSync(join(runs, 'twin'), { recursive: true });
  server = await startServing('serve', runs, '--port', '0');
});
afterAll(() => server?.stop());

/** As what pages draw. */
function inDenseGrids(spec: FieldSpec): FieldSpec {
  return { ...spec, representation: denseSpec(representationOf(spec).features) };
}

test('web: a folder with page, script, style and scene; nothing in it leads elsewhere', async () => {
  const out = join(folder, 'site');
  const { stdout } = await succeed(['export', run, '--format', 'web', '--out', out, '--json', '--quiet']);
  const { bytes } = JSON.parse(stdout) as { bytes: number };
  expect(readdirSync(out).sort()).toEqual(['index.html', 'licences.txt', 'scene.spikeray', 'viewer.css', 'viewer.js']);
  expect(statSync(join(out, 'scene.spikeray')).size).toBe(bytes);
  expectLicences(readFileSync(join(out, 'licences.txt'), 'utf8'));
  expect(readFileSync(join(out, 'index.html'), 'utf8')).not.toMatch(/https?:/);
  const scene = await decodeScene(new Uint8Array(readFileSync(join(out, 'scene.spikeray'))), 'scene');
  const checkpoint = await openCheckpoint(run);
  expect(scene.spec).toEqual(inDenseGrids(checkpoint.spec));
  expect(scene.about.trained).toEqual({ stage: 'fine', step: 40 });
  expect(scene.about.cameras.views.length).toBe(12);
  expect(scene.thumbnails.every((webp) => Buffer.from(webp).toString('latin1', 8, 12) === 'WEBP')).toBe(true);
  await expectError(['export', run, '--format', 'web', '--out', out], { says: ['site', 'in use', '--force'] });
  await succeed(['export', run, '--format', 'web', '--out', out, '--force', '--quiet']);
});

test('html: one page that holds everything', async () => {
  const out = join(folder, 'scene.html');
  await succeed(['export', run, '--format', 'html', '--out', out, '--quiet']);
  const page = readFileSync(out, 'utf8');
  // Not the page itself, which is long.
  expect(/(?:src|href)="(?!data:|\$\{)[^"$]{0,80}/.exec(page)?.[0]).toBeUndefined();
  expectLicences(page.split('id="licences">')[1].split('</script>')[0]);
  const [, base64] = /id="scene">([^<]+)</.exec(page)!;
  const scene = await decodeScene(new Uint8Array(Buffer.from(base64, 'base64')), 'scene');
  expect(scene.about.name).toBe('runs/spiking');
});

test('a format that is none, and a run that is none, are refused', async () => {
  await expectError(['export', run, '--format', 'gif'], { says: ['gif', 'nir, web, html'] });
  await expectError(['export', join(folder, 'nowhere'), '--format', 'web'], { says: ['nowhere'] });
});

test('an exported folder is served like a run: gallery, cameras, thumbnails, frames, scene', async () => {
  const site = join(folder, 'sites/lamp');
  await succeed(['export', run, '--format', 'web', '--out', site, '--quiet']);
  cpSync(site, join(folder, 'sites/damaged'), { recursive: true });
  writeFileSync(join(folder, 'sites/damaged/scene.spikeray'), 'SPKR');
  const other = await startServing('serve', join(folder, 'sites'), '--port', '0');
  try {
    const json = async <T>(path: string): Promise<T> => (await (await fetch(other.url + path)).json()) as T;
    const { runs } = await json<{ runs: (RunSummary & { problem?: string })[] }>('api/runs');
    expect(runs.map(({ name }) => name)).toEqual(['lamp', 'damaged']);
    const [lamp, damaged] = runs;
    expect(damaged.problem).toContain('expected a baked scene');
    expect((await fetch(`${other.url}api/runs/${damaged.id}/scene`)).status).toBe(400);
    expect((await fetch(other.url + lamp.picture!)).headers.get('content-type')).toBe('image/webp');
    const details = await json<RunDetails>(`api/runs/${lamp.id}`);
    const { camToWorld, intrinsics, split, index } = details.cameras.views[0];
    expect((await fetch(`${other.url}api/runs/${lamp.id}/photos/${split}/${index}`)).status).toBe(404);
    const picture = { camera: { camToWorld, intrinsics }, output: 'colour', background: [1, 1, 1], crop: null };
    const response = await fetch(`${other.url}api/runs/${lamp.id}/frames`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client: 'c', layer: 'l', scales: [1], picture }),
    });
    const frames = [];
    for await (const frame of decodeFrames(response.body as unknown as AsyncIterable<Uint8Array>)) frames.push(frame);
    expect(frames[0].statistics.samples).toBeGreaterThan(0);
    const scene = new Uint8Array(await (await fetch(`${other.url}api/runs/${lamp.id}/scene`)).arrayBuffer());
    expect(Buffer.from(scene).equals(readFileSync(join(site, 'scene.spikeray')))).toBe(true);
  } finally {
    await other.stop();
  }
});

test("the server bakes a run's scene when asked, once, and answers ranges and conditional requests", async () => {
  const { runs } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: RunSummary[] };
  const address = `${server.url}api/runs/${runs[0].id}/scene`;
  const answers = await Promise.all(Array.from({ length: 5 }, async () => (await fetch(address)).arrayBuffer()));
  const [bytes] = answers.map((answer) => new Uint8Array(answer));
  const scene = await decodeScene(bytes, 'scene');
  expect(scene.spec).toEqual(inDenseGrids((await openCheckpoint(run)).spec));
  const part = await fetch(address, { headers: { range: 'bytes=4-7' } });
  expect([part.status, [...new Uint8Array(await part.arrayBuffer())]]).toEqual([206, [BAKED_VERSION, 0, 0, 0]]);
  const whole = await fetch(address);
  expect(whole.headers.get('content-encoding')).toBeNull();
  expect(whole.headers.get('content-type')).toBe('application/vnd.spikeray.scene');
  // `fetch` adds "no-cache" to conditional requests.
  const again = await new Promise((resolve) => get(address, { headers: { 'if-none-match': whole.headers.get('etag')! } }, resolve));
  expect((again as IncomingMessage).resume().statusCode).toBe(304);
  expect((await fetch(`${server.url}api/runs/none/scene`)).status).toBe(404);
});

test('a hundred clients at once get the gallery, the page and the scene in parts', async () => {
  const { runs } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: RunSummary[] };
  const scene = `${server.url}api/runs/${runs[0].id}/scene`;
  const whole = Buffer.from(await (await fetch(scene)).arrayBuffer());
  const quarter = Math.ceil(whole.length / 4);
  // As browsers do where a connection that was kept for another request is closed meanwhile: on a busy machine that happens.
  const again = (url: string, init?: RequestInit): Promise<Response> =>
    fetch(url, init).catch((error: unknown) => {
      if ((error as { cause?: { code?: string } }).cause?.code !== 'ECONNRESET') throw error;
      return fetch(url, init);
    });
  const clients = Array.from({ length: 100 }, async () => {
    const [listed, page] = await Promise.all([again(`${server.url}api/runs`), again(`${server.url}viewer.html`)]);
    expect([listed.status, page.status]).toEqual([200, 200]);
    expect(page.headers.get('content-encoding')).toBe('gzip');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    await Promise.all([listed.text(), page.text()]);
    const parts = [0, 1, 2, 3].map(async (i) => {
      const part = await again(scene, { headers: { range: `bytes=${i * quarter}-${(i + 1) * quarter - 1}` } });
      expect(part.status).toBe(206);
      return Buffer.from(await part.arrayBuffer());
    });
    return Buffer.concat(await Promise.all(parts)).equals(whole);
  });
  expect((await Promise.all(clients)).every(Boolean)).toBe(true);
});
