/** Every format that the command line reads is read in the page: the same cameras and pixels, through the page's files and its decoders. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FORMATS } from '../../datasets/index.ts';
import type { SceneData } from '../../datasets/scene-data.ts';
import { writeSyntheticScene } from '../../datasets/synth/write-synthetic-scene.ts';
import { colmapScene, nsvfScene } from '../../scripts/fuzz/small-scenes.ts';
import { presets } from '../../src/config/presets.ts';
import { openSceneIn } from '../../src/jobs/run-scenes.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { nodePlaces } from '../../src/node/node-scenes.ts';
import { type IncomingFolder, readDropped, readZip } from '../../src/page/incoming.ts';
import { Library } from '../../src/page/library.ts';
import { pageFiles } from '../../src/page/page-files.ts';
import { pagePlaces } from '../../src/page/page-places.ts';
import { picture, transforms, write } from '../datasets/blender-scene.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { fakeLocks, fakeOpfs } from './fake-opfs.ts';

beforeAll(() => {
  vi.stubGlobal('navigator', { storage: { estimate: () => Promise.resolve({}) } });
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const silent = (): void => undefined;
const files = pageFiles(fakeOpfs(), '/out/tab');
const library = new Library(files, fakeLocks(files));

/** Files below a folder, by their paths. */
function treeOf(folder: string): Map<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => [join(parentPath, name).slice(folder.length + 1), readFileSync(join(parentPath, name))]),
  );
}

function droppedOf(folder: string): IncomingFolder {
  return readDropped(
    'scene',
    [...treeOf(folder)].map(([path, bytes]) => ({ path: `scene/${path}`, file: new File([new Uint8Array(bytes)], path) })),
  );
}

async function synthetic(scene: string, views: number): Promise<string> {
  const folder = temporaryFolder();
  await writeSyntheticScene({ scene, views, size: 16, folder, files: nodeFiles, images: sharpCodec, seed: 3 });
  return folder;
}

/** Pictures in place of the scene's stand-ins. */
async function written(tree: ReadonlyMap<string, Uint8Array>, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = temporaryFolder();
  let seed = 0;
  for (const [path, bytes] of tree)
    await write(folder, path.replace(/^scene\//, ''), path.endsWith('.png') ? await picture(16, 12, seed++, true) : bytes);
  for (const [path, text] of Object.entries(more)) await write(folder, path, text);
  return folder;
}

/** NSVF's layout with views of all three splits. */
function threeSplits(): Map<string, Uint8Array> {
  const tree = nsvfScene();
  for (const [path, bytes] of [...tree]) if (path.includes('/1_')) tree.set(path.replace('/1_', '/2_'), bytes);
  return tree;
}

/** instant-ngp's: names without endings, a size of the box, photos of which one lies on its side. */
async function instantNgp(): Promise<string> {
  const folder = temporaryFolder();
  const { frames } = transforms('images', 4);
  await write(folder, 'transforms.json', { fl_x: 9, w: 12, h: 8, aabb_scale: 1, frames });
  for (let i = 0; i < 4; i++) {
    const upright = await picture(12, 8, i, true);
    const stored = i === 0 ? await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).png().toBuffer() : upright; // prettier-ignore
    await write(folder, `images/r_${i}.png`, stored);
  }
  return folder;
}

const SCENES: Readonly<Record<string, { readonly format: string; readonly make: () => Promise<string> }>> = {
  'the splits of Blender': { format: 'blender', make: () => synthetic('object', 4) },
  'LLFF with its array of poses': { format: 'llff', make: () => synthetic('forward', 6) },
  'nerfstudio with a lens and points': { format: 'nerfstudio', make: () => synthetic('capture', 6) },
  'instant-ngp with a photo that EXIF turns': { format: 'nerfstudio', make: instantNgp },
  'COLMAP in binary': { format: 'colmap', make: () => written(colmapScene('binary')) },
  'COLMAP in text': { format: 'colmap', make: () => written(colmapScene('text')) },
  NSVF: { format: 'nsvf', make: () => written(threeSplits()) },
  BlendedMVS: { format: 'blendedmvs', make: () => written(nsvfScene(), { 'test_traj.txt': '' }) },
  'Tanks and Temples': { format: 'tanks-temples', make: () => written(nsvfScene()) },
};

test('no format is left out', () => {
  expect(new Set(Object.values(SCENES).map(({ format }) => format))).toEqual(new Set(FORMATS.map(({ name }) => name)));
});

const opening = presets.blender.scene;
const request = { rangeOptional: true };

/** What is compared of a scene: everything but its name and where it lies. */
function contentOf({ name, warnings, splits, ...rest }: SceneData, folder: string): object {
  const texts = warnings.map((text) => text.replaceAll(folder, ''));
  const views = Object.entries(splits).flatMap(([split, all]) => all.map((view) => ({ split, ...view, rgba: [...view.rgba] })));
  expect(name).not.toBe('');
  return { ...rest, texts, views };
}

async function same(incoming: IncomingFolder, folder: string, format: string): Promise<void> {
  const { kind, name } = await library.keep(incoming, silent);
  expect(kind).toBe('scene');
  const path = `/scenes/${name}`;
  const inPage = await openSceneIn(pagePlaces(files), path, opening, request, silent);
  expect(inPage.format).toBe(format);
  expect(contentOf(inPage, path)).toEqual(contentOf(await openSceneIn(nodePlaces, folder, opening, request, silent), folder));
}

describe('a dropped folder is read as the command line reads it', () => {
  for (const [name, { format, make }] of Object.entries(SCENES))
    test(name, async () => {
      const folder = await make();
      await same(droppedOf(folder), folder, format);
    });
});

test('so is a zip', async () => {
  const folder = await SCENES['COLMAP in binary'].make();
  const zip = new ZipWriter(new Uint8ArrayWriter());
  for (const [path, bytes] of treeOf(folder)) await zip.add(`capture/${path}`, new Uint8ArrayReader(bytes));
  const file = new File([new Uint8Array(await zip.close())], 'capture.zip');
  await same(await readZip(file), folder, 'colmap');
});

test.each(['heic', 'DNG', 'cr2', 'exr', 'tif'])('a photo in %s is refused by name', async (kind) => {
  const folder = temporaryFolder();
  const { frames } = transforms('images', 3);
  await write(folder, 'transforms.json', {
    fl_x: 9,
    w: 12,
    h: 8,
    frames: frames.map((frame, i) => ({ ...frame, file_path: `images/r_${i}.${kind}` })),
  });
  for (let i = 0; i < 3; i++) await write(folder, `images/r_${i}.${kind}`, await picture(12, 8, i));
  const { name } = await library.keep(droppedOf(folder), silent);
  await expect(openSceneIn(pagePlaces(files), `/scenes/${name}`, opening, request, silent)).rejects.toThrow(
    new RegExp(`r_\\d\\.${kind}: not a readable image \\(${kind.toUpperCase()} is not decoded in pages\\)`),
  );
});

test('a file of another kind is no scene, and it is named', async () => {
  const incoming = readDropped('scene', [{ path: 'scene/capture.h5', file: new File(['x'], 'capture.h5') }]);
  await expect(library.keep(incoming, silent)).rejects.toThrow(/expected a scene of a known format .* found capture\.h5/);
});
