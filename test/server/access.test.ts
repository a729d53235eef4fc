import { request } from 'node:http';
import { hostname } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { startWebServer, type ServeOptions, type WebServer } from '../../src/server/web-server.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

let server: WebServer;
afterEach(() => server.close());

async function start(change: Partial<ServeOptions>): Promise<URL> {
  server = await startWebServer({ served: [temporaryFolder()], host: '127.0.0.1', port: 0, report: () => undefined, ...change });
  return new URL(server.url);
}

/** Status of a request to this machine under a name, as a browser sends it. */
function statusUnder(host: string, port: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/api/about', headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .once('error', reject)
      .end();
  });
}

describe('names', () => {
  it('of this machine are answered, others refused', async () => {
    const { port } = await start({});
    expect(await statusUnder(`localhost:${port}`, port)).toBe(200);
    expect(await statusUnder(`127.0.0.1:${port}`, port)).toBe(200);
    expect(await statusUnder('evil.example', port)).toBe(403);
    expect(await statusUnder('10.0.0.1', port)).toBe(403);
  });

  it('beyond this machine: addresses, its host name and those that are allowed', async () => {
    const { port } = await start({ host: '0.0.0.0', names: ['viewer.example'] });
    for (const name of ['localhost', '10.0.0.1', '[fe80::1]', hostname(), `Viewer.Example:${port}`])
      expect(await statusUnder(name, port), name).toBe(200);
    expect(await statusUnder('evil.example', port)).toBe(403);
  });
});

it('runs are changed by whoever may be trusted: on this machine, or with a token', async () => {
  const folder = temporaryFolder();
  const status = async (change: Partial<ServeOptions>, body: unknown): Promise<number> => {
    const { origin, searchParams } = await start({ ...change, served: [folder] });
    const token = searchParams.get('token');
    const headers = { 'content-type': 'application/json', ...(token === null ? {} : { cookie: `spikeray-token=${token}` }) };
    const answer = await fetch(`${origin.replace('0.0.0.0', '127.0.0.1')}/api/runs/none/up`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    await server.close();
    return answer.status;
  };
  // There is no such run: but that is said to those alone who may change one.
  expect(await status({}, { up: [0, 0, 1] })).toBe(404);
  expect(await status({ host: '0.0.0.0' }, { up: [0, 0, 1] })).toBe(403);
  expect(await status({ host: '0.0.0.0', token: 'secret' }, { up: [0, 0, 1] })).toBe(404);
});

describe('a token', () => {
  it('opens the server to whoever has the printed address, and to their next requests', async () => {
    const url = await start({ token: 'se cret' });
    const about = new URL('api/about', url.origin);
    expect((await fetch(about)).status).toBe(401);
    expect((await fetch(`${about.href}?token=wrong`)).status).toBe(401);
    expect((await fetch(about, { headers: { cookie: 'spikeray-token=%E0%A4%A' } })).status).toBe(401);
    const first = await fetch(`${about.href}${url.search}`);
    expect(first.status).toBe(200);
    const cookie = first.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await fetch(about, { headers: { cookie: `other=1; ${cookie.split(';')[0]}` } })).status).toBe(200);
  });
});
