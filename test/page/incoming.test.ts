import { TextReader, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { expect, test } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { readDropped, readZip } from '../../src/page/incoming.ts';

/** Files by name. */
async function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Uint8Array<ArrayBuffer>> {
  const zip = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, content] of Object.entries(files))
    await zip.add(name, typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content));
  return new Uint8Array(await zip.close());
}

const fileOf = (bytes: Uint8Array<ArrayBuffer>, name = 'scene.zip'): File => new File([bytes], name);

test('the folder that all files lie in names the scene; litter is left out', async () => {
  const bytes = await zipOf({
    'shots/lego/transforms_train.json': '{}',
    'shots/lego/train/r_0.png': 'pixels',
    '__MACOSX/shots/lego/._x': 'x',
    'shots/lego/.DS_Store': 'x',
  });
  const { name, files } = await readZip(fileOf(bytes));
  expect(name).toBe('lego');
  expect(files.map(({ path }) => path)).toEqual(['transforms_train.json', 'train/r_0.png']);
  expect(new TextDecoder().decode(await files[1].read())).toBe('pixels');
  const flat = await readZip(fileOf(await zipOf({ 'transforms.json': '{}', 'images/a.png': 'x' })));
  expect(flat.name).toBe('scene');
});

test('a zip that is cut off, or none', async () => {
  const bytes = await zipOf({ 'a/b.txt': 'much of a muchness', 'a/c.txt': 'more' });
  await expect(readZip(fileOf(bytes.slice(0, bytes.length - 20)))).rejects.toThrow(/scene\.zip: it cannot be unpacked/);
  await expect(readZip(fileOf(new TextEncoder().encode('no zip at all')))).rejects.toThrow(InputError);
  await expect(readZip(fileOf(await zipOf({})))).rejects.toThrow(/found none/);
});

/** Replaces a name, of the same length, in headers and directory. */
function renamed(bytes: Uint8Array<ArrayBuffer>, from: string, to: string): Uint8Array<ArrayBuffer> {
  const text = Buffer.from(bytes);
  for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + 1)) text.write(to, at);
  return new Uint8Array(text);
}

test.each(['../aa/b.txt', '/etc/passwd_', 'a/../../b.tx', 'a\\..\\..\\b.t', 'C:/aaaaa/b.t'])('a path that leads out: %s', async (path) => {
  const bytes = await zipOf({ aaaaaaaaaaaa: 'x' });
  await expect(readZip(fileOf(renamed(bytes, 'aaaaaaaaaaaa', path)))).rejects.toThrow(InputError);
  expect(() => readDropped('dropped', [{ path, file: new File(['x'], 'b.txt') }])).toThrow(InputError);
});

/** Sizes of an entry of this length stand in the directory, and in the header or behind the data. */
async function claiming(length: number, claimed: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Buffer.from(await zipOf({ 'a.txt': 'x'.repeat(length) }));
  for (let at = 0; at + 4 <= bytes.length; at++) if (bytes.readUInt32LE(at) === length) bytes.writeUInt32LE(claimed, at);
  return new Uint8Array(bytes);
}

test('what claims to unpack to more than photos could', async () => {
  await expect(readZip(fileOf(await claiming(5000, 1e9)))).rejects.toThrow(/claim to unpack to 954 MiB/);
  await expect(readZip(fileOf(await claiming(5000, 4e9)))).rejects.toThrow(/more than can be held in memory/);
});

test.each([100, 9000])('5000 bytes that claim to be %i', async (claimed) => {
  const { files } = await readZip(fileOf(await claiming(5000, claimed)));
  await expect(files[0].read()).rejects.toThrow(InputError);
});

test('damaged content', async () => {
  const zip = new ZipWriter(new Uint8ArrayWriter(), { level: 0 });
  await zip.add('a.txt', new TextReader('as it was'));
  const bytes = Buffer.from(await zip.close());
  bytes.write('as it is!', bytes.indexOf('as it was'));
  const { files } = await readZip(fileOf(new Uint8Array(bytes)));
  await expect(files[0].read()).rejects.toThrow(InputError);
});
