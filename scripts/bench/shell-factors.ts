/** The shell in factors of planes and lines (model/representations/vm.ts). */
import type { FieldEngine } from '../../src/engine/backend.ts';
import { FACTOR_PAIRS, rankSum } from '../../src/model/representations/factors.ts';
import { BASIS, FACTOR_GROUPS, lineName, planeName, ranksOf, type VmSpec } from '../../src/model/representations/vm.ts';

/** Radius of the shell from the middle to the box; raw density there, and how fast it falls: to 0 at 3 of 160 voxels from it. */
const [RADIUS, DENSITY, FALL] = [0.7, 3, 1075];

/** The least factors of the others: none is 0, so that all have gradients. */
const SMALL = 0.01;

/**
 * Three components are the density DENSITY - FALL (x^2 + y^2 + z^2 - RADIUS^2)^2, with q = x^2 + y^2 - RADIUS^2: (DENSITY - FALL q^2) 1 - 2 FALL q z^2 -
 * FALL z^4. Feature 0 is 1 everywhere, the others are random.
 *
 * @param uniform so many random numbers of at most this size
 */
export async function fillFactors(engine: FieldEngine, uniform: (count: number, scale: number) => Float32Array): Promise<void> {
  const { size } = engine.spec.grid;
  const spec = engine.spec.representation as VmSpec;
  const square = (i: number, points: number): number => ((2 * i) / (points - 1) - 1) ** 2;
  for (const group of FACTOR_GROUPS)
    for (const [i, pair] of FACTOR_PAIRS.entries()) {
      const rank = ranksOf(spec, group)[i];
      const [width, height] = pair.plane.map((axis) => size[axis]);
      const points = size[pair.line];
      const scale = group === 'density' ? SMALL : 1;
      const [plane, line] = [uniform(width * height * rank, scale), uniform(points * rank, scale)];
      if (group === 'density' && i === 0) {
        for (let p = 0; p < width * height; p++) {
          const q = square(p % width, width) + square(Math.floor(p / width), height) - RADIUS ** 2;
          plane.set([DENSITY - FALL * q ** 2, -2 * FALL * q, -FALL], p * rank);
        }
        for (let p = 0; p < points; p++) line.set([1, square(p, points), square(p, points) ** 2], p * rank);
      } else if (i === 0) {
        for (let p = 0; p < width * height; p++) plane[p * rank] = 1;
        for (let p = 0; p < points; p++) line[p * rank] = 1;
      }
      await engine.write(planeName(group, pair), plane);
      await engine.write(lineName(group, pair), line);
    }
  const { features, featureRanks } = spec;
  const basis = uniform(rankSum(featureRanks) * features, 0.25);
  await engine.write(
    BASIS,
    basis.map((value, i) => (i === 0 ? 1 : i < features || i % features === 0 ? 0 : value)),
  );
}
