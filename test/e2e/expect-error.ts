/** What every failure has in common: exit code, a message and how to mend it on stderr, nothing on stdout. */
import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { cli, type CliOptions } from './cli.ts';

export interface ExpectedError extends CliOptions {
  /** Parts of the message and the advice. */
  readonly says: readonly string[];
  /** Default 2: bad input or usage. */
  readonly code?: number;
  /** Must not exist afterwards. */
  readonly notWritten?: string;
}

export async function expectError(args: readonly string[], { says, code = 2, notWritten, ...options }: ExpectedError): Promise<void> {
  const finished = await cli(args, options);
  expect(finished.code, finished.stderr).toBe(code);
  expect(finished.stdout).toBe('');
  const [, message] = /^error: (.*)/m.exec(finished.stderr) ?? [];
  expect(message, finished.stderr).toBeTruthy();
  for (const part of says) expect(finished.stderr).toContain(part);
  expect(finished.stderr, 'no stack trace').not.toMatch(/^ {4}at /m);
  if (notWritten !== undefined) expect(existsSync(notWritten), `${notWritten} was written`).toBe(false);
}
