/**
 * Vector-matrix factors: those of the density in one buffer, those of the appearance in another, laid out as kernels/factors.ts says; the basis with rows
 * filled up to vectors of four. Their gradients lie in buffers of the same layout, for Adam moves all of them in every step.
 */
import { voxelCount, type GridSpec } from '../../../geometry/grid.ts';
import { FACTOR_PAIRS, factorPoints, rankSum, type Ranks } from '../../../model/representations/factors.ts';
import { BASIS, FACTOR_GROUPS, ranksOf, type FactorGroup, type VmSpec } from '../../../model/representations/vm.ts';
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { factorLayout, lineFloats } from '../kernels/factors.ts';
import {
  basisGradients,
  basisVectors,
  factorBuffer,
  factorsDispatch,
  lineGradients,
  lineGradientsDispatch,
  lineSums,
  lineSumsBuffer,
  LINE_SHARES,
  penalties,
  planeGradients,
  planeGradientsDispatch,
  type FactorsOf,
  prefixOf,
} from '../kernels/factor-gradients.ts';
import { clearPlaneCells, mostPlanePoints, planeCellsDispatch, sortOnPlane } from '../kernels/factor-sort.ts';
import { basisUpdate, factorUpdate, resampleFactors, vectorsDispatch } from '../kernels/factor-update.ts';
import { factorDensity, factorGatherEntry, gatherFactors, pointDensities, pointDensitiesDispatch } from '../kernels/factor-values.ts';
import {
  fewerVoxels,
  type GridSizes,
  type Placement,
  type Stage,
  type StageDispatch,
  type WebgpuRepresentation,
} from './representation.ts';

export const vm: WebgpuRepresentation = {
  points: ({ voxels }) => voxels,
  rates: true,
  tables: () => ({}),
  smaller: fewerVoxels,
  buffers: (sizes) => [
    ...FACTOR_GROUPS.map((group) => ({ name: factorBuffer(factorsOf(sizes, group)), bytes: 4 * room(sizes, group) })),
    { name: 'basis', bytes: 16 * basisVectors(factorsOf(sizes, 'features')) },
  ],
  scratch: (sizes) => {
    const { voxels, densitySamples, fieldFloats } = sizes;
    const features = factorsOf(sizes, 'features');
    return {
      ...Object.fromEntries(vm.buffers(sizes).map(({ name, bytes }) => [`${name}Gradient`, { bytes }])),
      ...Object.fromEntries(
        FACTOR_GROUPS.map((group) => [lineSumsBuffer(factorsOf(sizes, group)), { bytes: 4 * lineSumsRoom(sizes, group) }]),
      ),
      basisSums: { bytes: 16 * LINE_SHARES * basisVectors(features) },
      planeCells: { bytes: 8 * mostPlanePoints(fieldFloats, jointRanks(sizes)) },
      sortedCount: { bytes: 4 },
      numbers: { bytes: 4 * densitySamples },
      segments: { bytes: 4 * densitySamples },
      sortedRows: { bytes: 4 * densitySamples },
      pointDensity: { bytes: 4 * voxels },
    };
  },
  place: (sizes, { grid }, parameter) => {
    const { featureRanks, features } = specOf(sizes);
    const columns = { half: false, from: 0 };
    if (parameter === BASIS) {
      const slice = { ...columns, buffer: 'basis', first: 0, stride: 4 * Math.ceil(features / 4), to: features };
      return { rows: rankSum(featureRanks), columns: features, slices: [slice] };
    }
    return FACTOR_GROUPS.map((group) => factorPlace(factorsOf(sizes, group), grid, parameter)).find((place) => place !== null) ?? null;
  },
  needs: (sizes, { grid }) => [
    ...FACTOR_GROUPS.map(
      (group) =>
        [
          `numbers of its ${group === 'density' ? 'density' : 'appearance'}`,
          factorLayout(group, ranksOf(specOf(sizes), group), grid).floats,
          room(sizes, group),
        ] as const,
    ),
    [
      'points of its largest plane',
      Math.max(...FACTOR_PAIRS.map((pair) => factorPoints(pair, grid.size).plane)),
      mostPlanePoints(sizes.fieldFloats, jointRanks(sizes)),
    ],
  ],
  density: (sizes) => factorDensity(specOf(sizes).densityRanks),
  pointDensities: 'pointDensity',
  gather: (sizes) => ({ kernels: [gatherFactors(specOf(sizes).featureRanks, vectorsOf(sizes))], entry: factorGatherEntry }),
  featureGradients: 'by sample',
  stages: (sizes) => {
    const [density, features] = FACTOR_GROUPS.map((group) => factorsOf(sizes, group));
    const groups = [density, features];
    const stage = (text: KernelText, over: StageDispatch, aliases: Stage['aliases'] = {}): Stage => ({ text, aliases, over });
    const gradient = (of: FactorsOf): Stage['aliases'] => ({ gradient: `${factorBuffer(of)}Gradient` });
    const update = [
      ...groups.map((of) =>
        stage(factorUpdate(prefixOf(of), of.ranks), (grid) => factorsDispatch(of, grid), adamAliases(factorBuffer(of))),
      ),
      stage(basisUpdate(basisVectors(features)), () => vectorsDispatch(basisVectors(features)), adamAliases('basis')),
    ];
    return {
      rearrange: [],
      resample: groups.map((of) =>
        stage(resampleFactors(prefixOf(of), of.ranks), (grid) => factorsDispatch(of, grid), {
          source: factorBuffer(of),
          resampled: `${factorBuffer(of)}M`,
        }),
      ),
      pointDensities: [stage(pointDensities(density.ranks), (grid) => pointDensitiesDispatch(voxelCount(grid)))],
      touchAll: [],
      collect: [
        ...FACTOR_PAIRS.flatMap((pair, i) => [
          stage(clearPlaneCells(pair), (grid) => planeCellsDispatch(pair, grid)),
          ...sortOnPlane(pair).map((text) => stage(text, 'densitySamples')),
          ...groups.map((of) => stage(planeGradients(of, i), (grid) => planeGradientsDispatch(of, i, grid), gradient(of))),
        ]),
        ...groups.flatMap((of) => [
          stage(lineSums(of), () => [LINE_SHARES, 1]),
          stage(lineGradients(of), (grid) => lineGradientsDispatch(of, grid), gradient(of)),
        ]),
        stage(basisGradients(features), () => vectorsDispatch(basisVectors(features))),
        ...groups.map((of) => stage(penalties(of), (grid) => factorsDispatch(of, grid), gradient(of))),
      ],
      gradients: [],
      update,
      updateVaried: update,
      finish: [],
    };
  },
};

function specOf({ representationSpec }: GridSizes): VmSpec {
  return representationSpec as VmSpec;
}

function vectorsOf({ channels }: GridSizes): number {
  return Math.ceil(channels / 4);
}

function factorsOf(sizes: GridSizes, group: FactorGroup): FactorsOf {
  return { group, ranks: ranksOf(specOf(sizes), group), vectors: vectorsOf(sizes) };
}

function adamAliases(name: string): Stage['aliases'] {
  return { gradient: `${name}Gradient`, parameter: name, m: `${name}M`, v: `${name}V` };
}

/** Components of both groups, pair by pair. */
function jointRanks(sizes: GridSizes): number[] {
  const { densityRanks, featureRanks } = specOf(sizes);
  return densityRanks.map((rank, i) => rank + featureRanks[i]);
}

/** Floats of a group's factors on any grid with as many numbers as there is room for: its greatest share of a pair. */
function room(sizes: GridSizes, group: FactorGroup): number {
  const ranks: Ranks = ranksOf(specOf(sizes), group);
  const share = Math.max(...jointRanks(sizes).map((joint, i) => ranks[i] / joint));
  return 4 * Math.ceil((share * sizes.fieldFloats) / 4);
}

/** Floats for the shares of a group's lines: all shares of a cube with as many points, one share of any other grid. */
function lineSumsRoom(sizes: GridSizes, group: FactorGroup): number {
  const edge = Math.ceil(Math.cbrt(sizes.voxels));
  const cube: GridSpec = { size: [edge, edge, edge], min: [0, 0, 0], max: [1, 1, 1] };
  return Math.max(LINE_SHARES * lineFloats(ranksOf(specOf(sizes), group), cube), room(sizes, group));
}

function factorPlace({ group, ranks, ...of }: FactorsOf, grid: GridSpec, parameter: string): Placement | null {
  const found = factorLayout(group, ranks, grid).factors.find(({ name }) => name === parameter);
  if (found === undefined) return null;
  const { points, rank, first } = found;
  const slice = { buffer: factorBuffer({ group, ranks, ...of }), first, stride: rank, half: false, from: 0, to: rank };
  return { rows: points, columns: rank, slices: [slice] };
}
