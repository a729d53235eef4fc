/**
 * Levels of stored points, written as what they differ by from what the points before them let expect: the rounded mean of the neighbours one step
 * back along x, y and z that are stored, 0 without any. Differences wrap around in the width of their array, so that levels come back exactly.
 */
import type { Vec3 } from '../geometry/vector.ts';

type Levels = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

const NONE = -1;

/** [n,3] for each flagged point, in order, the places among the flagged points of its neighbours one step back along x, y, z; -1: not flagged. */
export function neighboursBefore(flags: Uint8Array, size: Vec3): Int32Array {
  const strides = [1, size[0], size[0] * size[1]];
  const places = new Int32Array(flags.length).fill(NONE);
  let count = 0;
  for (let point = 0; point < flags.length; point++) if (flags[point] !== 0) places[point] = count++;
  const neighbours = new Int32Array(count * 3).fill(NONE);
  for (let point = 0, i = 0; point < flags.length; point++) {
    if (flags[point] === 0) continue;
    for (const [axis, stride] of strides.entries()) {
      const isFirst = Math.floor(point / stride) % size[axis] === 0;
      neighbours[i++] = isFirst ? NONE : places[point - stride];
    }
  }
  return neighbours;
}

/** @param neighbours as `neighboursBefore` gives them for the points of the levels */
export function toDifferences<T extends Levels>(levels: T, neighbours: Int32Array): T {
  const differences = levels.slice() as T;
  for (let i = 0; i < levels.length; i++) differences[i] -= expected(levels, neighbours, i);
  return differences;
}

/** The inverse of `toDifferences`, in place. */
export function toLevels<T extends Levels>(differences: T, neighbours: Int32Array): T {
  for (let i = 0; i < differences.length; i++) differences[i] += expected(differences, neighbours, i);
  return differences;
}

/** In whole numbers, which are the same everywhere. */
function expected(levels: Levels, neighbours: Int32Array, i: number): number {
  let sum = 0;
  let count = 0;
  for (let k = 3 * i; k < 3 * i + 3; k++) {
    if (neighbours[k] === NONE) continue;
    sum += levels[neighbours[k]];
    count++;
  }
  return count === 0 ? 0 : Math.floor((2 * sum + count) / (2 * count));
}
