/**
 * Vector-matrix factors: planes and lines in one region, the density's first, each at a line of the cache; gradients and moments are laid out alike. The
 * basis, its rows padded to a multiple of 4, lies behind the network's weights and is trained with them.
 */
import type { GridSpec } from '../../../geometry/grid.ts';
import { FACTOR_PAIRS, factorPoints, rankSum } from '../../../model/representations/factors.ts';
import type { RepresentationSpec } from '../../../model/representations/representation.ts';
import { BASIS, FACTOR_GROUPS, lineName, planeName, ranksOf, type FactorGroup, type VmSpec } from '../../../model/representations/vm.ts';
import type { GridSizes, PlacedField, RegionPlace, WasmRepresentation } from './representation.ts';

/** Floats of a line of the cache. */
const ALIGNED = 16;

interface Factor {
  readonly name: string;
  readonly group: FactorGroup;
  readonly points: number;
  readonly rank: number;
  /** Float of the region at which it begins. */
  readonly first: number;
}

/** The factors one behind the other, and the floats of all, and of those of the density. */
function layout(spec: RepresentationSpec, { size }: GridSpec): { factors: readonly Factor[]; floats: number; densityFloats: number } {
  let floats = 0;
  let densityFloats = 0;
  const factors = FACTOR_GROUPS.flatMap((group) =>
    FACTOR_PAIRS.flatMap((pair, i): Factor[] => {
      const rank = ranksOf(spec as VmSpec, group)[i];
      const { plane, line } = factorPoints(pair, size);
      return [[planeName(group, pair), plane] as const, [lineName(group, pair), line] as const].map(([name, points]) => {
        const first = floats;
        floats = first + Math.ceil((points * rank) / ALIGNED) * ALIGNED;
        if (group === 'density') densityFloats = floats;
        return { name, group, points, rank, first };
      });
    }),
  );
  return { factors, floats, densityFloats };
}

/** Room for all factors, each rounded up. */
function room({ fieldFloats }: GridSizes): number {
  return fieldFloats + ALIGNED * FACTOR_GROUPS.length * 2 * FACTOR_PAIRS.length;
}

function basisFloatsOf({ featureRanks, features }: VmSpec): number {
  return rankSum(featureRanks) * Math.ceil(features / 4) * 4;
}

export const vm: WasmRepresentation = {
  regions: (sizes) => ({
    parameters: [
      ['factors', room(sizes) * 4],
      ['basisT', basisFloatsOf(sizes.representation as VmSpec) * 4],
    ],
    training: [
      ['rate', sizes.voxels * 4],
      ['factorGradients', room(sizes) * 4],
      ['factorMomentsM', room(sizes) * 4],
      ['factorMomentsV', room(sizes) * 4],
    ],
  }),
  extras: (spec) => ({ productRows: rankSum((spec as VmSpec).featureRanks), basisFloats: basisFloatsOf(spec as VmSpec) }),
  state: ({ representation }, { grid }, offsets) => {
    const { factors, floats, densityFloats } = layout(representation, grid);
    const { densityRanks, featureRanks } = representation as VmSpec;
    const pointers = Object.fromEntries(factors.map(({ name, first }) => [name, offsets['factors'] + first * 4]));
    const [densityRankXY, densityRankXZ, densityRankYZ] = densityRanks;
    const [featureRankXY, featureRankXZ, featureRankYZ] = featureRanks;
    const ranks = { densityRankXY, densityRankXZ, densityRankYZ, featureRankXY, featureRankXZ, featureRankYZ };
    return { ...pointers, ...ranks, factorFloats: floats, densityFloats };
  },
  needs: (sizes, { grid }) => [['numbers of its factors', layout(sizes.representation, grid).floats, room(sizes)]],
  place: (sizes, field, parameter, moment) => {
    if (parameter === BASIS) return basisPlace(sizes, moment);
    const region = { m: 'factorMomentsM', v: 'factorMomentsV' };
    return factorPlace(sizes, field, parameter, moment === null ? 'factors' : region[moment]);
  },
  cleared: (sizes, { grid }) =>
    ['factors', 'factorGradients', 'factorMomentsM', 'factorMomentsV'].map(
      (name) => [name, layout(sizes.representation, grid).floats] as const,
    ),
  kernels: {
    march: 'marchFactorLanes',
    render: 'renderFactorBlocks',
    train: 'trainFactorLanes',
    inputRange: 'inputRangeFactorLanes',
    scatter: 'scatterFactors',
    scatterVaried: 'scatterFactors',
    apply: 'applyFactors',
    update: null,
    changed: 'transposeBasis',
    gradients: { name: 'takeFactorGradients', into: ['factorMomentsM'] },
  },
  gradientPlace: (sizes, field, parameter) =>
    parameter === BASIS
      ? { ...basisPlace(sizes, null), region: 'networkGradients', offset: basisOffset(sizes) }
      : factorPlace(sizes, field, parameter, 'factorMomentsM')!,
};

function factorPlace({ representation }: GridSizes, { grid }: PlacedField, parameter: string, region: string): RegionPlace | null {
  const found = layout(representation, grid).factors.find(({ name }) => name === parameter);
  return found === undefined ? null : { region, rows: found.points, columns: found.rank, offset: found.first, stride: found.rank };
}

/** Among the weights of the network. */
function basisOffset({ representation, networkFloats }: GridSizes): number {
  return networkFloats - basisFloatsOf(representation as VmSpec);
}

function basisPlace(sizes: GridSizes, moment: 'm' | 'v' | null): RegionPlace {
  const { featureRanks, features } = sizes.representation as VmSpec;
  const rows = { rows: rankSum(featureRanks), columns: features, stride: Math.ceil(features / 4) * 4 };
  if (moment === null) return { region: 'basis', offset: 0, ...rows };
  return { region: 'networkMoments', offset: (moment === 'v' ? sizes.networkFloats : 0) + basisOffset(sizes), ...rows };
}
