/** The studio in a real browser, driven as a user does it. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TextReader, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import type { Page } from 'playwright-core';
import { openPage, type PageOptions } from './browser.ts';

/** For trainings on machines of any speed. */
export const PATIENT = { timeout: 500_000 };

export async function openStudio(server: string, options: PageOptions = {}): Promise<Page> {
  const page = await openPage(`${server}studio`, { viewport: { width: 390, height: 800 }, ...options });
  await page.waitForSelector('body[data-ready]');
  return page;
}

/** Another tab of the same browser, once nothing is left of the one before: its locks may outlive it a little. */
export async function reopenStudio(before: Page): Promise<Page> {
  const page = await before.context().newPage();
  const { origin } = new URL(before.url());
  await before.close();
  await page.goto(`${origin}/studio`);
  await page.waitForSelector('body[data-ready]');
  await page.waitForFunction(async () => (await navigator.locks.query()).held!.every(({ name }) => !name!.includes('/runs/')));
  return page;
}

/** Drops files and folders of this machine on the page, as the system does when the mouse lets go of them. */
export async function drop(page: Page, ...paths: readonly string[]): Promise<void> {
  const place = page.locator('#drop');
  await place.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await place.boundingBox())!;
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 4, data });
  await session.detach();
}

/** Until the page has done what it was asked. */
export async function idle(page: Page): Promise<void> {
  await page.waitForSelector('body:not(.busy)', PATIENT);
}

export async function problemIn(page: Page): Promise<string> {
  await page.waitForSelector('#problem:not(:empty)', PATIENT);
  await idle(page);
  return (await page.textContent('#problem'))!;
}

/** Sets what `--set` sets on the command line; what was set before is as the preset has it again. */
export async function setSettings(page: Page, options: readonly string[]): Promise<void> {
  const values = Object.fromEntries(options.filter((option) => option.includes('=')).map((option) => option.split('=')));
  await page.evaluate(
    (wanted) => {
      for (const control of document.querySelectorAll<HTMLInputElement>('[data-key]')) control.value = wanted[control.dataset.key!] ?? '';
    },
    values as Readonly<Record<string, string | undefined>>,
  );
}

/**
 * Holds the training that comes next, or goes on, once a checkpoint of its fine stage was written, on machines of any speed: it is paused and let go
 * again and again until then. Returns at once.
 */
export async function holdOnceSaved(page: Page): Promise<void> {
  await page.evaluate(() => {
    delete document.body.dataset.held;
    const pause = document.getElementById('pause') as HTMLButtonElement;
    const saved = document.getElementById('saved')!;
    const before = saved.textContent;
    // What the button said when it was pressed, until it says something else: then the press has been answered.
    let asked: string | null = null;
    new MutationObserver((_, observer) => {
      if (asked !== null && pause.textContent === asked) return;
      asked = null;
      const isPaused = pause.textContent === 'Go on';
      const isSaved = saved.textContent !== before && saved.textContent!.includes('fine step');
      if (isPaused && isSaved) {
        observer.disconnect();
        document.body.dataset.held = 'true';
      } else if (!pause.disabled)
        setTimeout(() => {
          if (document.body.dataset.held !== undefined || asked !== null) return;
          asked = pause.textContent;
          pause.click();
        }, 0);
    }).observe(document.getElementById('training-part')!, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}

/** Until the training that is to be held stands still. */
export async function held(page: Page): Promise<void> {
  await page.waitForSelector('body[data-held]', PATIENT);
}

/** Until training has ended, for whatever reason; gives what is said of it. */
export async function ended(page: Page): Promise<string> {
  await idle(page);
  return (await page.textContent('#training-state'))!;
}

/** Presses a button of a run in the list: "Go on", "Evaluate" … */
export async function press(page: Page, button: string, run: string): Promise<void> {
  await page.click(`li[data-run="${run}"] button[aria-label="${button}: ${run}"]`);
}

/** A file that the browser keeps. */
export async function keptFile(page: Page, path: string): Promise<string> {
  return page.evaluate(async (parts) => {
    let folder = await navigator.storage.getDirectory();
    for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part);
    return (await (await folder.getFileHandle(parts.at(-1)!)).getFile()).text();
  }, path.split('/'));
}

/** Names of all scenes and runs of which something is kept, whole or not. */
export async function keptNames(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names: string[] = [];
    const root = await navigator.storage.getDirectory();
    for (const place of ['scenes', 'runs']) {
      const folder = await root.getDirectoryHandle(place, { create: true });
      for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
    }
    return names;
  });
}

/** Lets the browser give the page so many bytes, until what it gives back is called. */
export async function limitRoom(page: Page, bytes: number): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: bytes });
  return () => session.detach();
}

export async function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  const zip = new ZipWriter(new Uint8ArrayWriter());
  for (const [path, content] of Object.entries(files))
    await zip.add(path, typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content));
  return Buffer.from(await zip.close());
}

/** All files of a folder, by their paths from the one that it lies in. */
export function filesOf(folder: string, name = basename(folder)): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const each of readdirSync(folder)) {
    const path = join(folder, each);
    if (statSync(path).isDirectory()) Object.assign(files, filesOf(path, `${name}/${each}`));
    else files[`${name}/${each}`] = readFileSync(path);
  }
  return files;
}
