/** Which evaluated view the gallery shows, and the viewer begins with. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readQuality } from '../../src/eval/read-quality.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

it('is the one with most to see, of the first split that was evaluated', async () => {
  const folder = temporaryFolder();
  const report = (views: Readonly<Record<string, number>>): string =>
    JSON.stringify({
      psnr: 30,
      ssim: 0.9,
      firingRates: [0.1, 0.2],
      energy: null,
      imageSize: { width: 10, height: 10 },
      perView: Object.entries(views).map(([name, activeRays]) => ({ name, counts: { rays: 100, activeRays } })),
    });
  const write = (split: string, views: Readonly<Record<string, number>>): void => {
    mkdirSync(join(folder, 'eval', split), { recursive: true });
    writeFileSync(join(folder, 'eval', split, 'metrics.json'), report(views));
  };
  expect(await readQuality(nodeFiles, folder)).toBeNull();
  write('val', { far: 3, near: 40 });
  expect(await readQuality(nodeFiles, folder)).toMatchObject({ picture: null, showcase: { split: 'val', name: 'near' } });
  write('test', { a: 20, 'b c': 70, d: 69 });
  writeFileSync(join(folder, 'eval/test/b c.png'), '');
  expect(await readQuality(nodeFiles, folder)).toMatchObject({
    picture: 'eval/test/b c.png',
    showcase: { split: 'test', name: 'b c' },
  });
});
