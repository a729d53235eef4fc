/** The way a user goes: a scene, training, its twin, evaluation, rendering. Quality has a floor. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvalReport } from '../../src/eval/eval-report.ts';
import { cli, succeed } from './cli.ts';
import { tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
const run = join(folder, 'run');

/** Small enough for a few seconds. */
const SMALL = [
  'coarse.steps=300',
  'coarse.rays=256',
  'coarse.voxels=32768',
  'fine.steps=500',
  'fine.rays=256',
  'fine.voxels=64000',
  'fine.scaleAt=50,100',
].flatMap((setting) => ['--set', setting]);

const evaluate = async (trained: string): Promise<EvalReport> =>
  JSON.parse((await succeed(['eval', trained, '--json', '--quiet'])).stdout) as EvalReport;

beforeAll(async () => {
  await tinyScene(scene, 30, 64);
  await succeed(['train', scene, '--out', run, ...SMALL, '--quiet']);
});

describe('a small field of the object scene', () => {
  it('reaches the floor on held-out views, with sparse spikes', async () => {
    const report = await evaluate(run);
    expect(report.psnr).toBeGreaterThan(24);
    expect(report.ssim).toBeGreaterThan(0.88);
    for (const rate of report.firingRates!) {
      expect(rate).toBeGreaterThan(0.005);
      expect(rate).toBeLessThan(0.3);
    }
    expect(report.energy!.shareOfAnn.executed).toBeLessThan(0.5);
    const images = readdirSync(join(run, 'eval/test'));
    expect(images).toEqual(expect.arrayContaining(['metrics.json', 'r_0.png', 'r_0.depth.png', 'r_0.error.png']));
  });

  it('has a twin that is trained the same way', async () => {
    const twin = join(folder, 'twin');
    await succeed(['train', scene, '--out', twin, ...SMALL, '--ann', '--quiet']);
    const report = await evaluate(twin);
    expect(report.psnr).toBeGreaterThan(24);
    expect(report.energy!.shareOfAnn.executed).toBe(1);
  });

  it('is rendered on an orbit: frames and animations', async () => {
    await succeed(['render', run, '--path', 'orbit', '--frames', '3', '--size', '40x30', '--quiet']);
    const target = join(run, 'render/orbit');
    const files = readdirSync(target);
    for (const name of ['frame_0000.png', 'frame_0002.depth.png', 'frame_0001.opacity.png']) expect(files).toContain(name);
    for (const name of ['colour.webp', 'depth.webp', 'opacity.webp'])
      expect(await sharp(join(target, name), { animated: true }).metadata()).toMatchObject({ pages: 3, width: 40, pageHeight: 30 });
    const { channels } = await sharp(join(target, 'frame_0000.png')).stats();
    expect(Math.max(...channels.map(({ stdev }) => stdev)), 'not a blank picture').toBeGreaterThan(20);
  });

  it('is rendered from the views and on a saved camera path', async () => {
    await succeed(['render', run, '--path', 'views', '--split', 'val', '--quiet']);
    expect(readdirSync(join(run, 'render/views'))).toContain('r_0.png');
    const path = join(folder, 'path.json');
    const transforms = JSON.parse(readFileSync(join(scene, 'transforms_train.json'), 'utf8')) as {
      frames: { transform_matrix: number[][] }[];
    };
    const cameras = transforms.frames.slice(0, 2).map((frame) => ({ camera_to_world: frame.transform_matrix.flat(), fov: 40 }));
    writeFileSync(path, JSON.stringify({ camera_path: cameras, render_width: 24, render_height: 16, fps: 10 }));
    const out = join(folder, 'frames');
    await succeed(['render', run, '--path', path, '--out', out, '--quiet']);
    expect(await sharp(join(out, 'colour.webp'), { animated: true }).metadata()).toMatchObject({ pages: 2, width: 24, delay: [100, 100] });
  });

  it('films by an ffmpeg that is there, else not at all', async () => {
    const film = ['render', run, '--path', 'orbit', '--frames', '2', '--size', '40x30', '--film', 'mp4,webm', '--quiet'];
    const out = join(folder, 'film');
    const none = await cli([...film, '--out', out], { env: { PATH: folder } });
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no program of that name on the PATH')]);
    expect(existsSync(out)).toBe(false);
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    const pretended = (fails: string): void => {
      const encoders = 'case "$*" in *-encoders*) echo " V libx264 h"; echo " V libvpx-vp9 h"; exit 0;; esac';
      writeFileSync(join(programs, 'ffmpeg'), `#!/bin/sh\n${encoders}\n${fails}\nfor last; do :; done\ncat > "\${last#file:}"\n`, {
        mode: 0o755,
      });
    };
    const env = { PATH: `${programs}:${process.env.PATH}` };
    pretended('case "$*" in *depth.webm*) cat >/dev/null; echo "disk is full" >&2; exit 1;; esac');
    const failed = await cli([...film, '--out', out], { env });
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('ffmpeg made no film: disk is full')]);
    expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
    pretended('');
    const { stdout } = await succeed([...film, '--out', out, '--json'], { env });
    const names = ['colour', 'depth', 'opacity'].flatMap((name) => ['webp', 'mp4', 'webm'].map((ending) => join(out, `${name}.${ending}`)));
    expect((JSON.parse(stdout) as { animations: string[] }).animations).toEqual(names);
    expect(readFileSync(join(out, 'depth.mp4')).length).toBe(2 * 40 * 30 * 3);
    expect((await cli([...film.slice(0, -3), '--film', 'avi'])).stderr).toContain('avi');
  });

  it('ends by itself at a time limit', async () => {
    const limited = join(folder, 'limited');
    const endless = ['--set', 'fine.steps=100000000', '--max-minutes', '0.2'];
    const { stdout } = await succeed(['train', scene, '--out', limited, ...SMALL, ...endless, '--json', '--quiet']);
    expect(JSON.parse(stdout)).toMatchObject({ stage: 'fine', interrupted: false });
    expect((await succeed(['resume', limited])).stderr).toContain('nothing to do');
  });
});
