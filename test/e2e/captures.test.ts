/** Scenes of other formats through the real command line: generated, inspected, trained. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { TINY, workFolder } from './tiny.ts';

/** The subject fills a sixth of the small photos: 30 steps would not find it. */
const LONGER = ['--set', 'coarse.steps=200', '--set', 'coarse.rays=256'];

const folder = workFolder();
const capture = join(folder, 'capture');
const forward = join(folder, 'forward');

describe('an orbit in nerfstudio format', () => {
  it('is drawn, trained on in its box, measured on held-out views and rendered', async () => {
    await succeed(['synth', capture, '--scene', 'capture', '--views', '16', '--size', '40', '--quiet']);
    const picture = join(folder, 'capture.png');
    const inspected = await succeed(['inspect', capture, '--picture', picture, '--holdout', '4', '--json']);
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      format: 'nerfstudio',
      picture,
      space: { kind: 'bounded' },
      splits: { train: { views: 12, distorted: true }, test: { views: 4 } },
    });
    expect(await sharp(readFileSync(picture)).metadata()).toMatchObject({ format: 'png', width: 1280 });
    const run = join(folder, 'run');
    await succeed(['train', capture, '--out', run, '--holdout', '4', '--quiet', ...TINY, ...LONGER]);
    const evaluated = await succeed(['eval', run, '--json', '--quiet']);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ split: 'test', views: 4, imageSize: { width: 40, height: 30 } });
    await succeed(['render', run, '--frames', '2', '--size', '24x16', '--quiet']);
    expect(existsSync(join(run, 'render/orbit/frame_0001.png'))).toBe(true);
  });
});

describe('a forward-facing scene in LLFF format', () => {
  it('is inspected and drawn, trained with the preset for such scenes, measured, and rendered on a spiral', async () => {
    await succeed(['synth', forward, '--scene', 'forward', '--views', '9', '--size', '32', '--quiet']);
    const picture = join(folder, 'forward.png');
    const { stdout } = await succeed(['inspect', forward, '--picture', picture, '--quiet']);
    expect(stdout).toMatch(/llff \(found poses_bounds\.npy\)/);
    expect(stdout).toMatch(/forward-facing \(normalised device coordinates\)/);
    expect(existsSync(picture)).toBe(true);
    // What the preset takes of small images, and training with it: the same.
    const planes = Number(/preset llff takes (\d+) planes/.exec(stdout)![1]);
    expect(planes).toBeLessThan(40);
    const run = join(folder, 'forward-run');
    const trained = await succeed(['train', forward, '--out', run, ...TINY]);
    expect(trained.stderr).toContain('a forward-facing scene: preset llff');
    expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'))).toMatchObject({ config: { preset: 'llff', fine: { planes } } });
    const evaluated = await succeed(['eval', run, '--json', '--quiet']);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ split: 'test', views: 2, imageSize: { width: 32, height: 24 } });
    await succeed(['render', run, '--frames', '2', '--size', '24x16', '--quiet']);
    expect(existsSync(join(run, 'render/spiral/frame_0001.depth.png'))).toBe(true);
    await expectError(['render', run, '--path', 'orbit'], { says: ['a forward-facing scene', '--path spiral'] });
  });

  it('is refused with a preset for other scenes before anything is written', async () => {
    const run = join(folder, 'none');
    await expectError(['train', forward, '--out', run, '--preset', 'blender', ...TINY], {
      says: ['fine.raysFrom=occupied', '--preset llff'],
      notWritten: run,
    });
  });

  it('refuses a picture that is none', () =>
    expectError(['inspect', forward, '--picture', 'x.jpg'], { says: ['--picture x.jpg', '.png'] }));
});
