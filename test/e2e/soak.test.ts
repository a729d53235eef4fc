/** Some seconds of what `npm run soak` does for ten minutes. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../dist/scripts/soak-server.js', import.meta.url));

test.skipIf(process.platform !== 'linux').each([
  ['a server', []],
  ['a training with its viewer', ['--train']],
])('%s bears clients that leave, read slowly and send halves', async (_, more) => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    SCRIPT,
    '--minutes',
    '0.1',
    '--clients',
    '40',
    '--allowance',
    '256',
    ...more,
  ]);
  const count = (name: string): number => Number(new RegExp(`^${name} +(\\d+)$`, 'm').exec(stdout)?.[1]);
  expect(count('pictures to the end'), stdout).toBeGreaterThan(0);
  expect(count('given up'), stdout).toBeGreaterThan(30);
  expect(count('descriptors, most'), stdout).toBeGreaterThan(count('descriptors after'));
});
