/** Dense grids: every point of the lattice exists, and its address is its index. Scaling resamples them on the GPU. */
import { densePoints } from '../../../../renderer/wgsl/points.ts';
import { voxelCount } from '../../../geometry/grid.ts';
import { resampleDispatch, resamplePlane } from '../kernels/scale-grid.ts';
import { grids, planesOf } from './grids.ts';
import { fewerVoxels, type GridSizes, type Stage, type WebgpuRepresentation } from './representation.ts';

const shared = grids({
  addresses: densePoints('grid'),
  rates: true,
  first: 0,
  count: ({ grid }) => voxelCount(grid),
  most: (_sizes, grid) => voxelCount(grid),
});

export const dense: WebgpuRepresentation = {
  ...shared,
  points: ({ voxels }) => voxels,
  tables: () => ({}),
  needs: () => [],
  smaller: fewerVoxels,
  stages: (sizes, dispatchWidth) => ({ ...shared.stages(sizes, dispatchWidth), resample: resampleStages(sizes) }),
};

function resampleStages({ planeFormat: { channels }, planes }: GridSizes): Stage[] {
  const texts = { density: resamplePlane(1), features: resamplePlane(channels) };
  const stage = (name: string, text: Stage['text']): Stage => ({
    text,
    aliases: { source: name, resampled: `${name}M` },
    over: (grid) => resampleDispatch(voxelCount(grid)),
  });
  return [stage('density', texts.density), ...planesOf({ planes }).map((plane) => stage(`features${plane}`, texts.features))];
}
