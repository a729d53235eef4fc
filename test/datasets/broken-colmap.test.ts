/** What COLMAP scenes are refused for, and with which words. */
import { readFile, rename } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { inputError, open, write } from './blender-scene.ts';
import { WIDTH, lens, Bytes, OPENCV, name, cameraBytes, imageBytes, pointBytes, binaryScene, textScene } from './colmap-scene.ts';

async function broken(file: string, content: Uint8Array | string): Promise<string> {
  const folder = file.endsWith('.txt') ? await textScene() : await binaryScene();
  await write(folder, file, content);
  return (await inputError(open(folder))).replaceAll(folder, 'SCENE');
}

describe('broken COLMAP scenes', () => {
  it.each([
    ['cameras', cameraBytes],
    ['images', imageBytes],
    ['points3D', pointBytes],
  ])('with %s.bin truncated anywhere, or too long', async (file, content) => {
    const { bytes } = content();
    const reader = (await import('../../datasets/colmap-binary.ts')).colmapBinary;
    const read = { cameras: reader.cameras, images: reader.images, points3D: reader.points }[file]!;
    expect(() => read('f.bin', bytes)).not.toThrow();
    for (let length = 0; length < bytes.length; length += 3)
      expect(() => read('f.bin', bytes.slice(0, length))).toThrow(/^f\.bin: expected /);
    expect(await broken(`sparse/0/${file}.bin`, bytes.slice(0, -1))).toMatch(new RegExp(`^SCENE/sparse/0/${file}\\.bin: expected `));
    expect(await broken(`sparse/0/${file}.bin`, Uint8Array.of(...bytes, 0))).toMatch(
      /expected the end of the file at byte \d+, found 1 more bytes/,
    );
  });

  it('with counts that are negative or beyond the file', async () => {
    const count = (value: number): Uint8Array => Uint8Array.of(...new Bytes().put('u64', value).bytes, ...imageBytes().bytes.slice(8));
    expect(await broken('sparse/0/images.bin', count(-1))).toMatch(
      /expected at most \d+ images in the \d+ bytes that follow byte 0, found 18446744073709551615/,
    );
    expect(await broken('sparse/0/images.bin', count(2 ** 40))).toMatch(/found 1099511627776/);
    const tracks = new Bytes()
      .put('u64', 1, 1)
      .put('f64', 0, 0, 0)
      .put('u8', 0, 0, 0)
      .put('f64', 0)
      .put('u64', 2 ** 52);
    expect(await broken('sparse/0/points3D.bin', tracks.bytes)).toMatch(/at most 0 observations of a point/);
  });

  it('with cameras of other models, refused by name', async () => {
    expect(await broken('sparse/0/cameras.bin', cameraBytes(5).bytes)).toMatch(
      /expected a camera of model SIMPLE_PINHOLE, .* found OPENCV_FISHEYE/,
    );
    expect(await broken('sparse/0/cameras.bin', cameraBytes(6, [...OPENCV, 0, 0, 0, 0]).bytes)).toMatch(/found FULL_OPENCV/);
    expect(await broken('sparse/0/cameras.bin', cameraBytes(99).bytes)).toMatch(/a camera model from 0 to 11, found 99/);
    expect(await broken('sparse/cameras.txt', '7 FOV 32 24 30 30 16 12 0.9')).toMatch(/found FOV/);
    expect(await broken('sparse/cameras.txt', '7 PINHOLE 32 24 30 30 16')).toMatch(
      /line 1: expected 4 parameters for PINHOLE \(fx fy cx cy\), found 3/,
    );
  });

  it.each(['0x20', '1_0', '44,4', 'Infinity', '1e', '.'])('with the number %s', async (number) => {
    expect(await broken('sparse/cameras.txt', `7 PINHOLE 32 24 ${number} 30 16 12`)).toContain(
      `line 1: expected a finite number, found "${number}"`,
    );
  });

  it('with numbers that make no camera or pose', async () => {
    expect(await broken('sparse/0/cameras.bin', cameraBytes(0, [NaN, 1, 1]).bytes)).toMatch(/expected a finite f at byte 32, found NaN/);
    expect(await broken('sparse/0/cameras.bin', cameraBytes(0, [-3, 1, 1]).bytes)).toMatch(
      /camera 7: expected a positive size and focal length/,
    );
    expect(await broken('sparse/0/cameras.bin', cameraBytes(0, [30, 1, 1], -1).bytes)).toMatch(
      /expected a width in pixels, found 18446744073709551615/,
    );
    expect(await broken('sparse/0/cameras.bin', cameraBytes(0, [30, 1, 1], 400).bytes)).toMatch(
      /expected an image of the shape 400x24, found one of 32x24/,
    );
    const image = (q: number[], camera: number, path: string): Uint8Array =>
      new Bytes()
        .put('u64', 1)
        .put('u32', 1)
        .put('f64', ...q, 0, 0, 4)
        .put('u32', camera)
        .text(path)
        .put('u64', 0).bytes;
    expect(await broken('sparse/0/images.bin', image([0, 0, 0, 0], 7, name(0)))).toMatch(
      /expected a rotation \(quaternion\), found length 0/,
    );
    expect(await broken('sparse/0/images.bin', image([NaN, 0, 0, 0], 7, name(0)))).toMatch(/expected a finite qw/);
    expect(await broken('sparse/0/images.bin', image([1, 0, 0, 0], 8, name(0)))).toMatch(/found number 8, which it does not list/);
    for (const path of ['../secret.jpg', '/etc/secret.jpg', 'a/../../secret.jpg'])
      expect(await broken('sparse/0/images.bin', image([1, 0, 0, 0], 7, path))).toMatch(/images\.bin: name: expected a (relative )?path/);
    expect(await broken('sparse/images.txt', '1 1 0 0 0 0 0 x 7 a.jpg')).toMatch(/line 1: expected a finite number, found "x"/);
    expect(await broken('sparse/images.txt', '1 1 0 0')).toMatch(
      /line 1: expected number, pose \(7 numbers\), camera and name of an image, found 4 words/,
    );
    expect(await broken('sparse/points3D.txt', '1 0 0')).toMatch(/line 1: expected a finite number, found the end of the line/);
  });

  it('with cameras that are listed twice, or without the lines of observations', async () => {
    const camera = `7 OPENCV ${WIDTH} ${lens.height} ${OPENCV.join(' ')}\n`;
    expect(await broken('sparse/cameras.txt', camera + camera)).toMatch(/cameras\.txt: expected each camera once, found number 7 twice/);
    const line = (i: number): string => `${i} 1 0 0 0 0 0 4 7 photo ${i}.jpg\n`;
    expect(await broken('sparse/images.txt', line(1) + line(2))).toMatch(
      /images\.txt: line 2: expected observations of the image in the line before .*, found "2\.jpg"/,
    );
  });

  it('with cameras and points that no unit of length puts so far away', async () => {
    const folder = await textScene();
    const read = (name: string): Promise<string> => readFile(`${folder}/sparse/${name}`, 'utf8');
    await write(folder, 'sparse/points3D.txt', `${await read('points3D.txt')}999 1e308 0 0 1 2 3 0.5\n`);
    const { points: found, warnings } = await open(folder);
    expect(found).toHaveLength(180);
    expect(warnings).toEqual(['1 points have coordinates beyond 1e+30 and were left out']);
    await write(folder, 'sparse/images.txt', (await read('images.txt')).replace(/^(\d+ (?:\S+ ){4})\S+/m, '$11e308'));
    expect(await inputError(open(folder))).toMatch(/photo_\d: expected a camera whose coordinates are at most 1e\+30, found it at /);
  });

  it('without photos, or without images at all', async () => {
    const folder = await binaryScene();
    await rename(`${folder}/images`, `${folder}/photos`);
    expect(await inputError(open(folder))).toMatch(/images: expected a folder of images, found none/);
    expect(await broken('sparse/0/images.bin', new Bytes().put('u64', 0).bytes)).toMatch(/expected images, found none in any split/);
  });
});
