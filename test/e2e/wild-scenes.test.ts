/** Scenes as people have them, through the real command line: what training says of them, and where their world lies. */
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { TINY, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();

interface Transforms {
  ply_file_path?: string;
  frames: { file_path: string; transform_matrix: number[][] }[];
}

const read = (file: string): Transforms => JSON.parse(readFileSync(file, 'utf8')) as Transforms;
const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe('a capture in UTM coordinates', () => {
  const OFFSET = [440_124, 4_481_236, 656];
  const here = join(folder, 'here');
  const there = join(folder, 'there');
  const LONGER = ['--set', 'coarse.steps=200', '--set', 'coarse.rays=256'];

  beforeAll(async () => {
    await succeed(['synth', here, '--scene', 'capture', '--views', '16', '--size', '40', '--quiet']);
    const transforms = read(join(here, 'transforms.json'));
    delete transforms.ply_file_path;
    writeFileSync(join(here, 'transforms.json'), JSON.stringify(transforms));
    cpSync(here, there, { recursive: true });
    for (const { transform_matrix: m } of transforms.frames) OFFSET.forEach((value, axis) => (m[axis][3] += value));
    writeFileSync(join(there, 'transforms.json'), JSON.stringify(transforms));
  });

  it('is learned as well as at the origin, and keeps its coordinates in all that comes out', async () => {
    const psnr: number[] = [];
    for (const scene of [here, there]) {
      await succeed(['train', scene, '--out', `${scene}-run`, '--holdout', '4', '--quiet', ...TINY, ...LONGER]);
      psnr.push(json((await succeed(['eval', `${scene}-run`, '--json', '--quiet'])).stdout).psnr as number);
    }
    expect(Math.abs(psnr[0] - psnr[1])).toBeLessThan(0.5);
    expect(json(readFileSync(join(`${here}-run`, 'config.json'), 'utf8'))).toMatchObject({ scene: { frame: null } });
    const report = json((await succeed(['inspect', there, '--json', '--quiet'])).stdout) as {
      frame: { centre: number[] };
      cameras: { centre: number[] };
    };
    expect(report.frame).toMatchObject({ scale: 1 });
    report.frame.centre.forEach((value, axis) => expect(Math.abs(value - OFFSET[axis])).toBeLessThanOrEqual(4));
    const { frame } = report;
    expect(json(readFileSync(join(`${there}-run`, 'config.json'), 'utf8'))).toMatchObject({ scene: { frame } });
    report.cameras.centre.forEach((value, axis) => expect(Math.abs(value - OFFSET[axis])).toBeLessThan(0.1));

    // A camera path of the file's coordinates shows the subject.
    const [{ transform_matrix: pose }] = read(join(there, 'transforms.json')).frames;
    const path = join(folder, 'path.json');
    const camera = { camera_to_world: pose.flat(), fov: 40 };
    writeFileSync(path, JSON.stringify({ render_width: 24, render_height: 18, fps: 24, camera_path: [camera] }));
    await succeed(['render', `${there}-run`, '--path', path, '--quiet']);
    const { channels } = await sharp(join(`${there}-run`, 'render/path/frame_0000.opacity.png')).stats();
    expect(channels[0].mean).toBeGreaterThan(5);
  });

  it('that was moved on the disk says how to go on', async () => {
    const moved = join(folder, 'moved');
    renameSync(there, moved);
    await expectError(['eval', `${there}-run`], { says: ['the scene of the run is no longer there', '--scene FOLDER'] });
    const found = await succeed(['eval', `${there}-run`, '--scene', moved, '--format', 'nerfstudio', '--json', '--quiet']);
    expect(found.stderr).not.toContain('changed since the checkpoint');
  });
});

describe('training', () => {
  it('says what inspect says', async () => {
    const scene = await tinyScene(join(folder, 'overlap'));
    const train = read(join(scene, 'transforms_train.json'));
    const test = read(join(scene, 'transforms_test.json'));
    test.frames[0] = train.frames[3];
    writeFileSync(join(scene, 'transforms_test.json'), JSON.stringify(test));
    const problem = 'train r_3 and test r_3 have the same pose';
    expect((await succeed(['inspect', scene, '--quiet'])).stdout).toContain(problem);
    const run = join(folder, 'overlap-run');
    const { stderr } = await succeed(['train', scene, '--out', run, ...TINY, '--quiet']);
    expect(stderr).toContain(`warning: ${problem}`);
    expect(stderr).toContain('warning: only 8 training views');
  });
});
