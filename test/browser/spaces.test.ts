/** Live trainings of the scenes that do not lie in a box: forward-facing photos, and a capture with a horizon. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { RunSummary } from '../../src/server/find-runs.ts';
import type { RunDetails } from '../../src/server/run-routes.ts';
import { succeed } from '../e2e/cli.ts';
import { startServing } from '../e2e/server.ts';
import { workFolder } from '../e2e/tiny.ts';
import { openPage, pixelsOf, settled } from './browser.ts';
import { SMALL } from './small-run.ts';

const folder = workFolder();

/** `--set` options after those of a small run. */
const SPACES: Readonly<Record<string, readonly string[]>> = {
  forward: ['fine.planes=16', 'fine.imageScaleAt=30', 'fine.steps=200'],
  landscape: [],
};

test.each(Object.keys(SPACES))('the training of a %s scene is watched to its end', async (name) => {
  const scene = join(folder, name);
  await succeed(['synth', scene, '--scene', name, '--views', '10', '--size', '48', '--quiet']);
  const settings = [...SMALL, ...SPACES[name].flatMap((setting) => ['--set', setting])];
  const server = await startServing('train', scene, '--out', join(folder, `run-${name}`), ...settings, '--viewer', '0');
  let page: Page | undefined;
  try {
    const { runs } = (await (await fetch(`${server.url}api/runs`)).json()) as { runs: RunSummary[] };
    page = await openPage(`${server.url}viewer.html?run=${runs[0].id}`, { allowed: /503/ });
    await page.waitForSelector('#training-state:has-text("Training is over")', { state: 'attached', timeout: 200_000 });
    await settled(page);
    const { rgb } = await pixelsOf(page);
    const mean = rgb.reduce((sum, value) => sum + value, 0) / rgb.length;
    const deviation = Math.sqrt(rgb.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rgb.length);
    expect(deviation, 'contrast of the picture').toBeGreaterThan(0.1);
    if (name === 'forward')
      await expectNearCameras(page, (await (await fetch(`${server.url}api/runs/${runs[0].id}`)).json()) as RunDetails);
  } finally {
    await page?.close();
    await server.stop('SIGINT');
  }
});

/** However far one drags and wheels, one stays about where the photos were taken. */
async function expectNearCameras(page: Page, { cameras: { views } }: RunDetails): Promise<void> {
  await page.mouse.move(290, 140);
  await page.mouse.wheel(0, 4000);
  for (let i = 0; i < 3; i++) {
    await page.mouse.move(40, 140);
    await page.mouse.down();
    await page.mouse.move(540, 140, { steps: 5 });
    await page.mouse.up();
  }
  await settled(page);
  const pose = new URL(page.url()).searchParams.get('camera')!.split(',').map(Number);
  for (const at of [3, 7, 11]) {
    const places = views.map(({ camToWorld }) => camToWorld[at]);
    const [low, high] = [Math.min(...places), Math.max(...places)];
    const beyond = 0.25 * (high - low) + 0.5;
    expect(pose[at]).toBeGreaterThan(low - beyond);
    expect(pose[at]).toBeLessThan(high + beyond);
  }
  const first = views[0].camToWorld;
  expect(pose.slice(0, 12).join()).not.toBe(Array.from(first).slice(0, 12).join());
}
