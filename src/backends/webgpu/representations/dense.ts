/**
 * Dense grids: the density in one buffer, features in planes (renderer/wgsl/feature-planes.ts) of some channels each. A voxel adds up its gradient from
 * the samples of the cells around it, for which a step's samples are sorted by cell.
 */
import { placeOfPlane, planeBytes } from '../../../../renderer/wgsl/feature-planes.ts';
import { gatherEntry, gatherFeatures } from '../../../../renderer/wgsl/gather.ts';
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { denseDensity } from '../../../../renderer/wgsl/march.ts';
import { voxelCount, type GridSpec } from '../../../geometry/grid.ts';
import { DENSITY, FEATURES } from '../../../model/representations/dense.ts';
import { applyDensity, applyFeatures, densityUpdate, featureUpdate } from '../kernels/adam.ts';
import { resampleDispatch, resamplePlane } from '../kernels/scale-grid.ts';
import {
  binSamples,
  clearCells,
  fillCells,
  placeCells,
  planVoxels,
  sortSamples,
  touchDispatch,
  touchVoxels,
  VOXEL_LIST_HEADER,
} from '../kernels/sort-samples.ts';
import type { GridSizes, ScratchBuffer, Stage, StageDispatch, TrainingStages, WebgpuRepresentation } from './representation.ts';

export const dense: WebgpuRepresentation = {
  buffers: ({ voxels, planeFormat, ...sizes }) => [
    { name: 'density', bytes: voxels * 4 },
    ...planesOf(sizes).map((plane) => ({ name: `features${plane}`, bytes: planeBytes(planeFormat, voxels) })),
  ],
  scratch: (sizes) => {
    const { voxels, densitySamples, totalVariation } = sizes;
    const gradient = Math.max(...dense.buffers(sizes).map(({ bytes }) => bytes));
    return {
      cells: { bytes: voxels * 8 },
      voxelMarks: { bytes: voxels * 4 },
      voxelList: { bytes: (voxels + VOXEL_LIST_HEADER) * 4, cleared: 4 * VOXEL_LIST_HEADER },
      voxelDispatch: { bytes: 12, indirect: true },
      numbers: { bytes: densitySamples * 4 },
      segments: { bytes: densitySamples * 4 },
      sortedPlaces: { bytes: densitySamples * 16 },
      sortedGradients: { bytes: densitySamples * 4 },
      ...(totalVariation ? { gridGradient: { bytes: gradient } } : {}),
    } satisfies Record<string, ScratchBuffer>;
  },
  place: ({ channels, planeFormat, ...sizes }, grid, parameter) => {
    const voxels = voxelCount(grid);
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
  needs: () => [],
  density: () => denseDensity,
  pointDensities: 'density',
  gather: ({ planeFormat, planes }) => ({ kernels: gatherFeatures(planeFormat, planes), entry: gatherEntry(planes) }),
  featureGradients: 'by vector',
  stages: (sizes, dispatchWidth) => {
    const parts = [densityStages(), ...planesOf(sizes).map((plane) => planeStages(sizes, plane))];
    const stage = (text: KernelText, over: StageDispatch): Stage => ({ text, aliases: {}, over });
    const sorting = [binSamples, placeCells, fillCells, sortSamples].map((text) => stage(text, 'densitySamples'));
    return {
      resample: parts.flatMap(({ resample }) => resample),
      pointDensities: [],
      touchAll: sizes.totalVariation ? [stage(touchVoxels, ofPoints(touchDispatch))] : [],
      collect: [...sorting, stage(planVoxels(dispatchWidth), () => [1, 1])],
      gradients: parts.flatMap(({ gradients }) => gradients),
      update: parts.flatMap(({ update }) => update),
      updateVaried: sizes.totalVariation ? parts.flatMap(({ updateVaried }) => updateVaried) : [],
      finish: [stage(clearCells, 'touchedVoxels')],
    };
  },
};

type PartStages = Pick<TrainingStages, 'resample' | 'gradients' | 'update' | 'updateVaried'>;

function densityStages(): PartStages {
  return partStages('density', {
    resample: resamplePlane(1),
    update: densityUpdate('adam'),
    write: densityUpdate('write'),
    apply: applyDensity,
  });
}

function planeStages({ planeFormat: { channels } }: GridSizes, plane: number): PartStages {
  const { vector, components } = placeOfPlane(plane, channels);
  return partStages(
    `features${plane}`,
    {
      resample: resamplePlane(channels),
      update: featureUpdate('adam', channels, components),
      write: featureUpdate('write', channels, components),
      apply: applyFeatures(channels),
    },
    { sampleGradients: `featureGradients${vector}` },
  );
}

/** @param source what the sums are of, where it is not the density's gradients */
function partStages(
  name: string,
  texts: Readonly<Record<'resample' | 'update' | 'write' | 'apply', KernelText>>,
  source: Readonly<Record<string, string>> = {},
): PartStages {
  const moments = { parameter: name, m: `${name}M`, v: `${name}V` };
  const written = (gradient: string): Stage => touched(texts.write, { parameter: name, gradient, ...source });
  return {
    resample: [{ text: texts.resample, aliases: { source: name, resampled: `${name}M` }, over: ofPoints(resampleDispatch) }],
    update: [touched(texts.update, { ...moments, ...source })],
    gradients: [written(`${name}Gradient`)],
    updateVaried: [written('gridGradient'), touched(texts.apply, { ...moments, gradient: 'gridGradient' })],
  };
}

function touched(text: KernelText, aliases: Readonly<Record<string, string>>): Stage {
  return { text, aliases, over: 'touchedVoxels' };
}

function ofPoints(dispatch: (points: number) => [x: number, y: number]): StageDispatch {
  return (grid: GridSpec) => dispatch(voxelCount(grid));
}

function planesOf({ planes }: Pick<GridSizes, 'planes'>): number[] {
  return Array.from({ length: planes }, (_, plane) => plane);
}
