import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('commands that are killed, stopped or out of room leave nothing half-written, and go on', async () => {
  const script = fileURLToPath(new URL('../../dist/scripts/kill-commands.js', import.meta.url));
  // A comparison trains: it takes as long as all the others, and is for `npm run kill`.
  const names = ['eval', 'render', 'energy', 'nir', 'web', 'html', 'bake'];
  const { stdout } = await promisify(execFile)(process.execPath, [script, '1', ...names]);
  for (const name of names) {
    const [, harmed, before, complete] = (new RegExp(`^${name} +(\\d+) +(\\d+) +(\\d+)`, 'm').exec(stdout) ?? []).map(Number);
    expect(harmed + before + complete, stdout).toBeGreaterThan(0);
  }
  const fullDisks = [...stdout.matchAll(/^\w+ +\d+ +\d+ +\d+ +(\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  if (!stdout.includes('full disks left out')) expect(fullDisks, stdout).toBeGreaterThan(5);
});
