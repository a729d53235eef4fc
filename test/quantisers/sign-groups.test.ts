/** Signs out of a codebook as bytes: worked by hand, and there and back. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { GROUP, groupSigns, packedBytes, packSigns, PATTERNS, signsOf, unpackSigns } from '../../src/quantisers/sign-groups.ts';

/** [inputs, outputs] of groups out of so many patterns. */
function signs(inputs: number, outputs: number, patterns: number): Float32Array {
  const random = new Random(7);
  const chosen = Array.from({ length: Math.ceil(inputs / GROUP) * outputs }, () => Math.floor(random.float() * patterns));
  return Float32Array.from({ length: inputs * outputs }, (_, i) => {
    const [input, output] = [Math.floor(i / outputs), i % outputs];
    const pattern = 37 * chosen[Math.floor(input / GROUP) * outputs + output];
    return (pattern >> (input % GROUP)) & 1 ? -1 : 1;
  });
}

describe('signs out of a codebook', () => {
  it('are an index of four bits for eight of them, and the patterns once', () => {
    // Two outputs; their first group is + - + + + + + + and all -, the second, of two inputs, - - and + -.
    const columns = [
      [1, -1, 1, 1, 1, 1, 1, 1, -1, -1],
      [-1, -1, -1, -1, -1, -1, -1, -1, 1, -1],
    ];
    const matrix = Float32Array.from({ length: 20 }, (_, i) => columns[i % 2][i >> 1]);
    const bytes = packSigns(matrix, 10, 2)!;
    // Patterns in the order of their first use; - - begins like the second, + - like the first.
    expect([...bytes]).toEqual([0b10, 0xff, ...new Array<number>(PATTERNS - 2).fill(0), 0x10, 0x01]);
    expect(unpackSigns(bytes, 10, 2)).toEqual(matrix);
  });

  it.each([
    [39, 128],
    [64, 16],
    [5, 3],
  ])('come back, %i inputs of %i outputs', (inputs, outputs) => {
    const matrix = signs(inputs, outputs, 7);
    const bytes = packSigns(matrix, inputs, outputs)!;
    expect(bytes).toHaveLength(packedBytes(inputs, outputs));
    expect(unpackSigns(bytes, inputs, outputs)).toEqual(matrix);
    expect(signsOf(groupSigns(matrix, inputs, outputs)!, inputs, outputs)).toEqual(matrix);
  });

  it('are refused where there are more patterns, or other numbers', () => {
    expect(packSigns(signs(64, 16, 250), 64, 16)).toBeNull();
    expect(packSigns(Float32Array.of(1, 0.5), 2, 1)).toBeNull();
    expect(packSigns(Float32Array.of(1, NaN), 2, 1)).toBeNull();
  });

  it('are half a bit a weight for large matrices', () => {
    expect((8 * (packedBytes(128, 128) - PATTERNS)) / 128 ** 2).toBe(0.5);
  });
});
