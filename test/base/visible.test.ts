import { expect, test } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { visible } from '../../src/base/visible.ts';

test('what a terminal would obey is shown; lines, tabs and letters stay', () => {
  expect(visible('a\tb\nç 木 🙂')).toBe('a\tb\nç 木 🙂');
  expect(visible('\u001b[2Jgone\u0007\r\u0000\u007f\u009b')).toBe('\\u001b[2Jgone\\u0007\\u000d\\u0000\\u007f\\u009b');
  expect(visible('\u202egnp.exe \ud800')).toBe('\\u202egnp.exe \\ud800');
});

test('errors carry nothing else', () => {
  const error = new InputError('found "\u001b]0;title\u0007"', 'rename \u0008');
  expect(error.message).toBe('found "\\u001b]0;title\\u0007"');
  expect(error.fix).toBe('rename \\u0008');
});
