/**
 * Dense grids: feature rows padded to a multiple of 4, both moments of a voxel beside each other. Gradients of a step are collected in slots, one a
 * touched voxel: features, then the density.
 */
import { voxelCount } from '../../../geometry/grid.ts';
import { DENSITY, FEATURES } from '../../../model/representations/dense.ts';
import type { GridSizes, PlacedField, RegionPlace, WasmRepresentation } from './representation.ts';

export const dense: WasmRepresentation = {
  regions: ({ voxels, featureStride, slotCapacity }, threads) => ({
    parameters: [
      ['density', voxels * 4],
      ['features', voxels * featureStride * 4],
    ],
    training: [
      ['rate', voxels * 4],
      ['densityMoments', voxels * 8],
      ['featureMoments', voxels * featureStride * 8],
      ['slotOf', voxels * 4],
      // A plane has at least four voxels, and bits in whole words of 8 bytes.
      ['touchedBits', Math.ceil(voxels / 8) + 2 * voxels],
      ['slotGradients', threads * slotCapacity * (featureStride + 4) * 4],
    ],
  }),
  extras: () => ({ productRows: 0, basisFloats: 0 }),
  state: () => ({}),
  needs: (
    { touchedVoxels, slotCapacity },
    {
      grid: {
        size: [nx, ny, nz],
      },
    },
    threads,
  ) => [['voxels a thread', Math.min(Math.ceil(nz / threads) * nx * ny, touchedVoxels), slotCapacity]],
  place: ({ channels, featureStride }, { grid }, parameter, moment) => {
    const voxels = voxelCount(grid);
    const second = moment === 'v' ? 1 : 0;
    if (parameter === DENSITY) {
      return moment === null
        ? { region: 'density', rows: voxels, columns: 1, offset: 0, stride: 1 }
        : { region: 'densityMoments', rows: voxels, columns: 1, offset: second, stride: 2 };
    }
    if (parameter !== FEATURES) return null;
    return moment === null
      ? { region: 'features', rows: voxels, columns: channels, offset: 0, stride: featureStride }
      : { region: 'featureMoments', rows: voxels, columns: channels, offset: second * featureStride, stride: 2 * featureStride };
  },
  cleared: ({ featureStride }, { grid }) => [
    ['density', voxelCount(grid)],
    ['features', voxelCount(grid) * featureStride],
    ['densityMoments', voxelCount(grid) * 2],
    ['featureMoments', voxelCount(grid) * featureStride * 2],
  ],
  kernels: {
    march: 'marchLanes',
    render: 'renderBlocks',
    train: 'trainLanes',
    inputRange: 'inputRangeLanes',
    scatter: 'scatter',
    scatterVaried: 'scatterVaried',
    apply: 'applyGradients',
    update: 'updateStep',
    changed: null,
    gradients: { name: 'writeDenseGradients', into: ['densityMoments', 'featureMoments'] },
  },
  gradientPlace,
};

function gradientPlace({ channels, featureStride }: GridSizes, { grid }: PlacedField, parameter: string): RegionPlace {
  const voxels = voxelCount(grid);
  return parameter === DENSITY
    ? { region: 'densityMoments', rows: voxels, columns: 1, offset: 0, stride: 1 }
    : { region: 'featureMoments', rows: voxels, columns: channels, offset: 0, stride: featureStride };
}
