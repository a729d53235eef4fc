/** Every page in every state, asked by axe: names, roles, contrast, keyboard. And a gallery of a hundred runs. */
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunDetails } from '../../src/server/run-routes.ts';
import type { RunSummary } from '../../src/server/find-runs.ts';
import { succeed } from '../e2e/cli.ts';
import { startServing, type RunningServer } from '../e2e/server.ts';
import { tinyRuns, workFolder } from '../e2e/tiny.ts';
import { violations } from './axe.ts';
import { openPage, settled } from './browser.ts';

const MANY = 100;

const folder = workFolder();
const runs = join(folder, 'runs');
let server: RunningServer;
let ids: Record<string, string>;

beforeAll(async () => {
  const run = join(await tinyRuns(runs), 'spiking');
  for (const each of [run, join(runs, 'twin')]) await succeed(['eval', each, '--quiet']);
  await succeed(['energy', run, '--against', join(runs, 'twin'), '--quiet']);
  await succeed(['energy', '--compare', run, join(runs, 'twin'), '--quiet']);
  for (let i = 2; i < MANY; i++) {
    const copy = join(runs, `copy-${i}`);
    for (const part of ['config.json', 'metrics.jsonl', 'eval']) cpSync(join(run, part), join(copy, part), { recursive: true });
    symlinkSync(join(run, 'checkpoints'), join(copy, 'checkpoints'));
  }
  server = await startServing('serve', runs, '--port', '0');
  const { runs: listed } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: RunSummary[] };
  ids = Object.fromEntries(listed.map(({ id, name }) => [name, id]));
});
afterAll(() => server?.stop());

test('a gallery of a hundred runs: cards, table, chosen runs compared, all of it found in order by axe', async () => {
  const asked: string[] = [];
  const prepare = async (opened: Page): Promise<void> => {
    opened.on('request', (request) => asked.push(new URL(request.url()).pathname));
  };
  const page = await openPage(server.url, { viewport: { width: 1000, height: 700 }, prepare });
  await page.waitForFunction((count) => document.querySelectorAll('.card').length === count, MANY);
  // One list, whatever the number of runs, and pictures of those alone that are near to be seen.
  expect([...new Set(asked.filter((path) => path.startsWith('/api/')))]).toEqual(['/api/runs']);
  expect(asked.indexOf('/api/runs'), 'the list is asked for before the scripts').toBeLessThan(
    asked.findIndex((path) => path.endsWith('.js')),
  );
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>('.card img')!.complete);
  const pictures = asked.filter((path) => path.endsWith('.png')).length;
  expect(pictures).toBeGreaterThan(0);
  expect(pictures).toBeLessThan(MANY);
  expect(await violations(page)).toEqual([]);

  await page.selectOption('#shown', 'table');
  await page.fill('#filter', 'lif');
  expect(await page.locator('tbody tr').count()).toBe(0);
  await page.fill('#filter', 'spiking');
  expect(await page.locator('tbody tr').count()).toBe(1);
  await page.fill('#filter', '');
  await page.click('th button:text-is("PSNR")');
  const first = (): Promise<string | null> => page.textContent('tbody tr:first-child th');
  expect(await page.getAttribute('th:has(button:text-is("PSNR"))', 'aria-sort')).toBe('descending');
  const best = await first();
  await page.click('th button:text-is("PSNR")');
  expect(await page.getAttribute('th:has(button:text-is("PSNR"))', 'aria-sort')).toBe('ascending');
  expect(await first()).not.toBe(best);
  await page.check('#grouped');
  expect(await page.textContent('.group')).toMatch(new RegExp(`^scene\\S* \\(${MANY}\\)$`));
  expect(page.url()).toMatch(/sort=psnr&backward=1.*shown=table.*grouped=1/);
  expect(await violations(page)).toEqual([]);

  await page.check('input[aria-label="Compare spiking"]');
  expect(await page.isVisible('#compare')).toBe(false);
  await page.check('input[aria-label="Compare twin"]');
  expect(await page.textContent('#compare')).toBe('Compare 2 runs');
  expect(new URL(page.url()).searchParams.get('runs')).toBe(`${ids.spiking},${ids.twin}`);
  await page.reload();
  await page.waitForSelector('#compare:has-text("Compare 2 runs")');
  expect(await page.isChecked('input[aria-label="Compare twin"]')).toBe(true);
  await page.click('#compare');
  await page.waitForSelector('#settings tbody tr');
  expect(await page.textContent('#settings')).toMatch(/network\.neuron"?"four-bit""relu"/);
  expect(await page.locator('#frontier canvas').count()).toBe(1);
  // PSNR, both hidden layers, samples a ray.
  expect(await page.locator('#curves canvas').count()).toBe(4);
  expect(await page.locator('#results tbody tr').count()).toBe(2);
  await page.selectOption('#over', 'minutes');
  expect(await page.locator('#curves canvas').count()).toBe(4);
  expect(await violations(page)).toEqual([]);

  const nothing = await openPage(`${server.url}compare.html?runs=none`);
  await nothing.waitForSelector('#status a');
  expect(await violations(nothing)).toEqual([]);
});

test.each(['light', 'dark'] as const)('the viewer, all its panels open, with a ray, with help, %s', async (colorScheme) => {
  const page = await openPage(`${server.url}viewer.html?run=${ids.spiking}&beside=${ids.twin}&output=energy&resolution=0.25`, {
    colorScheme,
    viewport: { width: 900, height: 600 },
  });
  await settled(page);
  await page.evaluate(() => {
    for (const part of document.querySelectorAll('details')) part.open = true;
  });
  await page.click('#path-add');
  await page.check('#crop-on');
  await page.waitForSelector('#charts canvas');
  expect(await violations(page)).toEqual([]);
  await page.locator('#stage').press('c');
  await page.waitForSelector('#ray-figure svg');
  expect(await violations(page)).toEqual([]);
  await page.locator('#stage').press('?');
  await page.waitForSelector('#help[open]');
  expect(await violations(page)).toEqual([]);
});

/** Words that a bar, a dash or other words go through, and what is wider than the page. */
function unreadable(): string[] {
  const { documentElement: root } = document;
  const found = root.scrollWidth > innerWidth ? [`the page is ${root.scrollWidth} wide`] : [];
  for (const card of document.querySelectorAll('.card')) if (card.scrollWidth > card.clientWidth) found.push(`card: ${card.textContent}`);
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll('text')].map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }));
    for (const [i, { text, box }] of boxes.entries()) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1) found.push(`cut off: ${text}`);
      for (const other of boxes.slice(i + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > 1 && down > box.height / 4) found.push(`${text} over ${other.text}`);
      }
    }
  }
  return found;
}

test.each([
  [1280, 'light'],
  [1280, 'dark'],
  [390, 'dark'],
] as const)('the report at %i pixels, %s: nothing is cut off or covered', async (width, colorScheme) => {
  const { reports } = (await (await fetch(`${server.url}api/runs/${ids.spiking}`)).json()) as RunDetails;
  expect(reports).toEqual(['report/energy.html', 'report/frontier.html']);
  for (const report of reports) {
    const page = await openPage(`${server.url}runs/${ids.spiking}/${report}`, { colorScheme, viewport: { width, height: 800 } });
    expect(await page.evaluate(unreadable), report).toEqual([]);
    expect(await violations(page), report).toEqual([]);
    await page.close();
  }
});

test('the viewer on a narrow screen, and without a run', async () => {
  const page = await openPage(`${server.url}viewer.html?run=${ids.spiking}&resolution=0.25`, { viewport: { width: 390, height: 700 } });
  await settled(page);
  expect(await violations(page)).toEqual([]);
  await page.locator('#stage').press('h');
  expect(await violations(page)).toEqual([]);
  const none = await openPage(`${server.url}viewer.html`);
  expect(await violations(none)).toEqual([]);
});
