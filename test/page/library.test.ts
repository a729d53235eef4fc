/** What the page keeps: of several tabs at once, of tabs that were closed, of files that are damaged. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LockedError } from '../../src/base/errors.ts';
import { openSceneIn } from '../../src/jobs/run-scenes.ts';
import type { Files } from '../../src/io/files.ts';
import type { IncomingFolder } from '../../src/page/incoming.ts';
import { Library } from '../../src/page/library.ts';
import { pageFiles } from '../../src/page/page-files.ts';
import { pagePlaces } from '../../src/page/page-places.ts';
import { createRun, type RunFolder } from '../../src/run/run-folder.ts';
import { leastConfig } from '../train/tiny-scene.ts';
import { fakeLocks, fakeOpfs } from './fake-opfs.ts';

beforeAll(() => {
  vi.stubGlobal('navigator', { storage: { estimate: () => Promise.resolve({}) } });
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const silent = (): void => undefined;
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function tabs(): { files: Files; held: Set<string>; library: Library } {
  const held = new Set<string>();
  const files = pageFiles(fakeOpfs(), '/out/tab');
  return { files, held, library: new Library(files, fakeLocks(files, held)) };
}

const generate = (library: Library, seed = 0): Promise<string> =>
  library.generate({ scene: 'object', views: 2, size: 8, seed, report: silent });

function folderOf(name: string, files: Readonly<Record<string, string>>): IncomingFolder {
  const list = Object.entries(files).map(([path, text]) => ({ path, bytes: text.length, read: () => Promise.resolve(bytes(text)) }));
  return { name, files: list };
}

/** A run that was trained on the scene there. */
async function runOf(files: Files, name: string, path: string, config = leastConfig()): Promise<RunFolder> {
  const { format, fingerprint } = await openSceneIn(pagePlaces(files), path, config.scene, { splits: [] }, silent);
  return createRun(
    files,
    `/runs/${name}`,
    {
      ...{ spikeray: '1', node: 'page', created: '', teacher: null, config },
      scene: { path, name: 'object', format, fingerprint, frame: null },
      backend: { name: 'wasm', description: 'wasm', threads: null, gpu: null },
    },
    // Photos that came with a run lie there already.
    true,
  );
}

test('a scene with a damaged record is named and can be removed; the others stay', async () => {
  const { files, library } = tabs();
  const good = await generate(library);
  await files.writeAtomic('/scenes/bad.json', [bytes('')]);
  await files.writeAtomic('/scenes/bad/photo.png', [bytes('x')]);
  const kept = await library.scenes();
  expect(kept.map(({ name, problem }) => [name, problem === null])).toEqual([
    ['bad', false],
    [good, true],
  ]);
  expect(kept[0].problem).toContain('/scenes/bad.json');
  await library.remove('scene', 'bad');
  expect((await library.scenes()).map(({ name }) => name)).toEqual([good]);
});

test('a scene that comes in the place of another is another, and gets no fingerprint of the one before', async () => {
  const { library } = tabs();
  const name = await generate(library);
  const before = await library.sceneRecord(name);
  await library.lookedAt(name, before, 'found');
  expect(await library.sceneRecord(name)).toEqual({ ...before, fingerprint: 'found' });
  await library.remove('scene', name);
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect(await generate(library)).toBe(name);
  await expect(library.lookedAt(name, before, 'found')).rejects.toThrow(/another scene/);
  expect((await library.sceneRecord(name)).fingerprint).toBeNull();
});

test('the scene of a run is known by its content, not by its name', async () => {
  const { files, library } = tabs();
  const name = await generate(library, 1);
  await runOf(files, 'mine', `/scenes/${name}`);
  expect((await library.openWithScene('mine')).record.scene.path).toBe(`/scenes/${name}`);
  await library.remove('scene', name);
  // Other photos under the same name, then the same under another.
  expect(await generate(library, 2)).toBe(name);
  await expect(library.openWithScene('mine')).rejects.toThrow(/not as it was/);
  const again = await generate(library, 1);
  expect(again).not.toBe(name);
  expect((await library.openWithScene('mine')).record.scene.path).toBe(`/scenes/${again}`);
});

test('a run whose photos another one needs stays', async () => {
  const { files, library } = tabs();
  await files.rename(`/scenes/${await generate(library)}`, '/runs/first/scene');
  const scene = '/runs/first/scene';
  await runOf(files, 'first', scene);
  await runOf(files, 'first-twin', scene);
  await expect(library.remove('run', 'first')).rejects.toThrow(/first-twin needs the photos/);
  expect((await library.openWithScene('first-twin')).record.scene.path).toBe(scene);
  await library.remove('run', 'first-twin');
  await library.remove('run', 'first');
  expect(await files.list('/runs')).toEqual([]);
});

test('a run is held by one tab while something is made of it; one that was removed meanwhile leaves nothing', async () => {
  const { files, library } = tabs();
  await runOf(files, 'mine', `/scenes/${await generate(library)}`);
  const path = await library.whileHeld('mine', async (folder) => {
    await expect(library.whileHeld('mine', () => Promise.resolve(''))).rejects.toThrow(LockedError);
    await expect(library.remove('run', 'mine')).rejects.toThrow(LockedError);
    return `${folder}/report/energy.html`;
  });
  expect(path).toBe('/runs/mine/report/energy.html');
  await library.remove('run', 'mine');
  await expect(library.whileHeld('mine', () => Promise.resolve(''))).rejects.toThrow(/the run mine is not here any more/);
  expect(await files.list('/runs')).toEqual([]);
});

test('two tabs that keep scenes of one name get two; what fails takes away its own alone', async () => {
  const { files, library } = tabs();
  const other = new Library(files, fakeLocks(files));
  const names = await Promise.all([generate(library), generate(library)]);
  expect(names.toSorted()).toEqual(['object-8', 'object-8-2']);
  // A tab that found the name free before the other one took it.
  const { kind } = files;
  let asked = 0;
  const late: Files = { ...files, kind: (path) => (asked++ < 2 ? Promise.resolve('missing') : kind(path)) };
  const bad = folderOf('object-8', { 'words.txt': 'no scene' });
  await expect(new Library(late, fakeLocks(files)).keep(bad, silent)).rejects.toThrow(/expected a scene/);
  expect((await other.scenes()).map(({ name }) => name)).toEqual(['object-8', 'object-8-2']);
  expect(await files.kind('/scenes/object-8/transforms_train.json')).toBe('file');
  expect(await files.list('/scenes')).toHaveLength(4);
});

test('only config.json itself makes a run', async () => {
  const { files, library } = tabs();
  const incoming = folderOf('almost', { 'config.json.bak': '{}', 'checkpoints/x': '' });
  await expect(library.keep(incoming, silent)).rejects.toThrow(/expected a scene/);
  expect(await files.list('/scenes')).toEqual([]);
});

test('what closed tabs left goes; what is whole, or in use, stays', async () => {
  const { files, held, library } = tabs();
  const name = await generate(library);
  for (const path of ['/out/open/run.zip', '/out/closed/run.zip', '/scenes/half/a.png', '/scenes/coming/a.png', '/runs/half/checkpoints/x'])
    await files.writeAtomic(path, [bytes('x')]);
  for (const folder of ['/out/tab', '/out/open', '/scenes/coming']) held.add(folder);
  const said: string[] = [];
  await library.tidy((event) => said.push(event.type));
  expect(await files.list('/out')).toEqual(['open', 'tab']);
  expect(await files.list('/scenes')).toEqual(['coming', name, `${name}.json`]);
  expect(await files.list('/runs')).toEqual([]);
  expect(said).toEqual([]);
});
