/**
 * A real headless browser for the tests of the viewer. Every page is watched: nothing on its console may be an error, and no request may leave the
 * host.
 */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, expect, inject } from 'vitest';

const { path, environment } = inject('browser')!;

/** SwiftShader for WebGL and WebGPU. */
const SOFTWARE = ['--enable-features=Vulkan', '--use-vulkan=swiftshader', '--use-angle=swiftshader', '--ignore-gpu-blocklist'];

/** None of the browser's own traffic. */
const FLAGS = [
  ...(process.platform === 'linux' ? SOFTWARE : []),
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/** The Vulkan driver of the other tests of the GPU is not the browser's. */
const inherited = Object.entries(process.env).filter(([name]) => name !== 'VK_DRIVER_FILES' && name !== 'LD_LIBRARY_PATH');
const env = { ...Object.fromEntries(inherited), ...environment } as Record<string, string>;

const problems: string[] = [];
const browsers = new Map<string, Promise<Browser>>();

afterEach(() => {
  expect(problems.splice(0), 'errors on the console, failed scripts, requests to elsewhere').toEqual([]);
});
afterAll(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

export interface PageOptions extends BrowserContextOptions {
  /** More flags of the browser. */
  readonly flags?: readonly string[];
  /** Texts on the console that are no errors in this test. */
  readonly allowed?: RegExp;
  /** Hosts besides the page's own that it may ask. */
  readonly hosts?: readonly string[];
  /** Before the page is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

export async function openPage(url: string, { flags = [], allowed, hosts = [], prepare, ...context }: PageOptions = {}): Promise<Page> {
  const key = flags.join(' ');
  if (!browsers.has(key)) browsers.set(key, chromium.launch({ executablePath: path, args: [...FLAGS, ...flags], env }));
  const browser = await browsers.get(key)!;
  const opened = await browser.newContext({ viewport: { width: 580, height: 280 }, ...context });
  // All pages that are opened beside the first one are watched with it.
  opened.on('console', (message) => {
    if (message.type() === 'error' && !allowed?.test(message.text())) problems.push(message.text());
  });
  opened.on('weberror', (thrown) => problems.push(thrown.error().stack ?? thrown.error().message));
  const page = await opened.newPage();
  await prepare?.(page);
  const { host } = new URL(url);
  opened.on('request', (request) => {
    const to = new URL(request.url());
    if (to.protocol !== 'blob:' && to.protocol !== 'data:' && to.host !== host && !hosts.includes(to.host))
      problems.push(`a request to ${to.href}`);
  });
  await page.goto(url);
  return page;
}

/** Until all pictures are at full resolution. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.getElementById('stage')?.dataset.state === 'full', null, { timeout: 120_000 });
}

/** By keyboard: a line that comes or goes above it while a button of the mouse is down would take the click from it. */
export async function openPanel(page: Page, title: string): Promise<void> {
  const panel = page.locator('details', { has: page.locator(`summary:text-is("${title}")`) });
  await panel.locator('summary').press('Enter');
  await expect(panel.getAttribute('open'), title).resolves.not.toBeNull();
}

export interface Shown {
  readonly width: number;
  readonly height: number;
  /** [height,width,3] in 0..1 */
  readonly rgb: Float32Array;
}

/** What the canvas of the stage shows in the columns of a part, as it is composited on the page; the frustums of the scene's cameras aside. */
export async function pixelsOf(page: Page, part = 0): Promise<Shown> {
  const frustums = page.locator('#frustums');
  const shown = await frustums.isChecked();
  if (shown) await frustums.dispatchEvent('click');
  const picture = await screenOf(page, part);
  if (shown) await frustums.dispatchEvent('click');
  return picture;
}

/** The same with all that the stage shows. */
export async function screenOf(page: Page, part = 0): Promise<Shown> {
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  const clip = (await page.locator('.layer').nth(part).boundingBox())!;
  const style = '#stage > :not(canvas), #toggle { visibility: hidden !important } #stage { outline: none !important }';
  const { data, info } = await sharp(await page.screenshot({ clip, style }))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: Float32Array.from(data, (value) => value / 255) };
}
