/** `spikeray train --viewer`, watched in a browser from its first steps to after its end. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunSummary } from '../../src/server/find-runs.ts';
import { checkpointNames, contentOf } from '../e2e/run-files.ts';
import { startServing, type RunningServer } from '../e2e/server.ts';
import { TINY, tinyRun, tinyScene, workFolder } from '../e2e/tiny.ts';
import { openPage, pixelsOf, settled } from './browser.ts';

const folder = workFolder();
const run = join(folder, 'run');
/** Long enough for a page to pause it. */
const STEPS = ['--set', 'coarse.steps=400', '--set', 'fine.steps=1200'];
let server: RunningServer;

beforeAll(async () => {
  const scene = await tinyScene(join(folder, 'scene'));
  server = await startServing('train', scene, '--out', run, ...TINY, ...STEPS, '--viewer', '0');
});
afterAll(() => server?.stop());

const METRICS = join(run, 'metrics.jsonl');
const lines = (): number => (existsSync(METRICS) ? readFileSync(METRICS, 'utf8').split('\n').length : 0);

/**
 * In the page: presses the button at the first progress that is shown, and keeps what was said of the training. From here, a step later might be after
 * the end.
 */
function pauseAtNextStep(): void {
  const button = document.getElementById('pause') as HTMLButtonElement;
  new MutationObserver((_, observer) => {
    if (button.disabled) return;
    document.getElementById('stage')!.dataset.seen = /^.*?: /.exec(document.getElementById('training-state')!.textContent)?.[0];
    button.click();
    observer.disconnect();
  }).observe(document.getElementById('facts')!, { childList: true });
}

test('training is paused, watched, resumed, and stays in view after its end; watching changes no bit of it', async () => {
  const { runs } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: RunSummary[] };
  const api = `${server.url}api/runs/${runs[0].id}`;
  const command = (paused: unknown): Promise<Response> =>
    fetch(`${api}/live`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ paused }) });
  expect((await command(true)).status).toBe(200);
  expect((await command('yes')).status).toBe(400);

  const page = await openPage(`${server.url}viewer.html?run=${runs[0].id}&crop=0,-9,-9,9,9,9`, { allowed: /503/ });
  await page.waitForSelector('#training-state:has-text("Paused")', { timeout: 60_000 });
  await settled(page);
  expect(await page.textContent('#training-network')).toMatch(
    /coarse stage|is being trained.*The four-bit network takes over at \d+ % of the fine stage/,
  );
  const gallery = await openPage(server.url);
  await gallery.waitForSelector('.card');
  expect(await gallery.textContent('.card .picture')).toBe('in training');
  await gallery.close();
  const before = (await pixelsOf(page)).rgb;
  const paused = lines();
  await page.waitForTimeout(2500);
  expect(lines(), 'a paused training writes nothing').toBe(paused);

  await page.reload();
  await page.waitForSelector('.chart canvas');
  await page.waitForSelector('#training-state:has-text("Paused")');

  // Whatever else is asked for and does not come, a command gets through.
  await page.route(/photos|frames/, () => undefined);
  await page.locator('#stage').press('ArrowLeft');
  await page.evaluate(() => {
    document.getElementById('thumbnails')!.scrollTop = 1e6;
  });
  const header = await page.textContent('#facts');
  await page.evaluate(pauseAtNextStep);
  await page.click('#pause');
  await page.waitForSelector('#stage[data-seen="Training: "]', { timeout: 60_000 });
  await page.waitForSelector('#training-state:has-text("Paused")', { timeout: 10_000 });
  expect(await page.textContent('#facts')).not.toBe(header);
  await page.waitForTimeout(1000);
  const held = lines();
  await page.waitForTimeout(1500);
  expect(lines(), 'the pause acts within a second').toBe(held);
  await page.unroute(/photos|frames/);
  await page.click('#pause');
  await page.waitForSelector('#training-state:has-text("Training is over")', { timeout: 200_000 });
  // The server shows a training: also to who comes after its end.
  await page.reload();
  await page.waitForSelector('.chart canvas');
  await page.waitForSelector('#training-state:has-text("Training is over")');
  await page.waitForFunction(() => document.querySelector('#statistics')!.textContent!.includes('step1200'), null, { timeout: 60_000 });
  await settled(page);
  expect((await pixelsOf(page)).rgb).not.toEqual(before);
  expect((await command(true)).status).toBe(409);
  expect(checkpointNames(run).at(-1)).toContain('fine-00001200');

  const alone = join(folder, 'alone');
  await tinyRun(join(folder, 'scene'), alone, ...STEPS);
  expect(await contentOf(run)).toEqual(await contentOf(alone));
  await page.close();
  await server.stop('SIGINT');
});
