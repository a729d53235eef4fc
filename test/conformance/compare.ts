/** Comparison of two arrays of numbers that reports every entry that fails, not only the first. */
import { expect } from 'vitest';

const REPORTED = 20;

/** Largest |value|. */
export function maxAbs(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]));
  return max;
}

/** Expects |actual - expected| <= tolerance for every entry; NaN fails. */
export function expectClose(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length, `${what}: length`).toBe(expected.length);
  const failing: string[] = [];
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) failing.push(`[${i}] ${actual[i]}, expected ${expected[i]}`);
  }
  if (failing.length === 0) return;
  const rest = failing.length > REPORTED ? `\n  and ${failing.length - REPORTED} more` : '';
  expect.fail(
    `${what}: ${failing.length} of ${expected.length} entries differ by more than ${tolerance}\n  ${failing.slice(0, REPORTED).join('\n  ')}${rest}`,
  );
}

/** `expectClose` with a tolerance relative to the largest expected value. */
export function expectCloseToMax(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, relative: number): void {
  expectClose(what, actual, expected, relative * maxAbs(expected));
}
