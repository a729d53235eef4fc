/**
 * Vector-matrix factors (TensoRF; Chen et al., ECCV 2022, equations 5, 10 and 12): density and appearance are sums of products of planes and lines,
 * bilinear and linear between their points; a matrix makes features of the products of the appearance.
 *
 *     s(p) = sum_i sum_r  M_i,r(p) v_i,r(p)              i = (XY, Z), (XZ, Y), (YZ, X);   r = 1 .. densityRanks_i
 *     f(p) = [ M_i,r(p) v_i,r(p) ]_(i,r) B               r = 1 .. featureRanks_i;   B [sum of featureRanks, features]
 *
 * Planes and lines have the points of the lattice along their axes. A product M_i,r v_i,r is linear in each coordinate between them, so it is what the
 * trilinear interpolation of its values at the points of the lattice gives: occupancy and baking of dense grids hold for it as they are.
 *
 * Total variation is that of the planes, as in TensoRF's code: weight * 0.01 * 2 * sum_i (mean of squared differences along either axis). Everything is
 * trained everywhere in every step: no scalar is left out because its gradient is 0.
 */
import { componentRank } from '../../config/field-schema.ts';
import { z } from 'zod';
import { voxelCount } from '../../geometry/grid.ts';
import type { Vec3 } from '../../geometry/vector.ts';
import { densityOf } from '../../lattice/density.ts';
import type { Lattice } from '../../lattice/lattice.ts';
import type { Random } from '../../math/random.ts';
import { spaceOf } from '../../spaces/index.ts';
import { alongAxis, FACTOR_PAIRS, rankSum, resampleLine, resamplePlane, type FactorPair, type Ranks } from './factors.ts';
import { fitFactors } from './fit-factors.ts';
import type { Representation, RepresentationSpec, RepresentationTensor, TensorValues } from './representation.ts';

export interface VmSpec extends RepresentationSpec {
  readonly kind: 'vm';
  readonly features: number;
  /** Components of each pair of plane and line: multiples of 4. */
  readonly densityRanks: Ranks;
  readonly featureRanks: Ranks;
}

/** [sum of featureRanks, features] */
export const BASIS = 'basis';
/** Features of a place in TensoRF and SpikingNeRF-T. */
export const VM_FEATURES = 27;

/** Standard deviation of the factors in the beginning (TensoRF's code). */
const INITIAL_DEVIATION = 0.1;
/** Alphas of a step beyond which densities that are given differ in nothing. */
const TOLD_APART = [1e-3, 0.99] as const;
/** Factor of the gradient of the squared differences: 0.01 * 2, and 2 from the square (TensoRF's code, TVLoss). */
const VARIATION_FACTOR = 0.04;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

export type FactorGroup = 'density' | 'features';

export function planeName(group: FactorGroup, { planeName: axes }: FactorPair): string {
  return `${group === 'density' ? 'densityPlane' : 'featurePlane'}${axes}`;
}

export function lineName(group: FactorGroup, { lineName: axis }: FactorPair): string {
  return `${group === 'density' ? 'densityLine' : 'featureLine'}${axis}`;
}

export function ranksOf({ densityRanks, featureRanks }: VmSpec, group: FactorGroup): Ranks {
  return group === 'density' ? densityRanks : featureRanks;
}

export const FACTOR_GROUPS = ['density', 'features'] as const;

/** Those of TensoRF-VM-192. */
export function vmSpec(features: number, densityRanks: Ranks = [16, 16, 16], featureRanks: Ranks = [48, 48, 48]): VmSpec {
  return { kind: 'vm', features, densityRanks, featureRanks };
}

const ranksSchema = z.tuple([componentRank, componentRank, componentRank]);

export const vm: Representation<VmSpec> = {
  kind: 'vm',
  schema: z.strictObject({
    kind: z.literal('vm'),
    features: z.number().int().min(1).max(64),
    densityRanks: ranksSchema,
    featureRanks: ranksSchema,
  }),
  standard: vmSpec,
  backends: ['tfjs', 'wasm', 'webgpu'],
  bind: (spec) => ({
    features: spec.features,
    tensors: ({ grid: { size } }) => [
      ...FACTOR_GROUPS.flatMap((group) => factorTensors(spec, group, size)),
      { name: BASIS, shape: [rankSum(spec.featureRanks), spec.features], group: 'network', onLattice: false },
    ],
    initial: (lattice, random) => {
      const values = initialFactors(spec, lattice.grid.size, random);
      const density = spaceOf(lattice.space).initialDensity(lattice.grid);
      return density === null ? values : { ...values, ...densityFactors(spec, lattice, density, values) };
    },
    resize: (values, from, to) => ({
      ...Object.fromEntries(
        FACTOR_GROUPS.flatMap((group) =>
          FACTOR_PAIRS.flatMap((pair, i) => {
            const [plane, line] = [planeName(group, pair), lineName(group, pair)];
            return [
              [plane, resamplePlane(values[plane], pair, from, to, ranksOf(spec, group)[i])],
              [line, resampleLine(values[line], pair, from, to, ranksOf(spec, group)[i])],
            ];
          }),
        ),
      ),
      [BASIS]: values[BASIS],
    }),
    densities: (lattice, values) => latticeDensities(spec, lattice, values),
    withDensities: (lattice, densities, values) => densityFactors(spec, lattice, densities, values),
    densityAt: ({ grid: { size } }, values) => {
      const products = densityProducts(spec, size, values);
      return ({ coordinates }) => products(coordinates).reduce((sum, product) => sum + product, 0);
    },
    featuresAt: ({ grid }, values, points) => {
      const count = points?.length ?? voxelCount(grid);
      return latticeFeatures(spec, grid.size, values, count, points === undefined ? (i) => i : (i) => points[i]);
    },
    variationScale: (weight) => VARIATION_FACTOR * weight,
    sparse: true,
    work: workOf(spec),
  }),
};

function factorTensors(spec: VmSpec, group: FactorGroup, size: Vec3): RepresentationTensor[] {
  return FACTOR_PAIRS.flatMap((pair, i) => {
    const [a, b] = pair.plane;
    const components = ranksOf(spec, group)[i];
    return [
      { name: planeName(group, pair), shape: [size[b], size[a], components], group, onLattice: false },
      { name: lineName(group, pair), shape: [size[pair.line], components], group, onLattice: false },
    ];
  });
}

/** N(0, 0.1^2) for planes and lines, the basis uniform within 1/sqrt(inputs) as PyTorch's linear layers: TensoRF's code. */
function initialFactors(spec: VmSpec, size: Vec3, random: Random): TensorValues {
  const factors = FACTOR_GROUPS.flatMap((group) => factorTensors(spec, group, size)).map(({ name, shape }) => {
    const length = shape.reduce((x, y) => x * y);
    return [name, Float32Array.from({ length }, () => INITIAL_DEVIATION * random.normal())] as const;
  });
  const inputs = rankSum(spec.featureRanks);
  const bound = 1 / Math.sqrt(inputs);
  const basis = Float32Array.from({ length: inputs * spec.features }, () => (2 * random.float() - 1) * bound);
  return { ...Object.fromEntries(factors), [BASIS]: basis };
}

/**
 * The density's factors that come nearest to the densities, as a step tells them apart: what is all but transparent counts alike, so does what is all but
 * opaque. Components that the fit leaves weaker than random ones stay as they are in `values`; where plane and line are 0, neither could learn.
 */
function densityFactors(spec: VmSpec, lattice: Lattice, densities: Float32Array, values: TensorValues): TensorValues {
  const [least, most] = TOLD_APART.map((alpha) => densityOf(alpha, lattice.densityShift, lattice.interval));
  const told = densities.map((density) => Math.min(most, Math.max(least, density)));
  const fitted = fitFactors(told, lattice.grid.size, spec.densityRanks);
  return Object.fromEntries(
    FACTOR_PAIRS.flatMap((pair, i) => {
      const { plane, line, strengths } = fitted[i];
      const kept = (name: string, factor: Float32Array): [string, Float32Array] => [
        name,
        factor.map((value, at) => (strengths[at % strengths.length] < INITIAL_DEVIATION ** 2 ? values[name][at] : value)),
      ];
      return [kept(planeName('density', pair), plane), kept(lineName('density', pair), line)];
    }),
  );
}

function factorsIn(values: TensorValues, group: FactorGroup) {
  return FACTOR_PAIRS.map((pair) => ({ ...pair, planes: values[planeName(group, pair)], lines: values[lineName(group, pair)] }));
}

/** The density's products of planes and lines at grid coordinates, pair after pair; the same array every time. */
function densityProducts({ densityRanks: ranks }: VmSpec, size: Vec3, values: TensorValues): (coordinates: Vec3) => Float64Array {
  const products = new Float64Array(rankSum(ranks));
  const pairs = factorsIn(values, 'density');
  return (coordinates) => {
    const [x, y, z] = [0, 1, 2].map((axis) => alongAxis(coordinates[axis], size[axis]));
    const places = [x, y, z];
    let out = 0;
    for (const [i, { plane, line, planes, lines }] of pairs.entries()) {
      const components = ranks[i];
      const [a, b, c] = [places[plane[0]], places[plane[1]], places[line]];
      const row = size[plane[0]] * components;
      const first = b.base * row + a.base * components;
      const onLine = c.base * components;
      for (let r = 0; r < components; r++) {
        const below = planes[first + r] * (1 - a.fraction) + planes[first + components + r] * a.fraction;
        const above = planes[first + row + r] * (1 - a.fraction) + planes[first + row + components + r] * a.fraction;
        const along = lines[onLine + r] * (1 - c.fraction) + lines[onLine + components + r] * c.fraction;
        products[out++] = (below * (1 - b.fraction) + above * b.fraction) * along;
      }
    }
    return products;
  };
}

/** [count,features] at points of the lattice, where nothing has to be interpolated. */
function latticeFeatures(spec: VmSpec, size: Vec3, values: TensorValues, count: number, pointAt: (i: number) => number): Float32Array {
  const { features } = spec;
  const [nx, ny] = size;
  const basis = values[BASIS];
  const rows = new Float32Array(count * features);
  const sums = new Float64Array(features);
  const pairs = factorsIn(values, 'features');
  const at: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const point = pointAt(i);
    at[0] = point % nx;
    at[1] = Math.floor(point / nx) % ny;
    at[2] = Math.floor(point / (nx * ny));
    sums.fill(0);
    let row = 0;
    for (let pair = 0; pair < pairs.length; pair++) {
      const { plane, line, planes, lines } = pairs[pair];
      const components = spec.featureRanks[pair];
      const onPlane = (at[plane[1]] * size[plane[0]] + at[plane[0]]) * components;
      const onLine = at[line] * components;
      for (let r = 0; r < components; r++) {
        const product = planes[onPlane + r] * lines[onLine + r];
        for (let f = 0; f < features; f++) sums[f] += product * basis[row++];
      }
    }
    rows.set(sums, i * features);
  }
  return rows;
}

/** [V]: at the points themselves nothing has to be interpolated. */
function latticeDensities(spec: VmSpec, { grid: { size } }: Lattice, values: TensorValues): Float32Array {
  const [nx, ny, nz] = size;
  const sums = new Float64Array(nx);
  const out = new Float32Array(nx * ny * nz);
  const [xy, xz, yz] = factorsIn(values, 'density');
  const [rankXY, rankXZ, rankYZ] = spec.densityRanks;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      sums.fill(0);
      for (let x = 0; x < nx; x++) {
        let sum = 0;
        const [atXY, atXZ] = [(y * nx + x) * rankXY, (z * nx + x) * rankXZ];
        for (let r = 0; r < rankXY; r++) sum += xy.planes[atXY + r] * xy.lines[z * rankXY + r];
        for (let r = 0; r < rankXZ; r++) sum += xz.planes[atXZ + r] * xz.lines[y * rankXZ + r];
        const atYZ = (z * ny + y) * rankYZ;
        for (let r = 0; r < rankYZ; r++) sum += yz.planes[atYZ + r] * yz.lines[x * rankYZ + r];
        sums[x] = sum;
      }
      out.set(sums, (z * ny + y) * nx);
    }
  return out;
}

/** Work of a component: 4 MAC of its plane, 2 of its line, and their product; the weights of the corners, 4 products of each plane. */
function workOf({ densityRanks, featureRanks, features }: VmSpec): ReturnType<Representation<VmSpec>['bind']>['work'] {
  const [density, appearance] = [rankSum(densityRanks), rankSum(featureRanks)];
  const interpolated = (components: number): { macs: number; multiplications: number; additions: number; bytes: number } => ({
    macs: 6 * components,
    multiplications: 12,
    additions: 3,
    bytes: 6 * components * FLOAT,
  });
  const products = interpolated(appearance);
  return {
    density: { ...interpolated(density), macs: 7 * density },
    features: { ...products, multiplications: products.multiplications + appearance },
    basis: { macs: appearance * features, multiplications: 0, additions: 0, bytes: appearance * features * FLOAT },
  };
}
