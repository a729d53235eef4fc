/**
 * Watches the memory of `spikeray serve` while clients look at runs without a break: gallery, details, parts of the baked scene, pictures of
 * random views, every third of them given up half-way. Memory is flat if what the process holds (resident set) at the end is at most a tenth
 * and the given number of MiB above what it held after the first quarter: some seconds are not enough to fill the heap and the caches.
 *
 * Usage, on Linux: node dist/scripts/soak-server.js FOLDER [minutes = 10] [clients = 8] [MiB = 32]. Prints a table; exits with 1 if memory grows, or anything is
 * answered with another status than 200 or 206.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Random } from '../src/math/random.ts';
import type { RunDetails } from '../src/server/run-routes.ts';
import type { BrokenRun, RunSummary } from '../src/server/find-runs.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
/** Measurements in all. */
const MEASUREMENTS = 40;
const MEBIBYTE = 2 ** 20;
const SIZE = 96;

async function main(folder: string, minutes: number, clients: number, allowance: number): Promise<void> {
  const server = spawn(process.execPath, [MAIN, 'serve', folder, '--port', '0'], { stdio: ['ignore', 'inherit', 'pipe'] });
  try {
    const url = await addressOf(server.stderr);
    const end = Date.now() + minutes * 60_000;
    const counts = { requests: 0, pictures: 0, givenUp: 0 };
    const looking = Array.from({ length: clients }, (_, i) => look(url, new Random(i + 1), end, counts));
    const memory = await measure(server.pid!, end, Promise.all(looking));
    await Promise.all(looking);
    const early = Math.max(...memory.slice(0, MEASUREMENTS / 4));
    const late = Math.max(...memory.slice(-MEASUREMENTS / 4));
    print({
      minutes,
      clients,
      ...counts,
      'MiB, first quarter': Math.round(early / MEBIBYTE),
      'MiB, last quarter': Math.round(late / MEBIBYTE),
    });
    if (late > early * 1.1 + allowance * MEBIBYTE) throw new Error('memory grows');
  } finally {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }
}

async function addressOf(stderr: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const part of stderr.setEncoding('utf8')) {
    text += String(part);
    const found = /http:\/\/\S+\//.exec(text);
    if (found === null) continue;
    stderr.resume();
    return found[0];
  }
  throw new Error(`the server ended: ${text}`);
}

/** Bytes of the resident set, at equal intervals until `end`. @param failed rejects if a client fails */
async function measure(pid: number, end: number, failed: Promise<unknown>): Promise<number[]> {
  const interval = (end - Date.now()) / MEASUREMENTS;
  const memory: number[] = [];
  for (let i = 0; i < MEASUREMENTS; i++) {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, interval)), failed]);
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))!;
    memory.push(Number(kibibytes) * 1024);
  }
  return memory;
}

type Counts = Record<'requests' | 'pictures' | 'givenUp', number>;

/** One client, until `end`. */
async function look(url: string, random: Random, end: number, counts: Counts): Promise<void> {
  const get = async (path: string, init?: RequestInit): Promise<Response> => {
    counts.requests++;
    const response = await fetch(url + path, init);
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const client = `soak-${random.uint32()}`;
  while (Date.now() < end) {
    const { runs: listed } = (await (await get('api/runs')).json()) as { runs: (RunSummary | BrokenRun)[] };
    const runs = listed.filter((run) => !('problem' in run));
    const run = runs[random.uint32() % runs.length];
    const details = (await (await get(`api/runs/${run.id}`)).json()) as RunDetails;
    const from = random.uint32() % 4096;
    await (await get(`api/runs/${run.id}/scene`, { headers: { range: `bytes=${from}-${from + 65535}` } })).arrayBuffer();
    const { views } = details.cameras;
    const view = views[random.uint32() % views.length];
    await (await get(`api/runs/${run.id}/photos/${view.split}/${view.index}?width=96`)).arrayBuffer();
    const intrinsics = { width: SIZE, height: SIZE, fx: SIZE, fy: SIZE, cx: SIZE / 2, cy: SIZE / 2 };
    const picture = { output: 'colour', background: [1, 1, 1], crop: null };
    const stop = new AbortController();
    const frames = await get(`api/runs/${run.id}/frames`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client,
        layer: 'l',
        scales: [4, 1],
        picture: { ...picture, camera: { camToWorld: view.camToWorld, intrinsics } },
      }),
      signal: stop.signal,
    });
    if (counts.requests % 3 === 0) {
      stop.abort();
      counts.givenUp++;
    } else {
      await frames.arrayBuffer();
      counts.pictures++;
    }
  }
}

function print(rows: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(rows)) process.stdout.write(`${name.padEnd(20)}${String(value).padStart(10)}\n`);
}

await main(process.argv[2], Number(process.argv[3] ?? 10), Number(process.argv[4] ?? 8), Number(process.argv[5] ?? 32));
