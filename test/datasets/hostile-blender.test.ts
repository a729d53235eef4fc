/** Blender scenes as broken as they come: each ends in a typed error that says file, key, expected, found, and how to mend it. */
import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../datasets/index.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { inputError, open, picture, transforms, write, writeSplit, type Transforms } from './blender-scene.ts';

async function withTransforms(change: (content: Transforms) => unknown): Promise<string> {
  const folder = temporaryFolder();
  const content = await writeSplit(folder, 'train', 3);
  const changed = change(content);
  await write(folder, 'transforms_train.json', typeof changed === 'string' ? changed : content);
  return (await inputError(open(folder))).replaceAll(folder, 'SCENE');
}

async function withMatrix(change: (matrix: number[][]) => unknown): Promise<string> {
  return withTransforms(({ frames }) => {
    const matrix = frames[1].transform_matrix as number[][];
    frames[1].transform_matrix = change(matrix) ?? matrix;
  });
}

describe('detection', () => {
  it('says what it found', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 1);
    await write(folder, 'transforms_test.json', transforms('test', 1));
    expect(await detectFormat(folder, nodeFiles)).toEqual({
      format: 'blender',
      reason: 'found transforms_train.json, transforms_test.json',
    });
  });

  it('lists what it looked for and what the folder holds', async () => {
    const folder = temporaryFolder();
    expect(await inputError(detectFormat(folder, nodeFiles))).toMatch(/found an empty folder/);
    for (let i = 10; i < 25; i++) await write(folder, `photo_${i}.jpg`, 'x');
    await mkdir(`${folder}/transforms_train.json`);
    const text = await inputError(detectFormat(folder, nodeFiles));
    expect(text).toMatch(/looked for blender: transforms_train\.json, transforms_val\.json, transforms_test\.json/);
    expect(text).toMatch(/found photo_10\.jpg, photo_11\.jpg, .* and 4 more/);
  });

  it('tells a missing folder from a file', async () => {
    const folder = temporaryFolder();
    expect(await inputError(open(`${folder}/nowhere`))).toMatch(/nowhere: expected a scene folder, found nothing there/);
    await write(folder, 'scene.json', '{}');
    expect(await inputError(open(`${folder}/scene.json`))).toMatch(/scene\.json: expected a scene folder, found a file/);
  });
});

describe('a broken transforms file', () => {
  it('truncated', async () => {
    const text = await withTransforms((content) => JSON.stringify(content).slice(0, -40));
    expect(text).toMatch(/^SCENE\/transforms_train\.json: expected JSON, found .*JSON.*\nThe file may be truncated/);
  });

  it('empty, or other bytes', async () => {
    expect(await withTransforms(() => ' ')).toMatch(/transforms_train\.json: expected JSON/);
    const folder = temporaryFolder();
    await write(folder, 'transforms_train.json', Uint8Array.of(0xff, 0xfe, 0x7b, 0));
    expect(await inputError(open(folder))).toMatch(/expected JSON text in UTF-8/);
  });

  it.each([
    ['an array', () => '[]', /transforms_train\.json: expected an object with frames, found \[\]/],
    ['no frames', () => '{"camera_angle_x": 0.7}', /: frames: expected a list of frames, found nothing \(the key is missing\)/],
    ['frames of another type', () => '{"camera_angle_x": 0.7, "frames": {"0": 1}}', /: frames: expected a list of frames, found \{"0":1\}/],
    ['a frame of another type', () => '{"camera_angle_x": 0.7, "frames": [7]}', /: frames\[0\]: expected an object with .* found 7/],
  ])('%s', async (_, change, message) => {
    expect(await withTransforms(change)).toMatch(message);
  });

  it('nested as deep as it likes, where a list or a matrix or a key of another lens should be', async () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    expect(await withTransforms(() => deep)).toMatch(/: expected an object with frames, found \[\[\[\["…"\]\]\]\]/);
    expect(await withTransforms((content) => JSON.stringify({ ...content, K: 0 }).replace('"K":0', `"K":${deep}`))).toMatch(
      /found K: a matrix of intrinsics/,
    );
    expect(
      await withTransforms((content) => JSON.stringify(content).replace('"transform_matrix":[[', `"transform_matrix":[[${deep},`)),
    ).toMatch(/transform_matrix\[0\]: expected a row of 4 numbers, found 5 values/);
  });

  it('a path that is none', async () => {
    expect(await withTransforms(({ frames }) => void (frames[2].file_path = 5))).toMatch(
      /: frames\[2\]\.file_path: expected the path of an image, found 5/,
    );
    expect(await withTransforms(({ frames }) => void (frames[2].file_path = './'))).toMatch(/expected the path of an image, found "\.\/"/);
  });

  it.each([
    ['missing', undefined],
    ['null', null],
  ])('field of view %s', async (_, value) => {
    expect(await withTransforms((content) => void (content.camera_angle_x = value))).toContain(
      ': fl_x: expected a focal length in pixels (or camera_angle_x), for all frames or in each, found none for frames[0]',
    );
  });

  it.each([
    ['zero', 0, '0'],
    ['pi', Math.PI, '3.14'],
    ['negative', -0.5, '-0.5'],
    ['a text', '0.69', '"0.69"'],
  ])('field of view %s', async (_, value, found) => {
    const text = await withTransforms((content) => void (content.camera_angle_x = value));
    expect(text).toContain(`: camera_angle_x: expected an angle in radians between 0 and pi (a field of view), found ${found}`);
  });

  it.each(['../secret', 'train/../../secret', '/etc/secret', 'C:\\secret', '..\\secret'])('path %s leading out', async (path) => {
    const text = await withTransforms(({ frames }) => void (frames[1].file_path = path));
    expect(text).toMatch(/: frames\[1\]\.file_path: expected a (relative path|path inside the scene folder), found ".*secret"/);
  });
});

describe('a broken matrix', () => {
  const rigid = /: frames\[1\]\.transform_matrix: expected a rigid motion/;

  it('missing, of another size or type', async () => {
    expect(await withTransforms(({ frames }) => void delete frames[1].transform_matrix)).toMatch(
      /: frames\[1\]\.transform_matrix: expected a 4x4 matrix, a list of 4 rows, found nothing/,
    );
    expect(await withMatrix((m) => m.slice(0, 2))).toMatch(/expected a 4x4 matrix, a list of 4 rows, found 2 rows/);
    expect(await withMatrix((m) => m.flat())).toMatch(/found 16 rows/);
    expect(await withMatrix((m) => void m[2].pop())).toMatch(/transform_matrix\[2\]: expected a row of 4 numbers, found 3 values/);
    expect(await withMatrix((m) => [m[0], 'x', m[2], m[3]])).toMatch(/transform_matrix\[1\]: expected a row of 4 numbers, found "x"/);
    expect(await withMatrix((m) => [[...m[0].slice(0, 3), null], m[1], m[2], m[3]])).toMatch(
      /\[0\]\[3\]: expected a finite number, found null/,
    );
  });

  it('not finite', async () => {
    const withWord = (word: string): Promise<string> =>
      withTransforms((content) => {
        (content.frames[1].transform_matrix as unknown[][])[0][3] = 'WORD';
        return JSON.stringify(content).replace('"WORD"', word);
      });
    expect(await withWord('1e999')).toMatch(/: frames\[1\]\.transform_matrix\[0\]\[3\]: expected a finite number, found Infinity/);
    const pose =
      /: frames\[1\]\.transform_matrix\[0\]\[3\]: expected a finite number, found "(NaN|-Infinity)"\n.*pose of \.\/train\/r_1 .*leave frames\[1\] out/;
    expect(await withWord('NaN')).toMatch(pose);
    expect(await withWord('-Infinity')).toMatch(pose);
  });

  it('not a rigid motion', async () => {
    expect(await withMatrix((m) => void (m[3][0] = 0.1))).toMatch(/transform_matrix\[3\]: expected the last row 0 0 0 1, found 0\.1 0 0 1/);
    const scaled = await withMatrix((m) => m.map((row, r) => row.map((v, c) => (r < 3 && c < 3 ? v * 1.01 : v))));
    expect(scaled).toMatch(rigid);
    expect(scaled).toMatch(/column 0 has length 1\.0100/);
    expect(await withMatrix((m) => m.map((row, r) => (r < 3 ? [-row[0], row[1], row[2], row[3]] : row)))).toMatch(
      /found a mirroring, determinant -1/,
    );
    const sheared = await withMatrix((m) =>
      m.map((row, r) => (r < 3 ? [row[0], Math.hypot(0.995, 0.1) * row[1], row[2] + 0.1 * row[1], row[3]] : row)),
    );
    expect(sheared).toMatch(rigid);
  });

  it('accepts the rounding of files written with four digits', async () => {
    const folder = temporaryFolder();
    const content = await writeSplit(folder, 'train', 3);
    for (const frame of content.frames)
      frame.transform_matrix = (frame.transform_matrix as number[][]).map((row) => row.map((v) => +v.toFixed(4)));
    await write(folder, 'transforms_train.json', content);
    expect((await open(folder)).splits.train).toHaveLength(3);
  });
});

describe('broken images', () => {
  async function withImage(bytes: Uint8Array | string): Promise<string> {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 4);
    await write(folder, 'train/r_2.png', bytes);
    return (await inputError(open(folder))).replaceAll(folder, 'SCENE');
  }

  it('truncated', async () => {
    const whole = await picture(8, 8, 3);
    expect(await withImage(whole.slice(0, whole.length - 60))).toMatch(/^SCENE\/train\/r_2\.png: /);
    expect(await withImage(whole.slice(0, 20))).toMatch(/^SCENE\/train\/r_2\.png: /);
    expect(await withImage(new Uint8Array())).toMatch(/^SCENE\/train\/r_2\.png: /);
  });

  it('a drawing', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 3);
    await write(folder, 'train/r_1.png', '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
    expect(await inputError(open(folder))).toMatch(/r_1\.png: not a readable image \(it is svg, no photo\)/);
  });

  it('not an image', async () => {
    expect(await withImage('<html>404</html>')).toMatch(/^SCENE\/train\/r_2\.png: /);
  });

  it('of another size than its neighbours', async () => {
    expect(await withImage(await picture(8, 6))).toMatch(/r_2\.png: expected 8x8, the size of the other train images, found 8x6/);
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 4);
    await write(folder, 'train/r_0.png', await picture(16, 16));
    expect(await inputError(open(folder)), 'the odd one is named even when it comes first').toMatch(/r_0\.png: expected 8x8/);
  });

  it('warns of splits with different sizes', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 2);
    await write(folder, 'transforms_val.json', transforms('val', 1, 2));
    await write(folder, 'val/r_0.png', await picture(4, 4));
    expect((await open(folder)).warnings).toEqual(['splits have images of different sizes: train 8x8, val 4x4']);
  });

  it('that cannot be divided', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 2);
    expect(await inputError(open(folder, { downscale: 9 }))).toMatch(
      /expected a whole number up to 8, for images of 8x8 .*found 9\nUse a smaller one\./,
    );
  });
});

describe('cameras without a common centre', () => {
  async function facing(change: (m: number[][], i: number) => number[][]): Promise<string> {
    const folder = temporaryFolder();
    const content = await writeSplit(folder, 'train', 4);
    content.frames.forEach((frame, i) => (frame.transform_matrix = change(frame.transform_matrix as number[][], i)));
    await write(folder, 'transforms_train.json', content);
    expect((await open(folder, { near: 1, far: 5 })).near, 'a given range is enough').toBe(1);
    return inputError(open(folder));
  }

  it('parallel', async () => {
    const text = await facing((_, i) => [[1, 0, 0, i], [0, 1, 0, i * i], [0, 0, 1, 0], [0, 0, 0, 1]]); // prettier-ignore
    expect(text).toMatch(/all cameras look in the same direction\n.*scene\.near/);
  });

  it('looking outward', async () => {
    const text = await facing((m) => m.map((row, r) => (r < 3 ? [-row[0], row[1], -row[2], row[3]] : row)));
    expect(text).toMatch(/too many cameras look away/);
  });

  it('turning in place', async () => {
    expect(await facing((m, i) => m.map((row, r) => (r < 3 ? [row[0], row[1], row[2], 0.01 * Math.sin(5 * r + 3 * i)] : row)))).toMatch(
      /cannot be found/,
    );
  });
});
