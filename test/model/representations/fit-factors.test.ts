import { describe, expect, it } from 'vitest';
import type { Vec3 } from '../../../src/geometry/vector.ts';
import { Random } from '../../../src/math/random.ts';
import { FACTOR_PAIRS, type Ranks } from '../../../src/model/representations/factors.ts';
import { fitFactors, type FittedPair } from '../../../src/model/representations/fit-factors.ts';

const SIZE: Vec3 = [9, 7, 8];

function sumOfProducts(fitted: readonly FittedPair[], [nx, ny, nz]: Vec3): Float64Array {
  const size = [nx, ny, nz];
  return Float64Array.from({ length: nx * ny * nz }, (_, v) => {
    const at = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
    return FACTOR_PAIRS.reduce((sum, { plane: [a, b], line }, i) => {
      const { strengths, ...pair } = fitted[i];
      const rank = strengths.length;
      for (let r = 0; r < rank; r++) sum += pair.plane[(at[b] * size[a] + at[a]) * rank + r] * pair.line[at[line] * rank + r];
      return sum;
    }, 0);
  });
}

/** Share of the sum of squares that the fit leaves. */
function left(values: Float32Array, size: Vec3, ranks: Ranks): number {
  const sums = sumOfProducts(fitFactors(values, size, ranks), size);
  const squares = (of: ArrayLike<number>): number => Array.from(of).reduce((sum, value) => sum + value * value, 0);
  return squares(values.map((value, v) => value - sums[v])) / squares(values);
}

function randomFactors(ranks: Ranks): FittedPair[] {
  const random = new Random(5);
  const numbers = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
  return FACTOR_PAIRS.map(({ plane: [a, b], line }, i) => ({
    plane: numbers(SIZE[a] * SIZE[b] * ranks[i]),
    line: numbers(SIZE[line] * ranks[i]),
    strengths: new Float64Array(ranks[i]),
  }));
}

describe('a fit of factors', () => {
  it.each([[[2, 0, 0]], [[0, 3, 0]], [[0, 0, 2]]] as const)('finds products that are there: %j', (ranks) => {
    expect(left(Float32Array.from(sumOfProducts(randomFactors(ranks), SIZE)), SIZE, [4, 4, 4])).toBeLessThan(1e-10);
  });

  it('leaves nothing where a pair has as many components as its line has points', () => {
    const random = new Random(1);
    const noise = Float32Array.from({ length: 9 * 7 * 8 }, () => random.normal());
    for (const ranks of [
      [8, 4, 4],
      [4, 8, 4],
      [4, 4, 12],
    ] as const)
      expect(left(noise, SIZE, ranks), String(ranks)).toBeLessThan(1e-10);
  });

  it('leaves what is smallest: that of one pair is the sum of the squared singular values that come after', () => {
    // Diagonal: its singular values along z are its values.
    const values = new Float32Array(8 ** 3);
    for (let i = 0; i < 8; i++) values[i + 8 * i + 64 * i] = 8 - i;
    const [first] = fitFactors(values, [8, 8, 8], [4, 4, 4]);
    expect(Array.from(first.strengths, (strength) => strength * Math.sqrt(512)).map((value) => value.toFixed(4))).toEqual(
      [8, 7, 6, 5].map((value) => value.toFixed(4)),
    );
  });

  it('is a good one of surfaces', () => {
    const side = 32;
    const shell = Float32Array.from({ length: side ** 3 }, (_, v) => {
      const at = [v % side, Math.floor(v / side) % side, Math.floor(v / side ** 2)];
      return Math.abs(Math.hypot(...at.map((x) => x - side / 2)) - 10) < 1.5 ? 10 : 0;
    });
    expect(left(shell, [side, side, side], [8, 8, 8])).toBeLessThan(0.01);
  });

  it('has planes and lines that are alike in their mean square, whose products are as strong as it says', () => {
    const size: Vec3 = SIZE;
    const random = new Random(2);
    const fitted = fitFactors(
      Float32Array.from({ length: 9 * 7 * 8 }, () => random.normal()),
      size,
      [4, 4, 4],
    );
    for (const { plane, line, strengths } of fitted)
      strengths.forEach((strength, r) => {
        const meanSquare = (values: Float32Array): number => {
          const own = values.filter((_, at) => at % strengths.length === r);
          return own.reduce((sum, value) => sum + value * value, 0) / own.length;
        };
        expect(meanSquare(plane)).toBeCloseTo(strength, 5);
        expect(meanSquare(line)).toBeCloseTo(strength, 5);
      });
  });
});
