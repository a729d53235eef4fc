/** Cameras that several processes share: of N parts, part i has every N-th camera from the i-th on. */
import { InputError } from '../base/errors.ts';

export interface Part {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

export const MOST_PARTS = 10_000;

/** "3/8" */
export function parsePart(option: string, text: string): Part {
  const [, index, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= of && of <= MOST_PARTS) return { index: index - 1, of };
  throw new InputError(`${option} ${text}: expected I/N, part I of N, from 1 to ${MOST_PARTS}`, `For example ${option} 3/8.`);
}

/** What is of a part; all of it without one. */
export function inPart<T>(all: readonly T[], part: Part | undefined): readonly T[] {
  return part === undefined ? all : all.filter((_, i) => i % part.of === part.index);
}

/** What parts found out of their cameras, in the order of all cameras. */
export function interleaved<T>(parts: readonly (readonly T[])[]): T[] {
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  return Array.from({ length: total }, (_, i) => parts[i % parts.length][Math.floor(i / parts.length)]);
}
