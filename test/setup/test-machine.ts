/**
 * What the tests of the GPU and of the viewer run on: the software adapter and the browser of this machine where it has them, for they are faster,
 * else those of the npm package `@sparticuz/chromium`. On macOS and Windows: the system's GPU and browser.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AdapterFacts } from '../../src/backends/webgpu/adapters.ts';
import { listAdapters } from '../../src/backends/webgpu/launch-node.ts';
import { unpackChromium } from './chromium-package.ts';

/** Given to the tests by vitest (`inject('browser')`). */
export interface TestBrowser {
  readonly path: string;
  readonly version: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface TestMachine {
  /** Null where there is none. */
  readonly adapter: string | null;
  readonly browser: TestBrowser | null;
}

declare module 'vitest' {
  interface ProvidedContext {
    browser: TestBrowser | null;
  }
}

/** `package`: nothing of this machine, as where nothing but Node is installed. `gpu`: the machine's GPU, also on Linux. */
const ONLY_PACKAGE = process.env.SPIKERAY_TESTS_ON === 'package';
const ON_GPU = process.env.SPIKERAY_TESTS_ON === 'gpu';
const HAS_PACKAGE = process.platform === 'linux' && process.arch === 'x64' && !ON_GPU;

const BROWSERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/usr/bin/chromium', '/usr/bin/google-chrome'],
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`),
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((name) =>
    ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].map((file) => join(process.env[name] ?? 'C:', file)),
  ),
};

/**
 * Finds them, sets what test processes have to find in their environment when they start, and says what they will use.
 * @throws Error on Linux on x64 where something is missing: there it can always be had
 */
export async function prepareTestMachine(): Promise<TestMachine> {
  // lavapipe compiles every kernel anew: it is done sooner without LLVM's optimisations, and again with vectors that are half as wide.
  Object.assign(process.env, {
    GALLIVM_PERF: 'nopt',
    LP_NATIVE_VECTOR_WIDTH: '128',
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? '/tmp',
  });
  const adapter = await findAdapter();
  const browser = await findBrowser();
  const missing = [
    ...(adapter === null ? ['no GPU adapter that works: tests of the GPU (*.gpu.test.ts) are left out'] : []),
    ...(browser === null ? ['no Chromium, Chrome or Edge: tests in the browser (test/browser) are left out'] : []),
  ];
  const used = `Node ${process.version}, adapter ${adapter ?? 'none'}, browser ${browser === null ? 'none' : `${browser.version} (${browser.path})`}`;
  console.error([`Tests on ${used}`, ...missing].join('\n'));
  if (HAS_PACKAGE && missing.length > 0) throw new Error(missing.join('; '));
  return { adapter, browser };
}

/** Whether tests of the GPU run on this adapter: on a real one if that is asked for, on a software adapter on Linux, else on any. */
export function suitsTests({ software, reason }: AdapterFacts): boolean {
  if (reason !== null) return false;
  return ON_GPU ? !software : software || process.platform !== 'linux';
}

async function findAdapter(): Promise<string | null> {
  if (process.platform !== 'linux' || ON_GPU) return firstAdapter();
  for (const environment of await vulkanEnvironments()) {
    Object.assign(process.env, environment);
    const found = await firstAdapter();
    if (found !== null) return found;
  }
  return null;
}

/** The machine's own first: lavapipe is about five times faster than SwiftShader. Dawn refuses it before Mesa 24. */
async function vulkanEnvironments(): Promise<Readonly<Record<string, string>>[]> {
  const drivers = '/usr/share/vulkan/icd.d';
  const lavapipe = existsSync(drivers) && !ONLY_PACKAGE ? readdirSync(drivers).filter((name) => /^lvp_icd.*\.json$/.test(name)) : [];
  const own = lavapipe.map((name) => ({ VK_DRIVER_FILES: join(drivers, name) }));
  return HAS_PACKAGE ? [...own, (await unpackChromium()).vulkanEnvironment] : own;
}

async function firstAdapter(): Promise<string | null> {
  const { adapters } = await listAdapters();
  const found = adapters.find(suitsTests);
  return found === undefined ? null : `${found.name} (${found.driver})`;
}

async function findBrowser(): Promise<TestBrowser | null> {
  const named = process.env.SPIKERAY_CHROMIUM;
  const paths = named !== undefined ? [named] : ONLY_PACKAGE ? [] : (BROWSERS[process.platform] ?? []);
  for (const path of paths) {
    const version = versionOf(path, {});
    if (version !== null) return { path, version, environment: {} };
  }
  if (named !== undefined) throw new Error(`SPIKERAY_CHROMIUM names ${named}, which does not run`);
  if (!HAS_PACKAGE) return null;
  const { browser: path, browserEnvironment: environment } = await unpackChromium();
  const version = versionOf(path, environment);
  return version === null ? null : { path, version, environment };
}

function versionOf(path: string, environment: Readonly<Record<string, string>>): string | null {
  if (!existsSync(path)) return null;
  // Chrome on Windows opens a window when it is asked for its version.
  if (process.platform === 'win32') return path.includes('Edge') ? 'Edge' : 'Chrome';
  const { status, stdout } = spawnSync(path, ['--version'], { env: { ...process.env, ...environment }, encoding: 'utf8', timeout: 60_000 });
  return status === 0 ? stdout.trim().split(' built on')[0] : null;
}
