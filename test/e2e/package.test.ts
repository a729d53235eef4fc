/** What `npm pack` makes, installed into an empty folder: it does what the README says without the sources and without the optional packages. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, preview } from 'vite';
import { beforeAll, expect, inject, test } from 'vitest';
import { cli, succeed, type CliOptions } from './cli.ts';
import { expectLicences } from './licences.ts';
import { startServingFrom } from './server.ts';
import { TINY, TINY_LIF, workFolder } from './tiny.ts';

const MOST_MEGABYTES = 150;

const folder = workFolder();
const home = join(folder, 'home');
const installed = join(home, 'node_modules/spikeray');
const main = join(installed, 'dist/src/cli/main.js');
const there: CliOptions = { main, cwd: home };
/** As npm is started by a user, not from a script of this repository. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?!config_(registry|cache)$)/i.test(name)));
let packed: string[];

const npm = (cwd: string, ...args: string[]) =>
  promisify(execFile)('npm', args, { cwd, env, shell: process.platform === 'win32', maxBuffer: 2 ** 26 });
const install = (...what: string[]) => npm(home, 'install', '--prefer-offline', '--no-audit', '--no-fund', ...what);

beforeAll(async () => {
  mkdirSync(home);
  const { stdout } = await npm('.', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  packed = files.map(({ path }) => path);
  writeFileSync(join(home, 'package.json'), '{ "private": true }');
  await install(join(folder, filename));
});

test('holds what runs, its types, docs and licences; no source maps, tests or scripts of development', () => {
  for (const path of [
    'LICENSE',
    'README.md',
    'package.json',
    'dist/src/cli/main.js',
    'dist/src/index.d.ts',
    'docs/webgpu.md',
    'install/native-tensorflow.sh',
  ])
    expect(packed).toContain(path);
  expect(packed.filter((path) => /\.map$|(^|\/)(scripts|test)\//.test(path))).toEqual([]);
  // The sources of the kernels are there for neurons of other programs, which are compiled with them.
  const sources = packed.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
  expect(sources.filter((path) => !path.startsWith('dist/src/backends/wasm/assembly/'))).toEqual([]);
  for (const viewer of ['web-viewer', 'static-viewer'])
    expectLicences(readFileSync(join(installed, 'dist', viewer, 'licences.txt'), 'utf8'));
});

test('takes less room than the README says', () => {
  const size = (path: string): number =>
    statSync(path).isDirectory() ? readdirSync(path).reduce((sum, name) => sum + size(join(path, name)), 0) : statSync(path).size;
  expect(size(join(home, 'node_modules')) / 1e6).toBeLessThan(MOST_MEGABYTES);
});

test('generates a scene, trains, renders, evaluates, exports and serves', async () => {
  await succeed(['synth', 'scene', '--views', '8', '--size', '32', '--quiet'], there);
  await succeed(['train', 'scene', '--out', 'run', ...TINY, ...TINY_LIF, '--quiet'], there);
  expect(JSON.parse((await succeed(['eval', 'run', '--json', '--quiet'], there)).stdout)).toMatchObject({ split: 'test', views: 2 });
  await succeed(['render', 'run', '--frames', '2', '--size', '16x16', '--quiet'], there);
  expect(existsSync(join(home, 'run/render/orbit/frame_0001.png'))).toBe(true);
  await succeed(['energy', 'run', '--quiet'], there);
  for (const format of ['nir', 'web', 'html']) await succeed(['export', 'run', '--format', format, '--quiet'], there);
  expectLicences(readFileSync(join(home, 'run/export/web/licences.txt'), 'utf8'));
  expectLicences(readFileSync(join(home, 'run/export/scene.html'), 'utf8'));
  const server = await startServingFrom(main, 'serve', join(home, 'run'), '--port', '0');
  try {
    expect(await (await fetch(server.url)).text()).toContain('<title>');
    expectLicences(await (await fetch(`${server.url}licences.txt`)).text());
    const { runs } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: object[] };
    expect(runs).toHaveLength(1);
  } finally {
    await server.stop();
  }
});

test('says of what is not installed how to install it', async () => {
  const train = (...more: string[]) => cli(['train', 'scene', '--out', 'other', ...TINY, ...more], there);
  const [webgpu, tfjs] = [await train('--backend', 'webgpu'), await train('--backend', 'tfjs')];
  expect([webgpu.code, tfjs.code]).toEqual([2, 2]);
  expect(webgpu.stderr).toContain('npm install webgpu@');
  expect(tfjs.stderr).toContain('npm install @tensorflow/tfjs-core@');
  const { stdout } = await succeed(['doctor'], there);
  expect(stdout).toContain(join(installed, 'install/native-tensorflow.sh'));
  expect((await succeed(['paper'], there)).stdout).toContain('spik-nerf-llff ');
  for (const line of [
    /backend webgpu +missing: .*npm install webgpu@/,
    /backend tfjs +missing: .*npm install/,
    /GPUs +none: .*npm install/,
  ])
    expect(stdout).toMatch(line);
});

test('does what the docs of its API show', async () => {
  if (!existsSync(join(home, 'scene'))) await succeed(['synth', 'scene', '--views', '8', '--size', '32', '--quiet'], there);
  const blocks = [...readFileSync(join(installed, 'docs/api.md'), 'utf8').matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
  expect(blocks).toHaveLength(3);
  const run = async (name: string, code: string): Promise<string> => {
    writeFileSync(join(home, name), code);
    return (await promisify(execFile)(process.execPath, [name], { cwd: home })).stdout;
  };
  const [, steps, psnr] = /^(\d+) steps, (\S+) dB$/m.exec(await run('train.mjs', blocks[0]))!;
  expect([Number(steps), Number(psnr) > 5]).toEqual([200, true]);
  expect(blocks[0].trim().split('\n').filter(Boolean).length).toBeLessThanOrEqual(10);
  const [, points] = /^runs\/api\/export\/points\.txt: (\d+) points$/m.exec(await run('export.mjs', blocks[1]))!;
  const lines = readFileSync(join(home, 'runs/api/export/points.txt'), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(Number(points));
  for (const line of lines.slice(0, 50)) expect(line).toMatch(/^(-?[\d.e-]+ ){5}-?[\d.e-]+$/);
  expect(await run('quantiser.mjs', blocks[2])).toBe('50 steps of sixteenths\n');
  // The platform-free half needs no optional package either.
  expect(await run('free.mjs', `import * as all from 'spikeray'; console.log(typeof all.trainField, 'train' in all);`)).toBe(
    'function false\n',
  );
});

test("is one object of somebody else's three.js scene: types, bundle, page", async () => {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: Record<string, string> };
  await install(...['three', '@types/three'].map((name) => `${name}@${devDependencies[name]}`));
  const page = join(folder, 'page');
  mkdirSync(join(page, 'public'), { recursive: true });
  copyFileSync('web-viewer/examples/three.ts', join(page, 'page.ts'));
  writeFileSync(
    join(page, 'index.html'),
    '<!doctype html><link rel="icon" href="data:," /><body><script type="module" src="page.ts"></script></body>',
  );
  const compilerOptions = {
    ...{ strict: true, noEmit: true, types: [], target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'] },
    ...{ module: 'esnext', moduleResolution: 'bundler' },
  };
  // Packages are looked for from the page upwards.
  symlinkSync(join(home, 'node_modules'), join(page, 'node_modules'), 'junction');
  writeFileSync(join(page, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['page.ts'] }));
  await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.resolve('typescript/lib/tsc.js')), '-p', page]);

  const site = { root: page, configFile: false, logLevel: 'error', build: { target: 'es2022' } } as const;
  await build(site);
  if (inject('browser') === null) return;
  const { openPage } = await import('../browser/browser.ts');
  if (!existsSync(join(home, 'run'))) {
    await succeed(['synth', 'scene', '--views', '8', '--size', '32', '--quiet'], there);
    await succeed(['train', 'scene', '--out', 'run', ...TINY, ...TINY_LIF, '--quiet'], there);
  }
  await succeed(['export', 'run', '--format', 'web', '--out', join(folder, 'web'), '--quiet'], there);
  copyFileSync(join(folder, 'web/scene.spikeray'), join(page, 'dist/scene.spikeray'));
  const server = await preview({ ...site, preview: { host: '127.0.0.1', port: 0, strictPort: false } });
  try {
    const shown = await openPage(`${server.resolvedUrls!.local[0]}?draw=worker&webgl`, { viewport: { width: 300, height: 220 } });
    await shown.waitForSelector('body[data-field=full]', { timeout: 120_000 });
  } finally {
    await server.close();
  }
});
