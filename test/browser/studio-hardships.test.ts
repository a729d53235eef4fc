/** What may go wrong while the studio trains: it is said, what was saved stays, nothing is half there, and training goes on afterwards. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli, succeed } from '../e2e/cli.ts';
import { startServing, type RunningServer } from '../e2e/server.ts';
import { sharedScene, TINY, workFolder } from '../e2e/tiny.ts';
import { violations } from './axe.ts';
import {
  drop,
  ended,
  held,
  holdOnceSaved,
  idle,
  keptFile,
  limitRoom,
  openStudio,
  PATIENT,
  press,
  problemIn,
  setSettings,
} from './studio-page.ts';

/** MiB that kernels get at most. */
const MEMORY = 256;
/** Bytes. */
const QUOTA = 20e6;
/** 300 steps in all, of few rays: SwiftShader is slow. */
const ON_GPU = ['coarse.steps=40', 'fine.steps=260', 'fine.rays=8', 'checkpoint.everyMinutes=0.02'].reduce<readonly string[]>(
  (options, setting) => [...options, '--set', setting],
  TINY,
);

const folder = workFolder();
let scene: string;
let server: RunningServer;
let page: Page;

beforeAll(async () => {
  scene = await sharedScene();
  server = await startServing('serve', folder, '--port', '0');
  page = await openStudio(server.url, {
    flags: [`--js-flags=--wasm-max-mem-pages=${MEMORY * 16}`],
    prepare: (opened) => opened.addInitScript(leaveDevicesAtHand),
  });
  await drop(page, scene);
  await page.waitForSelector('#plan[data-state=new]', PATIENT);
});
afterAll(() => server?.stop());

/** Runs in the page: the GPU devices of its workers are destroyed when a message on the channel "destroy" comes. */
function leaveDevicesAtHand(): void {
  const Plain = Worker;
  const more = `
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (descriptor) {
      const device = await request.call(this, descriptor);
      new BroadcastChannel('destroy').addEventListener('message', () => device.destroy());
      return device;
    };`;
  globalThis.Worker = class extends Plain {
    constructor(address: string | URL, options?: WorkerOptions) {
      const script = new Blob([`import ${JSON.stringify(new URL(address, location.href).href)};${more}`], { type: 'text/javascript' });
      super(URL.createObjectURL(script), options);
    }
  };
}

const newestRun = async (): Promise<string> => (await page.getAttribute('#runs li', 'data-run'))!;
const psnrOf = (json: string): number => (JSON.parse(json) as { psnr: number }).psnr;

test('webgpu: its device is destroyed on the way, training goes on from what was saved, and ends as good as on the command line', async () => {
  const mine = join(folder, 'mine');
  const trained = succeed(['train', scene, '--out', mine, ...ON_GPU, '--backend', 'wasm', '--threads', '1', '--quiet']);
  await setSettings(page, ON_GPU);
  await page.selectOption('#backend', 'webgpu');
  // The picture of the field is out of sight: it would take longer than the training.
  const size = page.viewportSize()!;
  await page.setViewportSize({ ...size, height: 100 });
  await holdOnceSaved(page);
  await page.click('#train');
  await held(page);
  await page.evaluate(() => {
    new BroadcastChannel('destroy').postMessage('');
    document.getElementById('pause')!.click();
  });
  expect(await problemIn(page)).toMatch(/^The GPU .* was lost: .*; training stopped, fine step \d+ is saved/);
  expect(await ended(page)).toMatch(/^Training failed; the last checkpoint is kept\./);
  const run = await newestRun();
  await press(page, 'Go on', run);
  expect(await ended(page)).toMatch(/, fine step 260\.$/);
  await press(page, 'Evaluate', run);
  await idle(page);
  const theirs = psnrOf(await keptFile(page, `runs/${run}/eval/test/metrics.json`));
  await trained;
  const { stdout } = await cli(['eval', mine, '--json', '--quiet', '--backend', 'wasm']);
  expect(Math.abs(theirs - psnrOf(stdout))).toBeLessThan(0.05);
  await page.setViewportSize(size);
  await page.selectOption('#backend', 'wasm');
});

/** Fills what the browser gives the page, file by file, until it takes not even a small one. */
async function fillUp(): Promise<void> {
  await page.evaluate(async () => {
    const ballast = await (await navigator.storage.getDirectory()).getDirectoryHandle('ballast', { create: true });
    let count = 0;
    for (let size = 2 ** 22; size >= 2 ** 12; size /= 4)
      for (;;)
        try {
          const stream = await (await ballast.getFileHandle(String(count++), { create: true })).createWritable();
          await stream.write(new Uint8Array(size));
          await stream.close();
        } catch (error) {
          if (!['QuotaExceededError', 'AbortError'].includes((error as Error).name)) throw error;
          break;
        }
  });
}

/** Names of what open tabs have not finished. */
const unfinished = (): Promise<string[]> =>
  page.evaluate(async () => {
    const names: string[] = [];
    const walk = async (inner: FileSystemDirectoryHandle): Promise<void> => {
      for await (const [name, handle] of inner as unknown as AsyncIterable<[string, FileSystemHandle]>)
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle);
        else names.push(name);
    };
    await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle('out', { create: true }));
    return names;
  });

test('a field has too little room for bricks, then the browser for its files: it is said, and training goes on once there is room', async () => {
  const settings = ['fine.steps=100', 'checkpoint.everyMinutes=0.001', 'field.kind=bricks', 'field.share=0.9'];
  await setSettings(page, [...TINY, ...settings]);
  await page.click('#train');
  expect(await problemIn(page)).toMatch(/needs \d+ bricks; this engine was made for \d+; training stopped, fine step \d+ is saved/);
  await idle(page);
  const run = await newestRun();
  await page.fill(`li[data-run="${run}"] input`, '1');
  await holdOnceSaved(page);
  await press(page, 'Go on', run);
  await held(page);
  const release = await limitRoom(page, QUOTA);
  await fillUp();
  await page.click('#pause');
  expect(await problemIn(page)).toMatch(/\(.*\): the browser gives this page no more room; nothing was changed/);
  expect(await ended(page)).toMatch(/^Training failed; the last checkpoint is kept\./);
  expect(await unfinished()).toEqual([]);
  expect(await violations(page)).toEqual([]);
  await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('ballast', { recursive: true }));
  await press(page, 'Go on', run);
  expect(await ended(page)).toMatch(/^Trained: .*, fine step 100\.$/);
  await release();
});

test('the memory ends when the fine stage begins: it is said, the coarse stage is kept, and a smaller field is trained', async () => {
  const small = [...TINY, '--set', 'checkpoint.everyMinutes=0.00001'];
  await setSettings(page, [...small, '--set', 'fine.voxels=2000000']);
  await page.click('#train');
  expect(await problemIn(page)).toMatch(
    /The field needs \d+ MiB of memory and this process was given less; training stopped, coarse step \d+ is saved/,
  );
  await setSettings(page, small);
  await page.click('#train');
  expect(await ended(page)).toMatch(/^Trained: .*, fine step 40\.$/);
});
