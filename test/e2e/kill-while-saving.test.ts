import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('twenty kills while saving leave twenty readable checkpoints', async () => {
  const script = fileURLToPath(new URL('../../dist/scripts/kill-while-saving.js', import.meta.url));
  const child = spawn(process.execPath, [script, '20'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code, output).toBe(0);
  const count = (name: string): number => Number(new RegExp(`^${name} +(\\d+)$`, 'm').exec(output)?.[1]);
  expect(count('kills')).toBe(20);
  expect(count('in the middle of writing a file'), output).toBeGreaterThan(0);
});
