/** `train --log tensorboard`: what is written beside a run, and that the run is the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectError } from './expect-error.ts';
import { succeed } from './cli.ts';
import { contentOf } from './run-files.ts';
import { tinyRun, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();

test('a logged training is the same run, with scalars beside it; a resumed one logs on', async () => {
  const scene = await tinyScene(join(folder, 'scene'));
  const plain = await tinyRun(scene, join(folder, 'plain'));
  const logged = await tinyRun(scene, join(folder, 'logged'), '--log', 'tensorboard', '--max-steps', '30');
  await succeed(['resume', logged, '--max-steps', '40', '--log', 'tensorboard', '--quiet']);
  expect(await contentOf(logged)).toEqual(await contentOf(plain));
  const files = readdirSync(join(logged, 'tensorboard')).sort();
  expect(files).toHaveLength(2);
  const text = files.map((name) => readFileSync(join(logged, 'tensorboard', name), 'latin1')).join('');
  // Pictures and histograms follow the first metrics, which a run of a second has only at its end.
  for (const tag of ['train/psnr', 'firing_rate/layer_2']) expect(text).toContain(tag);
  await expectError(['train', scene, '--out', join(folder, 'none'), '--log', 'wandb'], {
    says: ['--log wandb'],
    notWritten: join(folder, 'none'),
  });
});
