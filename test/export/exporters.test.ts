/** The registry of formats, and what drives an exporter. */
import { gunzipSync } from 'node:zlib';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { checkExportPlace, writeExport, writesFile, type Exporter, type ExportSource } from '../../src/export/exporter.ts';
import { knownExporters, registerExporter } from '../../src/export/index.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { sampleCheckpoint } from '../io/checkpoint-sample.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const source = {
  folder: 'run',
  checkpoint: sampleCheckpoint(),
  path: 'run/checkpoints/x',
  baked: () => Promise.resolve([text('ab'), text('c')]),
  viewerFile: (name: string) =>
    Promise.resolve(
      text(
        name === 'viewer.html'
          ? '<link rel="stylesheet" href="./viewer.css"><script type="module" src="./viewer.js"></script></body>'
          : name,
      ),
    ),
} as unknown as ExportSource;

it('lists its formats, and takes one more as a file and a line', async () => {
  expect(knownExporters().map(({ name }) => name)).toEqual(['nir', 'web', 'html', 'ply', 'mesh']);
  const sizes: Exporter = {
    name: 'sizes',
    summary: 'the length of each tensor',
    out: 'export/sizes',
    needs: [],
    async *files({ checkpoint }) {
      for (const name of ['w2', 'w3'] as const)
        yield { path: `${name}.txt`, content: [text(String((await checkpoint.read(name)).length))] };
      return { json: { tensors: 2 }, text: 'two' };
    },
  };
  registerExporter(sizes);
  expect(knownExporters().at(-1)).toBe(sizes);
  expect(() => {
    registerExporter(sizes);
  }).toThrow(RangeError);
  const out = join(temporaryFolder(), 'out');
  expect(await writeExport(nodeFiles, sizes, source, out)).toEqual({ json: { tensors: 2 }, text: 'two' });
  expect(readdirSync(out)).toEqual(['w2.txt', 'w3.txt']);
  expect(readFileSync(join(out, 'w2.txt'), 'utf8')).toBe('256');
});

it('a page holds scene, script and style', async () => {
  const html = knownExporters().find(({ name }) => name === 'html')!;
  expect(writesFile(html)).toBe(true);
  const out = join(temporaryFolder(), 'page.html');
  await writeExport(nodeFiles, html, source, out);
  const page = readFileSync(out, 'utf8');
  const [, program] = /id="program">([^<]+)<\/script>/.exec(page)!;
  expect(gunzipSync(Buffer.from(program, 'base64')).toString()).toBe('viewer.js');
  expect(page).toContain('<style>viewer.css</style>');
  expect(page).toContain(`id="scene">${Buffer.from('abc').toString('base64')}</script>`);
});

it('what is in the way is not replaced unless it is said', async () => {
  const folder = temporaryFolder();
  const exporter = (name: string): Exporter => knownExporters().find((known) => known.name === name)!;
  const check = (name: string, place: string, force: boolean): Promise<void> => checkExportPlace(nodeFiles, exporter(name), place, force);
  await check('web', folder, false);
  writeFileSync(join(folder, 'mine.txt'), '');
  await expect(check('web', folder, false)).rejects.toThrow(InputError);
  await check('web', folder, true);
  await check('web', join(folder, 'none'), false);
  await expect(check('nir', join(folder, 'mine.txt'), false)).rejects.toThrow(InputError);
  await check('nir', join(folder, 'mine.txt'), true);
  await expect(check('nir', folder, true), 'a folder is no file').rejects.toThrow(InputError);
});
