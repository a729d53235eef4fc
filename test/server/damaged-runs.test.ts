/** A damaged neighbour harms nobody: a real server on folders as disks and users leave them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import type { MetricsFile } from '../../src/run/metrics-file.ts';
import { encodeRecord } from '../../src/run/run-record.ts';
import type { BrokenRun, RunSummary } from '../../src/server/find-runs.ts';
import { startWebServer, type WebServer } from '../../src/server/web-server.ts';

const record = encodeRecord({
  spikeray: '0.0.0',
  node: 'v20',
  created: '2026-01-01T00:00:00Z',
  scene: { path: '/nowhere', name: 'scene', format: 'blender', fingerprint: 'f', frame: null },
  backend: { name: 'wasm', description: '', threads: null, gpu: null },
  teacher: null,
  config: presets.blender,
});
const line = JSON.stringify({
  stage: 'fine',
  step: 1,
  steps: 2,
  progress: 0.5,
  seconds: 1,
  secondsLeft: 1,
  raysPerSecond: 1,
  samplesPerRay: 1,
  loss: 0.1,
  psnr: 10,
  firingRates: null,
});
const report = {
  psnr: 30,
  ssim: 0.9,
  firingRates: [0.1, 0.2],
  energy: null,
  imageSize: { width: 8, height: 8 },
  perView: [{ name: 'r_0', counts: { rays: 4, activeRays: 2 } }],
};

/** The size of files with nothing in them, which take no room on the disk. */
const GIGABYTES = 3e9;

const folder = mkdtempSync(join(tmpdir(), 'spikeray-test-'));
let server: WebServer;
let byName: Map<string, RunSummary | BrokenRun>;
const problemOf = (name: string): string | undefined => (byName.get(name) as BrokenRun | undefined)?.problem;

beforeAll(async () => {
  const runs = join(folder, 'runs');
  /** A run with some more files. */
  const run = (name: string, files: Readonly<Record<string, string>> = {}): string => {
    const at = join(runs, name);
    mkdirSync(join(at, 'eval/test'), { recursive: true });
    writeFileSync(join(at, 'config.json'), record);
    for (const [file, text] of Object.entries({ 'metrics.jsonl': `${line}\n`, ...files })) writeFileSync(join(at, file), text);
    return at;
  };
  run('good', { 'eval/test/metrics.json': JSON.stringify(report) });
  run('deep', { 'eval/test/metrics.json': JSON.stringify({ ...report, firingRates: [0.1, 0.2, 0.3] }) });
  run('empty-report', { 'eval/test/metrics.json': '{}' });
  run('no-view', { 'eval/test/metrics.json': JSON.stringify({ ...report, perView: [] }) });
  run('half-report', { 'eval/test/metrics.json': '{"psnr": 3' });
  run('bad-line', { 'metrics.jsonl': `${line}\nnot json\n{"stage":"fine"}\n${line}\n${line.slice(0, 9)}` });
  const piped = run('piped');
  execFileSync('rm', [join(piped, 'config.json')]);
  execFileSync('mkfifo', [join(piped, 'config.json')]);
  const large = run('large');
  writeFileSync(join(large, 'config.json'), '');
  truncateSync(join(large, 'config.json'), GIGABYTES);
  mkdirSync(join(runs, 'vast'));
  writeFileSync(join(runs, 'vast/scene.spikeray'), '');
  truncateSync(join(runs, 'vast/scene.spikeray'), GIGABYTES);
  symlinkSync(runs, join(runs, 'circle'));
  symlinkSync('itself', join(runs, 'itself'));
  symlinkSync('/', join(runs, 'root'));
  mkdirSync(join(folder, 'elsewhere'));
  writeFileSync(join(folder, 'elsewhere/config.json'), record);
  writeFileSync(join(folder, 'elsewhere/metrics.jsonl'), '');
  symlinkSync(join(folder, 'elsewhere'), join(runs, 'linked'));
  server = await startWebServer({ served: [runs], host: '127.0.0.1', port: 0, report: () => undefined });
  const { runs: listed } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: (RunSummary | BrokenRun)[] };
  byName = new Map(listed.map((found) => [found.name, found]));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe('the gallery', () => {
  it('shows the runs there are, a linked one too, and nothing behind other links', () => {
    const expected = ['good', 'deep', 'empty-report', 'no-view', 'half-report', 'bad-line', 'piped', 'large', 'linked', 'vast'];
    expect([...byName.keys()].sort()).toEqual(expected.sort());
    expect(byName.get('good')).toMatchObject({ quality: { psnr: 30, ssim: 0.9, shareOfAnn: null } });
    expect(byName.get('deep')).toMatchObject({ quality: { firingRates: [0.1, 0.2, 0.3] } });
    expect(problemOf('linked')).toBeUndefined();
  });

  it('says of each damaged one what is wrong with it', () => {
    expect(problemOf('empty-report')).toMatch(/eval\/test\/metrics\.json: psnr: /);
    expect(problemOf('no-view')).toMatch(/metrics\.json: perView: /);
    expect(problemOf('half-report')).toMatch(/metrics\.json: expected JSON/);
    expect(problemOf('piped')).toMatch(/config\.json: expected a file, found a named pipe/);
    expect(problemOf('large')).toMatch(/expected at most 1048576 bytes, found 3000000000/);
    expect(problemOf('vast')).toMatch(/scene\.spikeray: expected a baked scene, found something else/);
  });

  it('answers a request for a damaged run with its problem', async () => {
    const { id } = byName.get('empty-report')!;
    const response = await fetch(`${server.url}api/runs/${id}`);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain('metrics.json: psnr');
  });

  it('never holds files in memory that are not what their names say', async () => {
    for (const name of ['large', 'vast', 'piped'])
      for (const part of ['', '/scene', '/photos/train/0?width=96']) {
        const response = await fetch(`${server.url}api/runs/${byName.get(name)!.id}${part}`);
        expect(response.status, `${name}${part}`).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
      }
    expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(GIGABYTES);
  });

  it('gives the good lines of metrics.jsonl, and names the first bad one', async () => {
    const { metrics, problem } = (await (await fetch(`${server.url}api/runs/${byName.get('bad-line')!.id}/metrics`)).json()) as MetricsFile;
    expect(metrics).toHaveLength(2);
    expect(problem).toMatch(/metrics\.jsonl: line 2: expected JSON/);
  });
});
