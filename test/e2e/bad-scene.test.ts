/** Every way in which a scene can be unusable ends in exit code 2, with nothing written. */
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { TINY, tinyRun, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const good = join(folder, 'good');
const scene = join(folder, 'scene');
const run = join(folder, 'run');

beforeAll(() => tinyScene(good));
beforeEach(() => {
  rmSync(scene, { recursive: true, force: true });
  cpSync(good, scene, { recursive: true });
});

interface Transforms {
  camera_angle_x: unknown;
  frames: { file_path: string; transform_matrix: unknown }[];
}

function editTransforms(change: (transforms: Transforms) => unknown, split = 'train'): void {
  const file = join(scene, `transforms_${split}.json`);
  const transforms = JSON.parse(readFileSync(file, 'utf8')) as Transforms;
  writeFileSync(file, JSON.stringify(change(transforms) ?? transforms));
}

function matrixOf(transforms: Transforms): number[][] {
  return transforms.frames[2].transform_matrix as number[][];
}

const train = (says: readonly string[], path = scene) => expectError(['train', path, '--out', run, ...TINY], { says, notWritten: run });

describe('a scene that cannot be used', () => {
  it('is not there', () => train([join(folder, 'none'), 'found nothing there'], join(folder, 'none')));

  it('is a file', () => train(['expected a scene folder, found a file'], join(scene, 'transforms_train.json')));

  it('is not a dataset: says what was looked for and found', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await train(['transforms_train.json', 'an empty folder'], empty);
    await train(['transforms_train.json', 'r_0.png'], join(scene, 'train'));
  });

  it('has truncated JSON', async () => {
    truncateSync(join(scene, 'transforms_train.json'), 200);
    await train(['transforms_train.json', 'JSON']);
  });

  it('has JSON of the wrong shape', async () => {
    editTransforms(() => ({ camera_angle_x: 0.7 }));
    await train(['transforms_train.json', 'frames']);
    editTransforms(() => []);
    await train(['transforms_train.json']);
    editTransforms(() => ({ camera_angle_x: 'wide', frames: [] }));
    await train(['camera_angle_x']);
  });

  it.each<[string, (transforms: Transforms) => unknown, string]>([
    ['2x4', (t) => void matrixOf(t).splice(2), 'frames[2].transform_matrix'],
    ['of words', (t) => (matrixOf(t)[0] = ['a'] as unknown as number[]) && undefined, 'frames[2].transform_matrix'],
    ['not finite', (t) => void (matrixOf(t)[0][0] = null as unknown as number), 'frames[2].transform_matrix'],
    ['a scaling', (t) => void matrixOf(t).forEach((row) => (row[0] *= 2)), 'frames[2].transform_matrix'],
    ['a mirror', (t) => void matrixOf(t).forEach((row) => (row[0] *= -1)), 'frames[2].transform_matrix'],
  ])('has a matrix that is %s', async (_, change, says) => {
    editTransforms(change);
    await train(['transforms_train.json', says]);
  });

  it('has no images', async () => {
    rmSync(join(scene, 'train'), { recursive: true });
    await train(['found none of the 8']);
  });

  it('has no training views', async () => {
    rmSync(join(scene, 'transforms_train.json'));
    await train(['split "train"', 'spikeray inspect']);
  });

  it('has a truncated image', async () => {
    truncateSync(join(scene, 'train/r_3.png'), 400);
    await train(['train/r_3.png', 'not a readable image']);
  });

  it('has an image of another size', async () => {
    await sharp({ create: { width: 16, height: 16, channels: 4, background: '#f00' } }).toFile(join(scene, 'train/r_5.png'));
    await train(['train/r_5.png', 'expected 32x32', 'found 16x16']);
  });

  it('has a text file for an image', async () => {
    writeFileSync(join(scene, 'train/r_1.png'), 'not an image');
    await train(['train/r_1.png', 'not a readable image']);
  });

  it('points outside its folder', async () => {
    editTransforms((t) => void (t.frames[0].file_path = '../../etc/passwd'));
    await train(['frames[0].file_path', 'leads out of it']);
  });

  it('is refused by inspect too', async () => {
    truncateSync(join(scene, 'test/r_0.png'), 100);
    await expectError(['inspect', scene], { says: ['test/r_0.png'] });
  });

  it('is of another format than is said, or of none that is known', async () => {
    await expectError(['inspect', scene, '--format', 'colmap'], {
      says: ['the format colmap', 'cameras.bin', 'Leave --format out'],
    });
    await expectError(['train', scene, '--format', 'colmp', '--out', run], { says: ['--format colmp', 'colmap'], notWritten: run });
  });
});

describe('a scene with flaws', () => {
  it('has parallel cameras: inspect says so, train refuses', async () => {
    editTransforms((t) => {
      for (const [i, frame] of t.frames.entries())
        frame.transform_matrix = [
          [1, 0, 0, i * 0.1],
          [0, 1, 0, 0],
          [0, 0, 1, 4],
          [0, 0, 0, 1],
        ];
    });
    const { stdout } = await succeed(['inspect', scene]);
    expect(stdout).toMatch(/depth range +not found/);
    expect(stdout).toContain('- near and far cannot be found: all cameras look in the same direction');
    await train(['near and far cannot be found', '--set scene.near=']);
  });

  it('is used without its missing images, with a warning', async () => {
    rmSync(join(scene, 'train/r_2.png'));
    const { stderr } = await succeed(['train', scene, '--out', join(folder, 'missing'), ...TINY, '--quiet']);
    expect(stderr).toContain('warning: 1 of the 8 images of transforms_train.json are missing');
  });

  it('has no views in the split asked for', async () => {
    const trained = await tinyRun(scene, join(folder, 'splits'));
    rmSync(join(scene, 'transforms_test.json'));
    await expectError(['eval', trained, '--split', 'test'], {
      says: ['split "test"', 'spikeray inspect'],
      notWritten: join(trained, 'eval'),
    });
    const fallen = await succeed(['eval', trained, '--json']);
    expect(JSON.parse(fallen.stdout)).toMatchObject({ split: 'val', views: 2 });
    rmSync(join(scene, 'transforms_val.json'));
    await expectError(['eval', trained], { says: ['expected a test or a val split', '--split train'] });
  });

  it('changed since the checkpoint: resume refuses without --force', async () => {
    const trained = await tinyRun(scene, join(folder, 'changed'), '--max-steps', '10');
    editTransforms((t) => void (matrixOf(t)[0][3] += 0.01));
    await expectError(['resume', trained, '--max-steps', '20'], { says: ['the scene changed since the checkpoint', '--force'] });
    const evaluated = await succeed(['eval', trained, '--json']);
    expect(evaluated.stderr).toContain('warning:');
    const forced = await succeed(['resume', trained, '--max-steps', '20', '--force', '--json']);
    expect(forced.stderr).toContain('warning:');
    expect(JSON.parse(forced.stdout)).toMatchObject({ step: 20 });
    await succeed(['resume', trained, '--max-steps', '25', '--quiet']);
  });

  it('moved: says where it was, and is found with --scene', async () => {
    const trained = await tinyRun(scene, join(folder, 'moved'), '--max-steps', '10');
    const moved = join(folder, 'elsewhere');
    cpSync(scene, moved, { recursive: true });
    rmSync(scene, { recursive: true });
    await expectError(['resume', trained, '--max-steps', '20'], { says: [scene] });
    await succeed(['resume', trained, '--max-steps', '20', '--scene', moved, '--quiet']);
    await succeed(['eval', trained, '--quiet']);
  });
});
