/** The script that has browsers keep the studio: browsers look for other bytes in it to see that something has changed. */
import { expect, test } from 'vitest';
import { offlineScript } from '../../src/node/studio-files.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function scriptOf(files: Readonly<Record<string, string>>, worker = '// the worker', page = './'): Promise<string> {
  const list = new Map(Object.entries(files).map(([path, text]) => [path, bytes(text)]));
  return new TextDecoder().decode(await offlineScript(bytes(worker), list, [page]));
}

test('it names what is kept, and is of another version where a file, the worker or an address differs', async () => {
  const files = { 'index.html': 'a', 'assets/b-1.js': 'b' };
  const script = await scriptOf(files);
  const [head, worker] = script.split('\n');
  expect(worker).toBe('// the worker');
  expect(JSON.parse(/^self\.KEPT = (.*);$/.exec(head)![1])).toEqual({
    version: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    files: ['./', 'index.html', 'assets/b-1.js'],
  });
  expect(await scriptOf(files)).toBe(script);
  const versionOf = (text: string): string => /"version":"(\w+)"/.exec(text)![1];
  for (const other of [
    scriptOf({ ...files, 'index.html': 'c' }),
    scriptOf(files, '// another'),
    scriptOf(files, '// the worker', 'studio'),
  ])
    expect(versionOf(await other)).not.toBe(versionOf(script));
});
