/** Dense grids: the density in one buffer, features in planes (renderer/wgsl/feature-planes.ts) of some channels each. */
import { placeOfPlane, planeBytes } from '../../../../renderer/wgsl/feature-planes.ts';
import { gatherFeatures } from '../../../../renderer/wgsl/gather.ts';
import { marchCount, marchWrite } from '../../../../renderer/wgsl/march.ts';
import { DENSITY, FEATURES } from '../../../model/representations/dense.ts';
import { applyDensity, applyFeatures, densityUpdate, featureUpdate } from '../kernels/adam.ts';
import { refreshOccupancy } from '../kernels/refresh-occupancy.ts';
import { resamplePlane } from '../kernels/scale-grid.ts';
import type { GridSizes, ParameterBuffer, WebgpuRepresentation } from './representation.ts';

export const dense: WebgpuRepresentation = {
  buffers: (sizes) => [densityBuffer(sizes), ...planesOf(sizes).map((plane) => planeBuffer(sizes, plane))],
  place: ({ channels, planeFormat, ...sizes }, voxels, parameter) => {
    if (parameter === DENSITY) {
      const slice = { buffer: 'density', first: 0, stride: 1, half: false, from: 0, to: 1 };
      return { rows: voxels, columns: 1, slices: [slice] };
    }
    if (parameter !== FEATURES) return null;
    const slices = planesOf(sizes)
      .map((plane) => ({
        buffer: `features${plane}`,
        first: 0,
        stride: planeFormat.channels,
        half: planeFormat.half,
        from: planeFormat.channels * plane,
        to: Math.min(planeFormat.channels * (plane + 1), channels),
      }))
      .filter(({ from, to }) => from < to);
    return { rows: voxels, columns: channels, slices };
  },
  marchCount,
  marchWrite,
  refreshOccupancy,
  gather: ({ planeFormat, planes }) => gatherFeatures(planeFormat, planes),
};

function densityBuffer({ voxels }: GridSizes): ParameterBuffer {
  const parameter = { parameter: 'density' };
  const moments = { ...parameter, m: 'densityM', v: 'densityV' };
  return {
    name: 'density',
    bytes: voxels * 4,
    resample: { text: resamplePlane(1), aliases: { source: 'density', resampled: 'densityM' } },
    update: { text: densityUpdate('adam'), aliases: moments },
    write: { text: densityUpdate('write'), aliases: parameter },
    apply: { text: applyDensity, aliases: moments },
  };
}

function planeBuffer({ planeFormat, voxels }: GridSizes, plane: number): ParameterBuffer {
  const { channels } = planeFormat;
  const { vector, components } = placeOfPlane(plane, channels);
  const name = `features${plane}`;
  const moments = { parameter: name, m: `${name}M`, v: `${name}V` };
  const sampleGradients = `featureGradients${vector}`;
  return {
    name,
    bytes: planeBytes(planeFormat, voxels),
    resample: { text: resamplePlane(channels), aliases: { source: name, resampled: `${name}M` } },
    update: { text: featureUpdate('adam', channels, components), aliases: { ...moments, sampleGradients } },
    write: { text: featureUpdate('write', channels, components), aliases: { parameter: name, sampleGradients } },
    apply: { text: applyFeatures(channels), aliases: moments },
  };
}

function planesOf({ planes }: Pick<GridSizes, 'planes'>): number[] {
  return Array.from({ length: planes }, (_, plane) => plane);
}
