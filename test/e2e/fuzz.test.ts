import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('damaged files of every kind are refused with a typed error, or read alike twice', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/scripts/fuzz.js', '--count', '40'], { encoding: 'utf8' });
  expect(stdout + stderr).toMatch(/no failure/);
  expect(status).toBe(0);
});
