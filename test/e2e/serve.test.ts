/** The web server without a browser: API, files, frames, and what it refuses. */
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeFrames } from '../../src/frames/frame-message.ts';
import type { Frame } from '../../src/frames/frame-source.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { meanSquaredError, psnrOf } from '../../src/math/image-metrics.ts';
import type { RunDetails } from '../../src/server/run-routes.ts';
import type { RunSummary } from '../../src/server/find-runs.ts';
import { succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { startServing, type RunningServer } from './server.ts';
import { tinyRuns, workFolder } from './tiny.ts';

const folder = workFolder();
const runs = join(folder, 'runs');
let server: RunningServer;
let ids: Record<string, string>;

beforeAll(async () => {
  const run = join(await tinyRuns(runs), 'spiking');
  await succeed(['eval', run, '--quiet']);
  cpSync(run, join(runs, 'broken'), { recursive: true });
  writeFileSync(join(runs, 'broken/config.json'), '{');
  symlinkSync('/etc/passwd', join(run, 'eval/passwd'));
  symlinkSync('/etc', join(run, 'report'));
  mkdirSync(join(folder, 'empty'));
  server = await startServing('serve', runs, '--port', '0');
  const { runs: listed } = await json<{ runs: RunSummary[] }>('api/runs');
  ids = Object.fromEntries(listed.map(({ id, name }) => [name, id]));
});
afterAll(() => server?.stop());

const get = (path: string, init?: RequestInit): Promise<Response> => fetch(server.url + path, init);
const json = async <T>(path: string, init?: RequestInit): Promise<T> => (await (await get(path, init)).json()) as T;

/** @param picture changes of what is to be seen */
function frameRequest(change: object = {}, picture: object = {}): RequestInit {
  const camToWorld = [1, 0, 0, 0, 0, 0, -1, -4, 0, 1, 0, 0, 0, 0, 0, 1];
  const intrinsics = { width: 64, height: 48, fx: 60, fy: 60, cx: 32, cy: 24 };
  const wanted = { camera: { camToWorld, intrinsics }, output: 'colour', background: [1, 1, 1], crop: null, ...picture };
  const body = { client: 'c', layer: 'l', scales: [2, 1], picture: wanted, ...change };
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** [height,width,3] */
function rgbOf({ content }: Frame): Uint8Array {
  if (content.kind !== 'colours') throw new Error('expected colours');
  return content.rgb;
}

async function framesOf(run: string, change?: object, picture?: object): Promise<Frame[]> {
  const response = await get(`api/runs/${ids[run]}/frames`, frameRequest(change, picture));
  expect(response.status).toBe(200);
  const frames = [];
  for await (const frame of decodeFrames(response.body as unknown as AsyncIterable<Uint8Array>)) frames.push(frame);
  return frames;
}

test('the gallery lists runs with their quality, and says what is wrong with a broken one', async () => {
  const { runs: listed } = await json<{ runs: (RunSummary & { problem?: string })[] }>('api/runs');
  expect(listed.map(({ name }) => name).sort()).toEqual(['broken', 'spiking', 'twin']);
  const spiking = listed.find(({ name }) => name === 'spiking')!;
  expect(spiking.quality!.psnr).toBeGreaterThan(5);
  expect(spiking.quality!.millijoules).toBeGreaterThan(0);
  expect(spiking.trained).toEqual({ stage: 'fine', step: 40 });
  expect(listed.find(({ name }) => name === 'broken')!.problem).toContain('expected JSON');
  const picture = await get(spiking.picture!);
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
});

test('a run tells its cameras, its twin, and gives its photos', async () => {
  const details = await json<RunDetails>(`api/runs/${ids.spiking}`);
  expect(details.twin).toBe(ids.twin);
  expect(details.cameras.views.filter(({ split }) => split === 'train')).toHaveLength(8);
  expect(details.cameras.problem).toBeNull();
  const photo = new Uint8Array(await (await get(`api/runs/${ids.spiking}/photos/train/0`)).arrayBuffer());
  const path = join(folder, 'photo.webp');
  writeFileSync(path, photo);
  expect(await sharpCodec.header(path)).toMatchObject({ width: 32, height: 32 });
});

test('which way is up is saved with a run, and refused where it makes no sense', async () => {
  const path = `api/runs/${ids.twin}`;
  const post = (body: unknown): Promise<Response> =>
    get(`${path}/up`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect((await json<RunDetails>(path)).cameras.up).toEqual([0, 0, 1]);
  for (const body of [{ up: [0, 0, 0] }, { up: 'z' }, { up: [0, 1, 0], more: 1 }, []]) expect((await post(body)).status).toBe(400);
  expect((await get(`${path}/up`, { method: 'POST', body: 'up' })).status).toBe(400);
  expect((await post({ up: [0, 2, 0] })).status).toBe(200);
  expect((await json<RunDetails>(path)).cameras.up).toEqual([0, 1, 0]);
  writeFileSync(join(runs, 'twin/view.json'), '{}');
  const broken = await get(path);
  expect([broken.status, await broken.text()]).toEqual([400, expect.stringContaining('view.json: version')]);
  rmSync(join(runs, 'twin/view.json'));
});

test("frames are coarse first, and the last is the command line's render of the same view", async () => {
  const details = await json<RunDetails>(`api/runs/${ids.spiking}`);
  const { camToWorld, intrinsics } = details.cameras.views[0];
  await succeed(['render', join(runs, 'spiking'), '--path', 'views', '--split', 'train', '--out', join(folder, 'views'), '--quiet']);
  const [half, full] = await framesOf('spiking', {}, { camera: { camToWorld, intrinsics } });
  expect([half.width, full.width]).toEqual([16, 32]);
  const { rgba } = await sharpCodec.decode(join(folder, `views/${details.cameras.views[0].name}.png`));
  const rgb = rgbOf(full);
  const expected = Float32Array.from(rgb, (_, i) => rgba[Math.floor(i / 3) * 4 + (i % 3)] / 255);
  expect(
    psnrOf(
      meanSquaredError(
        Float32Array.from(rgb, (x) => x / 255),
        expected,
      ),
    ),
  ).toBeGreaterThan(50);
  expect(full.statistics.millijoules).toBeGreaterThan(0);
});

test('a crop box hides what is outside of it, and nothing afterwards', async () => {
  const matter = (frame: Frame): number => rgbOf(frame).reduce((sum, value) => sum + (255 - value), 0);
  const [whole] = await framesOf('spiking', { scales: [1] });
  const [nothing] = await framesOf('spiking', { scales: [1] }, { crop: { min: [50, 50, 50], max: [51, 51, 51] } });
  const [half] = await framesOf('spiking', { scales: [1] }, { crop: { min: [0, -9, -9], max: [9, 9, 9] } });
  const [again] = await framesOf('spiking', { scales: [1] });
  expect(matter(whole)).toBeGreaterThan(1000);
  expect(matter(nothing)).toBe(0);
  expect(matter(half)).toBeGreaterThan(0);
  expect(matter(half)).toBeLessThan(matter(whole));
  expect(rgbOf(again)).toEqual(rgbOf(whole));
});

test('a newer request of the same layer ends the older one early; other layers are served', async () => {
  const big = {
    camToWorld: [1, 0, 0, 0, 0, 0, -1, -4, 0, 1, 0, 0, 0, 0, 0, 1],
    intrinsics: { width: 1000, height: 1000, fx: 900, fy: 900, cx: 500, cy: 500 },
  };
  const stale = framesOf('spiking', { scales: [1, 1, 1, 1], client: 'one', layer: 'x' }, { camera: big });
  const other = framesOf('twin', { client: 'one', layer: 'y' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const newer = framesOf('spiking', { client: 'one', layer: 'x', scales: [1] });
  expect((await newer).map(({ scale }) => scale)).toEqual([1]);
  expect((await other).map(({ scale }) => scale)).toEqual([2, 1]);
  expect((await stale).length).toBeLessThan(4);
});

/** fetch tidies paths and adds headers; this sends them as they are. */
function rawStatus(path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port: server.port, path, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

test.each([
  '/runs/ID/../../../../etc/passwd',
  '/runs/ID/eval/../config.json',
  '/runs/ID/eval/..%2fconfig.json',
  '/runs/ID/eval/%2e%2e/%2e%2e/config.json',
  '/runs/ID/eval/passwd',
  '/runs/ID/report/passwd',
  '/runs/ID/checkpoints/',
  '/runs/ID/config.json',
  '/runs/ID/eval',
  '/runs/ID/eval/%00',
  '/../package.json',
  '/..%2f..%2fpackage.json',
  '/assets/../../src/cli/main.js',
])('%s leads nowhere', async (path) => {
  const status = await rawStatus(path.replace('ID', ids.spiking));
  expect([400, 403, 404]).toContain(status);
});

test.each<[string, number, string, RequestInit?]>([
  ['an unknown run', 404, 'api/runs/none'],
  ['an unknown part of the API', 404, 'api/none'],
  ['an unknown page', 404, 'none.html'],
  ['a broken run', 422, 'api/runs/BROKEN'],
  ['a photo that is no number', 400, 'api/runs/ID/photos/train/-1'],
  ['a photo that is not there', 404, 'api/runs/ID/photos/train/99'],
  ['a split that is not there', 404, 'api/runs/ID/photos/__proto__/0'],
  ['a photo of absurd width', 400, 'api/runs/ID/photos/train/0?width=1e9'],
  ['frames that are no JSON', 400, 'api/runs/ID/frames', { ...frameRequest(), body: '{' }],
  ['frames of no type', 415, 'api/runs/ID/frames', { method: 'POST' }],
  ['frames of nothing', 400, 'api/runs/ID/frames', frameRequest({ scales: [] })],
  ['frames in a request too long', 413, 'api/runs/ID/frames', frameRequest({ client: 'c'.repeat(20_000) })],
  ['a method that is none', 405, 'index.html', { method: 'DELETE' }],
])('%s is answered %i with JSON', async (_, status, path, init) => {
  const response = await get(path.replace('ID', ids.spiking).replace('BROKEN', ids.broken), init);
  const { error } = (await response.json()) as { error: { message: string } };
  expect(response.status).toBe(status);
  expect(error.message.length).toBeGreaterThan(5);
  expect(error.message).not.toMatch(/\n\s+at /);
});

test("another host's name is refused: pages of elsewhere must not read what is served here", async () => {
  expect(await rawStatus('/api/runs', { host: 'evil.example:80' })).toBe(403);
  expect(await rawStatus('/api/runs', { host: `localhost:${server.port}` })).toBe(200);
});

test('ranges, conditional requests and compression are answered', async () => {
  const { runs: listed } = await json<{ runs: RunSummary[] }>('api/runs');
  const picture = listed.find(({ name }) => name === 'spiking')!.picture!;
  const part = await get(picture, { headers: { range: 'bytes=1-3' } });
  expect([part.status, await part.text()]).toEqual([206, 'PNG']);
  const tag = (await get(picture)).headers.get('etag')!;
  expect(await rawStatus(`/${picture}`, { 'if-none-match': tag })).toBe(304);
  expect((await get(picture, { headers: { range: 'bytes=999999999-' } })).status).toBe(416);
  const page = await get('');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  const [, asset] = /(assets\/[^"]+\.js)/.exec(await page.text())!;
  const script = await get(asset, { headers: { 'accept-encoding': 'gzip' } });
  expect(script.headers.get('content-encoding')).toBe('gzip');
  expect(script.headers.get('cache-control')).toContain('immutable');
});

test('a hundred clients at once get the gallery and a picture each', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const listed = await get('api/runs');
      await listed.json();
      return [listed.status, (await framesOf('spiking', { client: `many-${i}`, scales: [1] })).length];
    }),
  );
  expect(answers.filter(([status, frames]) => status === 200 && frames === 1)).toHaveLength(100);
});

test('what cannot be served is said at once', async () => {
  await expectError(['serve', join(folder, 'nowhere')], { says: ['nowhere', 'no such folder'] });
  await expectError(['serve', runs, '--port', '99999'], { says: ['--port 99999'] });
  await expectError(['serve', runs, '--port', String(server.port)], { says: [String(server.port), 'another program'] });
});

test('Ctrl-C ends it orderly', async () => {
  const own = await startServing('serve', join(folder, 'empty'), '--port', '0');
  expect(await (await fetch(`${own.url}api/runs`)).json()).toEqual({ runs: [] });
  await own.stop('SIGINT');
  await expect(fetch(own.url)).rejects.toThrow();
});

test('a checkpoint that is cut while it is served is no picture any more, but an error that says so', async () => {
  cpSync(join(runs, 'spiking'), join(runs, 'cut'), { recursive: true });
  const found = async (): Promise<string | undefined> =>
    (await json<{ runs: RunSummary[] }>('api/runs')).runs.find(({ name }) => name === 'cut')?.id;
  await expect.poll(found, { timeout: 20_000 }).toBeDefined();
  ids.cut = (await found())!;
  expect(await framesOf('cut')).toHaveLength(2);
  expect((await get(`api/runs/${ids.cut}/scene`)).status).toBe(200);
  const checkpoints = join(runs, 'cut/checkpoints');
  const newest = join(checkpoints, readdirSync(checkpoints).sort().at(-1)!);
  truncateSync(newest, statSync(newest).size / 2);
  const status = async (): Promise<number> => (await get(`api/runs/${ids.cut}/frames`, frameRequest())).status;
  await expect.poll(status, { timeout: 20_000 }).toBe(400);
  for (const [path, init] of [['frames', frameRequest()], ['scene']] as const) {
    const { error } = await json<{ error: { message: string } }>(`api/runs/${ids.cut}/${path}`, init);
    expect(error.message).toContain(newest);
  }
});
