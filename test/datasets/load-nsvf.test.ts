/** The three sets in the layout of NSVF. */
import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../datasets/index.ts';
import type { SceneData, View } from '../../datasets/scene-data.ts';
import { cameraOnSphere } from '../../datasets/synth/synthetic-cameras.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { sceneRegion } from '../../src/train/scene-region.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { inputError, open, picture, write } from './blender-scene.ts';
import { expectKnownCameras } from './known-cameras.ts';

const cameras = Array.from({ length: 9 }, (_, i) => cameraOnSphere(i * 1.3, 0.1 + 0.1 * i, 16));
const { fx, cx, cy } = cameras[0].intrinsics;

/** Poses with +Y down and +Z forward. */
function poseText(index: number): string {
  const m = cameras[index].camToWorld;
  return [0, 4, 8].map((row) => `${m[row]} ${-m[row + 1]} ${-m[row + 2]} ${m[row + 3]}\n`).join('') + '0 0 0 1\n';
}

const LINES = `${fx} ${cx} ${cy} 0.\n0. 0. 0.\n0.\n1.\n16 16\n`;
const MATRIX = `${fx} 0 ${cx} 0\n0 ${fx} ${cy} 0\n0 0 1 0\n0 0 0 1\n`;

/** @param splits of the images in order */
async function scene(splits: string, intrinsics: string): Promise<string> {
  const folder = temporaryFolder();
  for (const [i, split] of [...splits].entries()) {
    await write(folder, `rgb/${split}_${i}.png`, await picture(16, 16, i));
    await write(folder, `pose/${split}_${i}.txt`, poseText(i));
  }
  await write(folder, 'intrinsics.txt', intrinsics);
  return folder;
}

function inOrder({ splits }: SceneData): View[] {
  return Object.values(splits)
    .flat()
    .sort((a, b) => a.name.slice(2).localeCompare(b.name.slice(2)));
}

describe('intrinsics of NSVF', () => {
  it('are for the size that the last line gives', async () => {
    const larger = LINES.replace('16 16', '32 32').replace(`${fx} ${cx} ${cy}`, `${fx * 2} ${cx * 2} ${cy * 2}`);
    expectKnownCameras(inOrder(await open(await scene('000111222', larger))), cameras, true);
    expect(await inputError(open(await scene('000111222', LINES.replace('16 16', '12 16'))))).toMatch(
      /intrinsics\.txt: last line: expected an image of the shape 16x12, found one of 16x16/,
    );
  });

  it('have no skew', async () => {
    expect(await inputError(open(await scene('000111222', MATRIX.replace(`${fx} 0`, `${fx} 3`))))).toMatch(
      /line 1: expected no skew .* found 3/,
    );
  });
});

describe('scenes in the layout of NSVF', () => {
  it('are told apart by the names of their files, and see what their cameras saw', async () => {
    const nsvf = await scene('000111222', LINES);
    expect((await detectFormat(nsvf, nodeFiles)).format).toBe('nsvf');
    const three = await open(nsvf);
    expect(Object.entries(three.splits).map(([split, views]) => [split, views.length])).toEqual([
      ['train', 3],
      ['val', 3],
      ['test', 3],
    ]);
    expectKnownCameras(inOrder(three), cameras, true);
    expectKnownCameras(inOrder(await open(nsvf, { downscale: 2 })), cameras, true);

    const tanks = await scene('000000111', MATRIX);
    expect((await detectFormat(tanks, nodeFiles)).format).toBe('tanks-temples');
    await write(tanks, 'test_traj.txt', MATRIX);
    expect((await detectFormat(tanks, nodeFiles)).format).toBe('blendedmvs');
    const two = await open(tanks);
    expect(two.splits.test!.map(({ name }) => name)).toEqual(['1_6', '1_7', '1_8']);
    expect(two.splits.val).toBeUndefined();
    expectKnownCameras(inOrder(two), cameras, true);
  });

  it('lie in the box that they record', async () => {
    const folder = await scene('000000222', LINES);
    expect((await open(folder)).space).toEqual({ kind: 'bounded', box: null });
    await write(folder, 'bbox.txt', '-0.7 -0.8 -0.9 0.7 0.8 0.9 0.4');
    const loaded = await open(folder);
    expect(loaded.space).toEqual({ kind: 'bounded', box: { min: [-0.7, -0.8, -0.9], max: [0.7, 0.8, 0.9] } });
    expect(loaded.near).toBeGreaterThan(4 - Math.hypot(0.7, 0.8, 0.9) - 1e-9);
    expect(loaded.far).toBeLessThan(4 + Math.hypot(0.7, 0.8, 0.9) + 1e-9);
    expect(sceneRegion(loaded).box).toEqual({ min: [-0.7, -0.8, -0.9], max: [0.7, 0.8, 0.9] });
    await write(folder, 'bbox.txt', '50 50 50 51 51 51 0.4');
    const away = await open(folder, { near: 2, far: 6 });
    expect(() => sceneRegion(away)).toThrow(/no training camera sees the scene's own box/);
  });
});

describe('broken ones', () => {
  async function broken(file: string, content: string): Promise<string> {
    const folder = await scene('000222', LINES);
    await write(folder, file, content);
    return inputError(open(folder));
  }

  it('say which file and line', async () => {
    expect(await broken('pose/0_1.txt', '1 0 0\n')).toMatch(/pose\/0_1\.txt: expected a 4x4 matrix, a list of 4 rows, found 1 rows/);
    expect(await broken('pose/0_1.txt', poseText(1).replace(/^\S+/, 'nan'))).toMatch(
      /pose\/0_1\.txt: line 1: expected finite numbers, found "nan"/,
    );
    expect(await broken('pose/0_1.txt', poseText(1).replace(/^\S+/, '5'))).toMatch(/pose\/0_1\.txt: expected a rigid motion/);
    expect(await broken('pose/0_1.txt', '0 '.repeat(40_000))).toMatch(/expected a few lines of numbers, found 80000 bytes/);
    expect(await broken('intrinsics.txt', '')).toMatch(
      /intrinsics\.txt: line 1: expected a focal length and a principal point.* found 0 numbers/,
    );
    expect(await broken('intrinsics.txt', '-5 1 1 0')).toMatch(/expected a positive focal length, found -5 and -5/);
    expect(await broken('bbox.txt', '1 1 1 0 0 0 0.1')).toMatch(
      /bbox\.txt: expected the six sides of a box, minima before maxima, found 1 1 1 0 0 0 0\.1/,
    );
    expect(await broken('bbox.txt', '1 2')).toMatch(/bbox\.txt: expected the six sides of a box/);
    expect(await broken('rgb/3_9.png', 'x')).toMatch(/rgb\/3_9\.png: expected a name that begins with 0_ \(train\), 1_ or 2_/);
  });

  it('lack a photo, which is said', async () => {
    const folder = await scene('000222', LINES);
    await rm(`${folder}/rgb/0_1.png`);
    await write(folder, 'pose/readme.txt', 'no pose');
    const { warnings, splits } = await open(folder);
    expect(splits.train).toHaveLength(2);
    expect(warnings).toContain('1 poses have no photo in rgb and were left out (0_1.txt)');
  });

  it('lack a pose', async () => {
    const folder = await scene('000222', LINES);
    await rm(`${folder}/pose/2_4.txt`);
    expect(await inputError(open(folder))).toMatch(/pose\/2_4\.txt: expected the pose of rgb\/2_4\.png, found nothing/);
    await rm(`${folder}/pose`, { recursive: true });
    expect(await inputError(open(folder))).toMatch(
      /looked for blender: .*; llff: .*; nerfstudio: .*; colmap: .*; nsvf: .*; blendedmvs: .*; tanks-temples: /,
    );
  });
});
