/** Clients of the web server, well-behaved and not. Each goes on until `end`. */
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../../src/math/random.ts';
import type { BrokenRun, RunSummary } from '../../src/server/find-runs.ts';
import type { RunDetails } from '../../src/server/run-routes.ts';

/** What patient clients ask for. */
export const ASKED = ['gallery', 'details', 'scene', 'photo', 'picture'] as const;
export type Asked = (typeof ASKED)[number];

export const emptyTally = (): Tally => ({
  requests: 0,
  givenUp: 0,
  waits: { gallery: [], details: [], scene: [], photo: [], picture: [] },
});

export interface Tally {
  requests: number;
  givenUp: number;
  /** Milliseconds that each request of a patient client took, by what it was for. */
  readonly waits: Readonly<Record<Asked, number[]>>;
}

export interface Served {
  readonly url: string;
  /** Time of Date.now() at which it is over. */
  readonly end: number;
  readonly tally: Tally;
}

export type Client = (served: Served, name: string, random: Random) => Promise<void>;

/**
 * Milliseconds at most before somebody who left comes again: sixty of a hundred clients open about a hundred connections a second. Without a pause they open
 * ever more, however few the server has taken, and what is measured is how the system refuses connections.
 */
const PAUSE = 1000;

/** Pixels. */
const SMALL = 96;
const LARGE = 640;

/** Looks at gallery, details, part of the baked scene, a photo, a picture; throws at anything but success. */
export const patient: Client = async ({ url, end, tally }, name, random) => {
  const get = async (what: Asked, path: string, init?: RequestInit): Promise<Buffer> => {
    tally.requests++;
    const began = performance.now();
    const response = await asked(url + path, init);
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    const content = Buffer.from(await response.arrayBuffer());
    tally.waits[what].push(performance.now() - began);
    return content;
  };
  while (Date.now() < end) {
    const id = anyOf(listed(await get('gallery', 'api/runs')), random);
    const { cameras } = JSON.parse(String(await get('details', `api/runs/${id}`))) as RunDetails;
    const from = random.uint32() % 4096;
    await get('scene', `api/runs/${id}/scene`, { headers: { range: `bytes=${from}-${from + 65535}` } });
    const view = anyOf(cameras.views, random);
    await get('photo', `api/runs/${id}/photos/${view.split}/${view.index}?width=96`);
    const headers = { 'content-type': 'application/json' };
    await get('picture', `api/runs/${id}/frames`, { method: 'POST', headers, body: frameRequest(name, view, SMALL) });
  }
};

/** Connects and goes away: at once, in the middle of a file, before its picture is drawn. */
export const leaving: Client = async (served, name, random) => {
  const { id, views } = await someRun(served.url, random);
  const asks = [
    '',
    `GET /api/runs/${id}/scene HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    'GET /api/runs HTTP/1.1\r\nhost: localhost\r\n\r\n',
    posted(id, frameRequest(name, views[0], LARGE)),
  ];
  await repeat(served, random, async (socket) => {
    socket.write(asks[random.uint32() % asks.length]);
    await wait(random.uint32() % 100);
  });
};

/** Reads a large picture or a file a few bytes at a time, and gives up at some time. */
export const slow: Client = async (served, name, random) => {
  const { id, views } = await someRun(served.url, random);
  await repeat(served, random, async (socket) => {
    const wanted = random.uint32() % 2 === 0;
    socket.write(
      wanted ? posted(id, frameRequest(name, views[0], LARGE)) : `GET /api/runs/${id}/scene HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    );
    socket.pause();
    for (let i = 0; i < 20 && !socket.destroyed; i++) {
      await wait(100);
      socket.read(64);
    }
  });
};

/** Sends the first half of a request, or of its content, and nothing more for a while. */
export const half: Client = async (served, name, random) => {
  const { id, views } = await someRun(served.url, random);
  await repeat(served, random, async (socket) => {
    const whole = posted(id, frameRequest(name, views[0], SMALL));
    socket.write(whole.slice(0, random.uint32() % whole.length));
    await wait(random.uint32() % 3000);
  });
};

/** Failures that are no answer: the server closed a kept connection just when it was used again (RFC 9112, section 9.3.1); so many came that one had to wait. */
const NOT_YET = ['ECONNRESET', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'];
const ATTEMPTS = 5;

/** As browsers do, once more where nothing came. A server that has ended refuses. */
async function asked(url: string, init?: RequestInit, attempt = 1): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (attempt === ATTEMPTS || !NOT_YET.includes(cause?.code ?? '')) throw error;
    return asked(url, init, attempt + 1);
  }
}

async function someRun(url: string, random: Random): Promise<{ id: string; views: RunDetails['cameras']['views'] }> {
  const id = anyOf(listed(await (await asked(`${url}api/runs`)).text()), random);
  const { cameras } = (await (await asked(`${url}api/runs/${id}`)).json()) as RunDetails;
  return { id, views: cameras.views };
}

/** The runs of a gallery that can be shown. */
function listed(gallery: Buffer | string): string[] {
  const { runs } = JSON.parse(String(gallery)) as { runs: (RunSummary | BrokenRun)[] };
  return runs.flatMap((run) => ('problem' in run ? [] : [run.id]));
}

function anyOf<T>(all: readonly T[], random: Random): T {
  return all[random.uint32() % all.length];
}

/** One connection after the other. What becomes of them is the server's business. */
async function repeat({ url, end, tally }: Served, random: Random, act: (socket: Socket) => Promise<void>): Promise<void> {
  const { hostname, port } = new URL(url);
  while (Date.now() < end) {
    tally.requests++;
    tally.givenUp++;
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await act(socket);
    socket.destroy();
    await wait(random.uint32() % PAUSE);
  }
}

function frameRequest(client: string, { camToWorld }: { readonly camToWorld: readonly number[] }, size: number): string {
  const intrinsics = { width: size, height: size, fx: size, fy: size, cx: size / 2, cy: size / 2 };
  const picture = { output: 'colour', background: [1, 1, 1], crop: null, camera: { camToWorld, intrinsics } };
  return JSON.stringify({ client, layer: 'l', scales: [4, 1], picture });
}

function posted(id: string, body: string): string {
  const head = ['host: localhost', 'content-type: application/json', `content-length: ${body.length}`];
  return `POST /api/runs/${id}/frames HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`;
}
