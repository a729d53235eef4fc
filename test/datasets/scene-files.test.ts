import { describe, expect, it } from 'vitest';
import { SceneFiles } from '../../datasets/scene-files.ts';
import { baseName, viewNames } from '../../datasets/scene-paths.ts';
import { InputError } from '../../src/base/errors.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { inputError, open, picture, transforms, write, writeSplit } from './blender-scene.ts';

async function filesOf(...names: string[]): Promise<SceneFiles> {
  const folder = temporaryFolder();
  for (const name of names) await write(folder, name, 'x');
  return new SceneFiles(folder, nodeFiles);
}

describe('files of a scene', () => {
  it('are found with and without extension, in any letter case and composition', async () => {
    const scene = await filesOf('train/r_0.png', 'images/IMG_1.JPG', 'images/Frühling.png', 'r_1/x.txt', 'r_1.png');
    const found = async (path: string): Promise<string | undefined> => (await scene.find(path))?.slice(scene.root.length + 1);
    expect(await found('train/r_0')).toBe('train/r_0.png');
    expect(await found('images/img_1.jpg')).toBe('images/IMG_1.JPG');
    expect(await found('Images/IMG_1')).toBe('images/IMG_1.JPG');
    expect(await found('images/Fru\u0308hling.png')).toBe('images/Frühling.png');
    expect(await found('r_1'), 'a folder is no image').toBe('r_1.png');
    expect(await found('train/r_2')).toBeUndefined();
    expect(await scene.find('images/IMG_1.png')).toBeNull();
    expect(await scene.find('images/IMG_1.png', true)).toMatch(/IMG_1\.JPG$/);
  });

  it('are not guessed where two differ in case alone', async () => {
    const scene = await filesOf('a.PNG', 'A.png');
    expect(await scene.find('A.png')).toMatch(/A\.png$/);
    expect(await scene.find('a.png')).toBeNull();
  });

  it('are named where one is spelled nearly so', async () => {
    const scene = await filesOf('images/frame_00001.png', 'images/frame_00002.png', 'images/._frame_1.png');
    expect(await scene.nearest('images/frame_1.png')).toBe('images/frame_00001.png');
    expect(await scene.nearest('image/frame_00001.png')).toBe('images/');
    expect(await scene.nearest('images/frame_00003.png'), 'another image').toBeNull();
    expect(await scene.nearest('images/gone.png')).toBeNull();
  });

  it('may be written with the path that the scene had elsewhere, never beyond the folder', async () => {
    const scene = await filesOf('images/x.png', 'y.png');
    const name = baseName(scene.root);
    const where = 'transforms.json: frames[0].file_path';
    for (const written of [
      `/data/${name}/images/x.png`,
      `C:\\data\\images\\x.png`,
      `../${name}/images/x.png`,
      `${scene.root}/images/x.png`,
    ])
      expect(await scene.locate(written, where), written).toBe('images/x.png');
    expect(await scene.locate(`/data/${name}/y.png`, where)).toBe('y.png');
    expect(scene.warnings).toEqual([
      expect.stringMatching(/^5 paths of transforms\.json are absolute or lead out of the scene: read inside it/),
    ]);
    for (const written of ['/other/y.png', '../y.png', '/etc/passwd', '../../images/z.png'])
      await expect(scene.locate(written, where), written).rejects.toThrow(InputError);
  });

  it('may have colons in their names', async () => {
    const scene = await filesOf('images/a:b.png');
    expect(await scene.locate('images/a:b.png', 'f: k')).toBe('images/a:b.png');
    expect(await scene.locate('a:b.png', 'f: k')).toBe('a:b.png');
  });
});

describe('a scene from another machine', () => {
  it('opens by its own files', async () => {
    const folder = temporaryFolder();
    const content = await writeSplit(folder, 'train', 3);
    content.frames.forEach((frame, i) => (frame.file_path = `/home/somebody/${baseName(folder)}/train/R_${i}.PNG`));
    await write(folder, 'transforms_train.json', content);
    const { splits, warnings } = await open(folder);
    expect(splits.train!.map(({ name }) => name)).toEqual(['R_0', 'R_1', 'R_2']);
    expect(warnings).toEqual([expect.stringMatching(/^3 paths of transforms_train\.json are absolute/)]);
  });

  it('does not take what a Mac leaves for photos', async () => {
    const folder = temporaryFolder();
    const content = transforms('rgb', 3);
    for (let i = 0; i < 3; i++) {
      const matrix = content.frames[i].transform_matrix as number[][];
      const turned = matrix.map((row, r) => (r < 3 ? [row[0], -row[1], -row[2], row[3]] : row));
      await write(folder, `rgb/0_${i}.png`, await picture(8, 8, i));
      await write(folder, `rgb/._0_${i}.png`, 'x');
      await write(folder, `pose/0_${i}.txt`, turned.map((row) => row.join(' ')).join('\n'));
      await write(folder, `pose/._0_${i}.txt`, 'x');
    }
    await write(folder, 'intrinsics.txt', '9 4 4 0.\n');
    expect((await open(folder)).splits.train).toHaveLength(3);
  });

  it('is asked for by a name that is nearly right', async () => {
    const folder = temporaryFolder();
    await writeSplit(`${folder}/lego`, 'train', 1);
    expect(await inputError(open(`${folder}/leg`))).toMatch(/leg: expected a scene folder, found nothing there\nDid you mean .*\/lego\?/);
  });

  it('has all images under one wrong folder: says which is near', async () => {
    const folder = temporaryFolder();
    const content = await writeSplit(folder, 'train', 2);
    content.frames.forEach((frame, i) => (frame.file_path = `trian/r_${i}`));
    await write(folder, 'transforms_train.json', content);
    expect(await inputError(open(folder))).toMatch(
      /found none of the 2 it lists \(trian\/r_0, trian\/r_1; .* nearest to trian\/r_0 is train\/\)/,
    );
  });

  it('keeps the names of views apart', () => {
    expect(viewNames(['a/x.TIFF', 'b/x.avif'])).toEqual(['a_x', 'b_x']);
  });
});

describe('a scene of very many frames', () => {
  it('asks for each folder once, not for each file', async () => {
    const folder = temporaryFolder();
    const { frames } = transforms('images', 400);
    const content = { fl_x: 9, w: 8, h: 8, frames };
    const image = await picture(8, 8, 1, true);
    for (let i = 0; i < 400; i++) await write(folder, `images/r_${i}.png`, image);
    await write(folder, 'transforms.json', content);
    const asked: string[] = [];
    const files = {
      ...nodeFiles,
      kind: (path: string) => (asked.push(path), nodeFiles.kind(path)),
      list: (path: string) => (asked.push(path), nodeFiles.list(path)),
    };
    expect((await open(folder, { files, near: 1, far: 9 })).splits.train).toHaveLength(350);
    expect(asked.length).toBeLessThan(20);
  });
});
